import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { type Listener, startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import type { DrivenConnection } from '../../src/simulator/driver.ts'
import { type OpendOptions, SimulatedOpenD } from '../../src/simulator/opend.ts'
import type { ConnectionKind, ConnectionSink } from '../../src/simulator/session/peer.ts'
import { nativeCrypto, sha1 } from '../../src/transport/native-crypto.ts'
import { encodeFrame } from '../../src/wire/frame.ts'
import { basicQuote, quoteBody, tickBody } from '../pushes/sample-pushes.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'
import { SocketClient, type SocketOptions } from './socket-client.ts'
import { WatchedOpend } from './watched-opend.ts'

/** Friday 2026-11-20, 10:30 in Hong Kong. */
export const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2, 30)

/** Protocol ids that tests about pushes speak of. */
export const PROTO = { sub: 3001, subInfo: 3003, quote: 3004, ticker: 3010, snapshot: 3203, staticInfo: 3202 } as const

type Json = Readonly<Record<string, unknown>>

/** A key of the key file beside `TEST_KEY`. */
export interface RigKey {
  readonly id: string
  readonly key: string
  readonly scopes?: readonly string[]
  /** Further members of its record. */
  readonly record?: Json
}

/** An answer of the Worker. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

/** A simulated OpenD that also pushes what a test tells it to, to every connection. */
export class PushingOpend extends WatchedOpend {
  readonly #sinks = new Set<ConnectionSink>()

  override open(kind: ConnectionKind, sink: ConnectionSink): DrivenConnection | null {
    const connection = super.open(kind, sink)
    if (connection === null) return null
    this.#sinks.add(sink)
    return {
      receive: (bytes) => connection.receive(bytes),
      closed: () => {
        this.#sinks.delete(sink)
        connection.closed()
      },
    }
  }

  push(protoId: number, body: Uint8Array): void {
    const frame = encodeFrame({ protoId, serial: 0 }, body, sha1(body))
    for (const sink of this.#sinks) sink.send(frame)
  }

  /** A quote of a Hong Kong security, `Qot_UpdateBasicQot`. */
  quote(code: string, price: number): void {
    this.push(3005, quoteBody(basicQuote(code, price)))
  }

  /** A tick of a Hong Kong security, `Qot_UpdateTicker`. */
  tick(code: string, price: number): void {
    this.push(3011, tickBody(code, price))
  }
}

/** How a rig is set up. */
export interface RigOptions extends Partial<OpendOptions> {
  readonly keys?: readonly RigKey[]
  readonly vars?: Readonly<Record<string, string>>
}

/**
 * The real Worker over TCP to a simulated OpenD on a trading day whose clock stands still, so that everything pushed
 * is pushed by the test.
 */
export class PushRig {
  readonly opend: PushingOpend
  readonly worker: TestWorker
  readonly #listener: Listener
  readonly #sockets: SocketClient[] = []

  private constructor(opend: PushingOpend, worker: TestWorker, listener: Listener) {
    this.opend = opend
    this.worker = worker
    this.#listener = listener
  }

  static async start({ keys = [], vars = {}, ...options }: RigOptions = {}): Promise<PushRig> {
    const clock = { kind: 'frozen', atMs: TRADING_HOUR_MS } as const
    const simulator = new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, clock, ...options })
    const opend = new PushingOpend(simulator, timeOfDay)
    const listener = await startTcpServer(opend, { port: 0 })
    const worker = await startWorker({ opendPort: listener.port, vars: { KEYS_JSON: keysJson(keys), ...vars } })
    return new PushRig(opend, worker, listener)
  }

  async close(): Promise<void> {
    for (const { socket } of this.#sockets) socket.terminate()
    await this.worker.close()
    this.opend.stop()
    await this.#listener.close()
  }

  /** Opens a socket, of `TEST_KEY` unless told; it ends with the rig. */
  async socket(options: SocketOptions = {}): Promise<SocketClient> {
    const client = await SocketClient.open(this.worker.url, { token: TEST_KEY, ...options })
    this.#sockets.push(client)
    return client
  }

  /** Calls an endpoint: GET without a body, POST with one. */
  async call(path: string, body?: unknown, token = TEST_KEY, headers: Json = {}): Promise<Answer> {
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await this.worker.fetch(path, {
      ...post,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }

  /** The same for a call that has to succeed: its `s2c`. */
  async ask(path: string, body?: unknown, token = TEST_KEY): Promise<Json> {
    const answer = await this.call(path, body, token)
    assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`)
    return answer.body['s2c'] as Json
  }

  /** Subscribes over REST, with pushes. */
  subscribe(symbols: readonly string[], types: readonly string[], token = TEST_KEY): Promise<Json> {
    const wish = { symbols, sub_type_list: types, is_sub_or_un_sub: true, is_reg_or_un_reg_push: true }
    return this.ask('/api/subscribe', wish, token)
  }

  unsubscribe(symbols: readonly string[], types: readonly string[], token = TEST_KEY): Promise<Json> {
    return this.ask('/api/subscribe', { symbols, sub_type_list: types, is_sub_or_un_sub: false }, token)
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const page = await (await this.worker.fetch('/metrics')).text()
    const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(page) ?? []
    assert.ok(value !== undefined, `${name} is not on the metrics page:\n${page}`)
    return Number(value)
  }
}

/** The price that a read of one quote shows. */
export function priceIn(s2c: Json): unknown {
  const { basic_qot_list: quotes } = s2c as { readonly basic_qot_list: readonly Json[] }
  return quotes[0]?.['cur_price']
}

/** The key file with `TEST_KEY` and these. */
export function keysJson(keys: readonly RigKey[]): string {
  const all = ['qot:read', 'acc:read', 'trade:simulate', 'trade:real', 'trade:unlock', 'metrics', 'admin']
  const records = [{ id: 'local', key: TEST_KEY }, ...keys].map(({ id, key, scopes = all, record = {} }: RigKey) => ({
    id,
    hash: `sha256:${createHash('sha256').update(key).digest('hex')}`,
    scopes,
    ...record,
  }))
  return JSON.stringify({ version: 1, keys: records })
}

/** A key with that digit pair all over. */
export function sampleKey(pair: string): string {
  return `fc_${pair.repeat(32)}`
}
