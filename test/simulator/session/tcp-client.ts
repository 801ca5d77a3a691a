import assert from 'node:assert/strict'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { SimulatedOpenD, type OpendOptions } from '../../../src/simulator/opend.ts'
import type { SimulatedConnection } from '../../../src/simulator/session/opend-session.ts'
import { nativeCrypto, sha1 } from '../../../src/transport/native-crypto.ts'
import { plainCipher, type BodyCipher } from '../../../src/wire/cipher.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { Deframer } from '../../../src/wire/deframer.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { digestMatches, encodeFrame, type Frame } from '../../../src/wire/frame.ts'
import { allProtocols } from '../../../src/wire/schema.ts'

/** A trading Friday, 10:00 in Hong Kong: the market is open. */
export const FRIDAY_MORNING_MS = Date.UTC(2026, 10, 20, 2)

/** A simulated OpenD on a clock that only moves when told to. */
export class Bench {
  readonly opend: SimulatedOpenD
  nowMs = FRIDAY_MORNING_MS

  constructor(options: Partial<OpendOptions> = {}) {
    this.opend = new SimulatedOpenD({ seed: 7, crypto: nativeCrypto, ...options })
  }

  /** Lets time pass, waking the simulator whenever it asks to be woken. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const wakeMs = this.opend.nextWakeMs(this.nowMs)
      if (wakeMs === null || wakeMs > endMs) break
      this.nowMs = Math.max(this.nowMs, wakeMs)
      this.opend.advance(this.nowMs)
      if (wakeMs === endMs) break
    }
    this.nowMs = endMs
    this.opend.advance(endMs)
  }

  /** A connection that has not said anything yet. */
  connect(): TcpClient {
    return new TcpClient(this)
  }

  /** A connection after InitConnect. */
  login(c2s: Partial<MessageTypes['InitConnect.C2S']> = {}): TcpClient {
    const client = this.connect()
    client.init(c2s)
    return client
  }
}

/** The names of calls that have a `C2S` and a `Response`. */
export type Call = {
  [Name in MessageName]: Name extends `${infer Protocol}.C2S` ? Protocol : never
}[MessageName]

type C2S<Name extends Call> = `${Name}.C2S` extends MessageName ? MessageTypes[`${Name}.C2S`] : never
type Response<Name extends Call> = `${Name}.Response` extends MessageName ? MessageTypes[`${Name}.Response`] : never

/** The side that a client connects to, and its clock. */
interface Server {
  readonly opend: Pick<SimulatedOpenD, 'open'>
  readonly nowMs: number
}

/** A client of the TCP port that keeps everything it hears. */
export class TcpClient {
  readonly connection: SimulatedConnection
  /** Every byte that came, in order. */
  readonly bytes: number[] = []
  /** Frames nobody has looked at yet. */
  readonly frames: Frame[] = []
  /** Why the simulator closed the connection; null while it is open. */
  closed: string | null = null
  connId = 0n
  cipher: BodyCipher = plainCipher
  /** Why the incoming stream cannot be read on. */
  broken: string | null = null
  readonly #bench: Server
  readonly #deframer = new Deframer()
  #serial = 0

  constructor(bench: Server) {
    this.#bench = bench
    const opened = bench.opend.open(
      'tcp',
      {
        send: (bytes) => this.#receive(bytes),
        close: (reason) => {
          this.closed = reason
        },
      },
      bench.nowMs,
    )
    if ('refusal' in opened) throw new Error(opened.refusal)
    this.connection = opened
  }

  init(c2s: Partial<MessageTypes['InitConnect.C2S']> = {}): Response<'InitConnect'> {
    const reply = this.call('InitConnect', { clientVer: 1011, clientID: 'test', packetEncAlgo: -1, ...c2s })
    if (reply.s2c !== undefined) this.connId = reply.s2c.connID
    return reply
  }

  /** Sends one call and returns its reply, which must come at once. */
  call<Name extends Call>(name: Name, c2s: C2S<Name>): Response<Name> {
    const reply = this.attempt(name, c2s)
    assert.ok(reply !== null, `no reply to ${name}`)
    return reply
  }

  /** Sends one call; null when no reply comes at once. */
  attempt<Name extends Call>(name: Name, c2s: C2S<Name>): Response<Name> | null {
    return this.take(name, this.send(name, c2s))
  }

  /** Sends one call and returns its serial. */
  send<Name extends Call>(name: Name, c2s: C2S<Name>): number {
    const body = encodeMessage(`${name}.Request` as MessageName, { c2s } as unknown as MessageTypes[MessageName])
    return this.sendBody(idOf(name), body)
  }

  sendBody(protoId: number, body: Uint8Array, bodyFormat = 0): number {
    const serial = ++this.#serial
    this.sendBytes(encodeFrame({ protoId, serial, bodyFormat }, this.cipher.encrypt(body), sha1(body)))
    return serial
  }

  sendBytes(bytes: Uint8Array): void {
    this.connection.receive(bytes, this.#bench.nowMs)
  }

  /** Takes the reply with that serial out of what has come; null when it has not. */
  take<Name extends Call>(name: Name, serial: number): Response<Name> | null {
    const body = this.takeBody(idOf(name), serial)
    if (body === null) return null
    const decoded = decodeMessage(`${name}.Response` as MessageName, body)
    assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail)
    return decoded.value as unknown as Response<Name>
  }

  /** The plain body of the reply with that id and serial, after checking its SHA-1. */
  takeBody(protoId: number, serial: number): Uint8Array | null {
    const at = this.frames.findIndex(({ header }) => header.protoId === protoId && header.serial === serial)
    const [frame] = at < 0 ? [] : this.frames.splice(at, 1)
    if (frame === undefined) return null
    const body = this.cipher.decrypt(frame.body)
    assert.ok(body !== null && digestMatches(frame.header, body, sha1), 'the SHA-1 of a reply does not match')
    return body
  }

  /** Takes the pushes that have come: their ids and decoded messages. */
  takePushes(): { readonly protoId: number; readonly s2c: Readonly<Record<string, unknown>> }[] {
    const pushes = this.frames.filter(({ header }) => PUSH_NAMES.has(header.protoId))
    for (const push of pushes) this.frames.splice(this.frames.indexOf(push), 1)
    return pushes.map((frame) => {
      const body = this.cipher.decrypt(frame.body)
      assert.ok(body !== null && digestMatches(frame.header, body, sha1), 'the SHA-1 of a push does not match')
      const decoded = decodeMessage((PUSH_NAMES.get(frame.header.protoId) ?? '') as MessageName, body)
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail)
      const { retType, s2c } = decoded.value as { retType: number; s2c?: Readonly<Record<string, unknown>> }
      assert.equal(retType, 0)
      return { protoId: frame.header.protoId, s2c: s2c ?? {} }
    })
  }

  #receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte)
    const result = this.#deframer.push(bytes)
    this.frames.push(...result.frames)
    if (!result.ok) this.broken = result.detail
  }
}

const IDS: ReadonlyMap<string, number> = new Map(allProtocols().map(({ id, name }) => [name, id]))
const PUSH_NAMES: ReadonlyMap<number, string> = new Map(
  allProtocols()
    .filter(({ request }) => request === null)
    .map(({ id, response }) => [id, response]),
)

function idOf(name: string): number {
  return IDS.get(name) ?? 0
}
