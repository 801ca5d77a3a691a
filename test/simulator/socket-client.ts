import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { encodeFrame } from '../../src/wire/frame.ts'
import { allProtocols } from '../../src/wire/schema.ts'
import type { Call } from './session/tcp-client.ts'

/** Longer than any reply takes; a test that hangs ends with it. */
const PATIENCE_SECONDS = 15

/**
 * Calls `giveUp` once after that many seconds in which this process ran. The server is in the same process: after a
 * pause of the whole machine a plain timer would be due before the reply that has long been on its way.
 */
function patience(giveUp: () => void): () => void {
  let left = PATIENCE_SECONDS
  // After a pause an interval fires once, for however many seconds.
  const timer = setInterval(() => {
    if (--left === 0) giveUp()
  }, 1000)
  return () => clearInterval(timer)
}

type C2S<Name extends Call> = `${Name}.C2S` extends MessageName ? MessageTypes[`${Name}.C2S`] : never
type Response<Name extends Call> = `${Name}.Response` extends MessageName ? MessageTypes[`${Name}.Response`] : never
type S2C<Name extends Call> = NonNullable<Response<Name>['s2c']>

const IDS: ReadonlyMap<string, number> = new Map(allProtocols().map(({ id, name }) => [name, id]))
const PUSHES: ReadonlyMap<number, string> = new Map(
  allProtocols()
    .filter(({ request }) => request === null)
    .map(({ id, response }) => [id, response]),
)

/** A push with its decoded message. */
export interface Push {
  readonly protoId: number
  readonly s2c: Readonly<Record<string, unknown>>
}

/** A refusal, thrown by calls that expect success. */
export class Refused extends Error {}

/** A client of a simulated OpenD over a real socket, with OpenD's own protocol. */
export class SocketClient {
  readonly #socket: Socket
  readonly #replies = new Map<number, (body: Uint8Array) => void>()
  readonly #lost: ((error: Error) => void)[] = []
  readonly pushes: Push[] = []
  #wake: () => void = () => {}
  #serial = 0
  #packets = 0
  connId = 0n

  private constructor(socket: Socket) {
    this.#socket = socket
    const deframer = new Deframer()
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const lose of this.#lost.splice(0)) lose(new Error('the connection ended'))
    })
    socket.on('data', (bytes: Uint8Array) => {
      for (const { header, body } of deframer.push(bytes).frames) {
        const pushed = PUSHES.get(header.protoId)
        if (pushed === undefined) {
          // The deframer may reuse its memory.
          this.#replies.get(header.serial)?.(body.slice())
          this.#replies.delete(header.serial)
        } else this.#push(header.protoId, pushed, body)
      }
    })
  }

  static async open(port: number): Promise<SocketClient> {
    const socket = connect(port, '127.0.0.1')
    const aborter = new AbortController()
    const connected = patience(() => aborter.abort())
    await once(socket, 'connect', { signal: aborter.signal }).finally(connected)
    const client = new SocketClient(socket)
    const { connID } = await client.call('InitConnect', { clientVer: 1011, clientID: 'test', packetEncAlgo: -1 })
    client.connId = connID
    return client
  }

  /** The reply to a call, successful or not. Rejects if the connection ends first. */
  async ask<Name extends Call>(name: Name, c2s: C2S<Name>): Promise<Response<Name>> {
    const request = encodeMessage(`${name}.Request` as MessageName, { c2s } as unknown as MessageTypes[MessageName])
    const serial = ++this.#serial
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    this.#replies.set(serial, resolve)
    this.#lost.push(reject)
    const replied = patience(() => reject(new Error(`no reply to ${name}`)))
    try {
      this.#socket.write(encodeFrame({ protoId: IDS.get(name) ?? 0, serial }, request, sha1(request)))
      const decoded = decodeMessage(`${name}.Response` as MessageName, await promise)
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail)
      return decoded.value as unknown as Response<Name>
    } finally {
      replied()
      const at = this.#lost.indexOf(reject)
      if (at >= 0) this.#lost.splice(at, 1)
    }
  }

  /** The content of a successful reply; throws `Refused` with OpenD's text otherwise. */
  async call<Name extends Call>(name: Name, c2s: C2S<Name>): Promise<S2C<Name>> {
    const { retType, retMsg, s2c } = await this.ask(name, c2s)
    if (retType !== 0) throw new Refused(`${name}: ${retMsg ?? retType}`)
    return s2c ?? {}
  }

  /** The packet id of the next order or change. */
  packetID(): MessageTypes['Common.PacketID'] {
    return { connID: this.connId, serialNo: ++this.#packets }
  }

  /** Takes the next push that fits; waits for it if it has not come. */
  async push(what: string, fits: (push: Push) => boolean): Promise<Push> {
    const late = Promise.withResolvers<never>()
    const found = patience(() => late.reject(new Error(`waited in vain for ${what}`)))
    try {
      for (;;) {
        const at = this.pushes.findIndex(fits)
        const [push] = at < 0 ? [] : this.pushes.splice(at, 1)
        if (push !== undefined) return push
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#wake = resolve
        await Promise.race([promise, late.promise])
      }
    } finally {
      found()
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #push(protoId: number, name: string, body: Uint8Array): void {
    const decoded = decodeMessage(name as MessageName, body)
    assert.ok(decoded.ok)
    const { s2c = {} } = decoded.value as { s2c?: Readonly<Record<string, unknown>> }
    this.pushes.push({ protoId, s2c })
    this.#wake()
  }
}
