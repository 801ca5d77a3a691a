import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from '../../src/cli/build-worker.ts'
import type { ServerProcess } from './processes.ts'
import type { PushAnswer, PushJob, PushPorts } from './push-load.ts'
import { serveWorker } from './workerd.ts'

/** A key has 200 sockets at most; this many keys are enough for two thousand. */
const SOCKETS_OF_KEY = 200
const KEYS = Array.from({ length: 10 }, (_, index) => `fc_${`b${index}`.repeat(32)}`)

function keysJson(): string {
  const keys = KEYS.map((key, index) => ({
    id: `bench-${index}`,
    hash: createHash('sha256').update(key).digest('hex'),
    scopes: ['qot:read'],
  }))
  return JSON.stringify({ version: 1, keys })
}

/** What one round of pushes cost. Processor times are in µs per delivery, null where the system does not tell them. */
export type PushRound = PushAnswer & { readonly workerCpuUs: number | null }

/** The product or the bare object, with its own OpenD and its own clients. */
export class PushContender {
  readonly name: string
  readonly #keys: readonly string[] | null
  readonly #worker: ServerProcess
  readonly #load: ChildProcess
  #opened = 0

  private constructor(name: string, keys: readonly string[] | null, worker: ServerProcess, load: ChildProcess) {
    this.name = name
    this.#keys = keys
    this.#worker = worker
    this.#load = load
  }

  static startProduct(): Promise<PushContender> {
    return PushContender.#start(async (load, { sourcePort }) => {
      const vars = { KEYS_JSON: keysJson(), OPEND_URL: `tcp://127.0.0.1:${sourcePort}` }
      return new PushContender('opend-edge', KEYS, await serveWorker('src/index.ts', vars), load)
    })
  }

  /** `messageBytes`: the length of what it sends to its clients. */
  static startBare(messageBytes: number): Promise<PushContender> {
    return PushContender.#start(async (load, { sourcePort, pushBytes }) => {
      const text = '{"type":"quote","data":"'.padEnd(messageBytes - 2, 'x')
      const vars = { SOURCE_PORT: String(sourcePort), PUSH_BYTES: String(pushBytes), TEXT: `${text}"}` }
      return new PushContender('bare', null, await serveWorker('test/bench/bare-broadcast-worker.ts', vars), load)
    })
  }

  static async #start(serve: (load: ChildProcess, ports: PushPorts) => Promise<PushContender>): Promise<PushContender> {
    const load = fork(join(ROOT, 'test/bench/push-load.ts'))
    try {
      const [ports] = (await once(load, 'message')) as [PushPorts]
      return await serve(load, ports)
    } catch (error) {
      load.disconnect()
      throw error
    }
  }

  /** Opens so many more sockets, and subscribes each to all securities. */
  async open(sockets: number): Promise<void> {
    const { port } = this.#worker
    if (this.#keys === null) {
      await this.run({ kind: 'open', port, key: null, sockets })
      return
    }
    for (let left = sockets; left > 0;) {
      const key = this.#keys[Math.floor(this.#opened / SOCKETS_OF_KEY)]
      if (key === undefined) throw new Error('more sockets than the keys may have')
      const count = Math.min(left, SOCKETS_OF_KEY - (this.#opened % SOCKETS_OF_KEY))
      await this.run({ kind: 'open', port, key, sockets: count })
      this.#opened += count
      left -= count
    }
  }

  /** Does a job. Rejects when a connection breaks or pushes do not arrive. */
  async run(job: PushJob): Promise<PushRound> {
    const before = this.#worker.cpuMs()
    this.#load.send(job)
    const [answer] = (await once(this.#load, 'message')) as [PushAnswer | { readonly error: string }]
    if ('error' in answer) throw new Error(`${this.name}: ${answer.error}`)
    const after = this.#worker.cpuMs()
    const workerCpuUs = before === null || after === null ? null : ((after - before) * 1000) / answer.deliveries
    return { ...answer, workerCpuUs }
  }

  /** Memory of the runtime, in bytes. */
  residentBytes(): number | null {
    return this.#worker.residentBytes()
  }

  async stop(): Promise<void> {
    this.#load.disconnect()
    await this.#worker.stop()
  }
}
