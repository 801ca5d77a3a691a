import { connect, type Socket } from 'node:net'
import { CODES } from './push-source.ts'
import { PushReader } from './push-reader.ts'

/** One buffer for all sockets: what is in it is read before the next one is. */
const BUFFER = Buffer.alloc(256 * 1024)

/** How a client opens its WebSocket. */
export interface ClientTerms {
  readonly port: number
  /** Null for a server that pushes unasked and asks for nothing. */
  readonly key: string | null
}

/** A WebSocket client that subscribes to all securities, counts pushes and answers pings. Nothing else. */
export class PushClient {
  readonly reader: PushReader
  readonly #socket: Socket
  #isOpen = false
  /** Number of the push that it gets next. */
  nextPush: number

  /**
   * `firstPush` is the number of the next push that is sent to anybody. `pushed` hears of pushes of this client, `ready`
   * once it is subscribed, `failed` of whatever ends it.
   */
  constructor(
    { port, key }: ClientTerms,
    firstPush: number,
    on: { pushed(client: PushClient, count: number): void; ready(): void; failed(error: Error): void },
  ) {
    this.nextPush = firstPush
    this.reader = new PushReader((text) => {
      if (text.startsWith('{"type":"ping"')) this.#say(`{"op":"pong","n":${/"n":(\d+)/.exec(text)?.[1]}}`)
      else if (text.startsWith('{"type":"reply"')) {
        if (text.includes('"ok":true')) on.ready()
        else on.failed(new Error(`the subscription was answered ${text}`))
      }
    })
    const take = (bytes: Buffer): void => {
      const chunk = this.#isOpen ? bytes : this.#open(bytes, key, on)
      const count = this.reader.read(chunk)
      this.nextPush += count
      if (count > 0) on.pushed(this, count)
    }
    const onread = {
      buffer: BUFFER,
      callback: (length: number): boolean => {
        try {
          take(BUFFER.subarray(0, length))
        } catch (error) {
          on.failed(error as Error)
        }
        return true
      },
    }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    this.#socket.write(upgrade(key))
    this.#socket.on('error', (error) => on.failed(error))
    this.#socket.on('close', () => on.failed(new Error('the server closed a socket')))
  }

  /** Reads the answer to the upgrade, which comes in one piece. Returns what follows it. */
  #open(bytes: Buffer, key: string | null, on: { ready(): void }): Buffer {
    const end = bytes.indexOf('\r\n\r\n')
    if (end === -1 || !bytes.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) {
      throw new Error(`the upgrade was answered ${bytes.toString('latin1')}`)
    }
    this.#isOpen = true
    const symbols = CODES.map((code) => ({ market: 1, code }))
    if (key === null) on.ready()
    else this.#say(JSON.stringify({ op: 'subscribe', security_list: symbols, types: ['BASIC'] }))
    return bytes.subarray(end + 4)
  }

  /** Sends a text in a masked frame, as clients must. The mask is zero: the payload stays as it is. */
  #say(text: string): void {
    const payload = Buffer.from(text)
    const isShort = payload.length < 126
    const header = Buffer.alloc(isShort ? 6 : 8)
    header[0] = 0x81
    header[1] = 0x80 | (isShort ? payload.length : 126)
    if (!isShort) header.writeUInt16BE(payload.length, 2)
    this.#socket.write(Buffer.concat([header, payload]))
  }
}

/** With `conflate_ms=0` no push replaces another unless the client is too slow for its window. */
function upgrade(key: string | null): string {
  const lines = [
    'GET /ws?conflate_ms=0 HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(key === null ? [] : [`Authorization: Bearer ${key}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
