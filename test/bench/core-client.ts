import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import type { SimulatedOpenD } from '../../src/simulator/opend.ts'
import type { SimulatedConnection } from '../../src/simulator/session/opend-session.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { encodeFrame, HEADER_BYTES } from '../../src/wire/frame.ts'

/** A client of the simulator's core, without a socket in between: it counts what it hears and keeps only the last. */
export class CoreClient {
  frames = 0
  readonly connId: bigint
  readonly #connection: SimulatedConnection
  readonly #opend: SimulatedOpenD
  #last: Uint8Array = new Uint8Array(0)
  #serial = 0

  constructor(opend: SimulatedOpenD, nowMs: number) {
    this.#opend = opend
    const connection = opend.open('tcp', { send: (bytes) => this.#hear(bytes), close: fail }, nowMs)
    if ('refusal' in connection) throw new Error(connection.refusal)
    this.#connection = connection
    this.connId = connection.connId
    const c2s = { clientVer: 1011, clientID: 'bench', recvNotify: true, packetEncAlgo: -1 }
    this.call(1001, 'InitConnect.Request', { c2s }, 'InitConnect.Response', nowMs)
  }

  /** A request as it goes over the wire. */
  request<Name extends MessageName>(protoId: number, name: Name, message: MessageTypes[Name]): Uint8Array {
    const body = encodeMessage(name, message)
    return encodeFrame({ protoId, serial: ++this.#serial }, body, sha1(body))
  }

  /** Sends a request as it is; its reply comes at once. */
  send(bytes: Uint8Array, nowMs: number): void {
    this.#connection.receive(bytes, nowMs)
  }

  /** Sends a call and reads its reply. Throws when it is not a success. */
  call<Name extends MessageName, Reply extends MessageName>(
    protoId: number,
    name: Name,
    message: MessageTypes[Name],
    reply: Reply,
    nowMs: number,
  ): MessageTypes[Reply] {
    this.#last = new Uint8Array(0)
    this.send(this.request(protoId, name, message), nowMs)
    const decoded = decodeMessage(reply, this.#last.subarray(HEADER_BYTES))
    if (!decoded.ok) throw new Error(`${name}: ${decoded.detail}`)
    const { retType, retMsg } = decoded.value as { readonly retType: number; readonly retMsg?: string }
    if (retType !== 0) throw new Error(`${name}: ${retMsg}`)
    return decoded.value
  }

  /** Lets the market go on until `nowMs`, with the heartbeat that keeps the connection. */
  pass(nowMs: number): void {
    this.send(this.request(1004, 'KeepAlive.Request', { c2s: { time: BigInt(Math.floor(nowMs / 1000)) } }), nowMs)
    this.#opend.advance(nowMs)
  }

  /** A reply comes before the pushes that its call sets off. */
  #hear(bytes: Uint8Array): void {
    this.frames++
    if (this.#last.length === 0) this.#last = bytes
  }
}

function fail(reason: string): void {
  throw new Error(`the simulator closed the connection: ${reason}`)
}
