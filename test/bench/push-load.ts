import { PushClient, type ClientTerms } from './push-client.ts'
import { PUSH_BYTES, PushSource } from './push-source.ts'

/**
 * Both ends of the pushes in a process of its own: the OpenD that pushes and the WebSocket clients that receive. One
 * clock tells how long a push takes, and counting what arrives tells when the next may be sent.
 */

/** What this process is told to do. It answers each job with a `PushAnswer`. */
export type PushJob =
  /** Opens so many more sockets, and subscribes. */
  | ({ readonly kind: 'open'; readonly sockets: number } & ClientTerms)
  /** Pushes as fast as the clients get it for so long, and waits for the last. */
  | { readonly kind: 'saturate'; readonly durationMs: number }
  /** Pushes at a fixed rate, each push to every socket. */
  | { readonly kind: 'pace'; readonly pushesPerSecond: number; readonly durationMs: number }

/** What became of a job. Nothing of `open`. */
export interface PushAnswer {
  readonly deliveries: number
  readonly deliveriesPerSecond: number
  /** From the write to OpenD's socket to the read from a client's. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of this process per delivery, in µs. */
  readonly loadCpuUs: number
  /** Length of a push as clients get it, in bytes. */
  readonly messageBytes: number
}

/** The first message of the process. */
export interface PushPorts {
  readonly sourcePort: number
  /** Length of a push as OpenD sends it, in bytes. */
  readonly pushBytes: number
}

/**
 * Pushes under way. Enough that the object never waits for the next, and so few that no client comes near its window
 * (16 of 700 bytes, of 512 KiB).
 */
const WINDOW_PUSHES = 16

/** Without a delivery for so long there will be none. */
const STALL_MS = 20_000

/** Times of the pushes under way, by their number modulo this: far more than ever are. */
const TIMES = 4096

class PushLoad {
  readonly #source: PushSource
  readonly #clients: PushClient[] = []
  readonly #sentAtMs = new Float64Array(TIMES)
  #sent = 0
  #delivered = 0
  /** Deliveries that all pushes so far come to. */
  #owed = 0
  /** Latencies are noted while this is not null. */
  #latenciesMs: number[] | null = null
  /** Called after deliveries. */
  #more: () => void = () => undefined
  #fail: (error: Error) => void = () => undefined

  constructor(source: PushSource) {
    this.#source = source
  }

  async run(job: PushJob): Promise<PushAnswer> {
    const [cpuBefore, deliveredBefore, startMs] = [process.cpuUsage(), this.#delivered, performance.now()]
    this.#latenciesMs = job.kind === 'pace' ? [] : null
    let stall: NodeJS.Timeout | undefined
    const inTime = await new Promise<number>((resolve, reject) => {
      this.#fail = reject
      stall = setInterval(this.#stallCheck(), STALL_MS)
      this.#perform(job).then(resolve, reject)
    }).finally(() => clearInterval(stall))
    const deliveries = this.#delivered - deliveredBefore
    const sorted = Float64Array.from(this.#latenciesMs ?? []).toSorted()
    const { user, system } = process.cpuUsage(cpuBefore)
    return {
      deliveries,
      deliveriesPerSecond: (inTime * 1000) / (job.kind === 'open' ? performance.now() - startMs : job.durationMs),
      p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? NaN,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
      loadCpuUs: (user + system) / Math.max(1, deliveries),
      messageBytes: this.#clients[0]?.reader.pushBytes ?? 0,
    }
  }

  /** Does a job; returns the deliveries within its time. */
  #perform(job: PushJob): Promise<number> {
    switch (job.kind) {
      case 'open':
        return this.#open(job)
      case 'saturate':
        return this.#saturate(job.durationMs)
      case 'pace':
        return this.#pace(job)
    }
  }

  async #open({ sockets, ...terms }: Extract<PushJob, { kind: 'open' }>): Promise<number> {
    // One after the other: a thousand at once are a test of something else.
    for (let index = 0; index < sockets; index++) {
      await new Promise<void>((ready) => {
        const on = { pushed: this.#pushed, ready, failed: (error: Error) => this.#fail(error) }
        this.#clients.push(new PushClient(terms, this.#sent, on))
      })
    }
    return 0
  }

  #saturate(durationMs: number): Promise<number> {
    const endMs = performance.now() + durationMs
    const before = this.#delivered
    let inTime: number | null = null
    return new Promise((resolve) => {
      this.#more = () => {
        if (performance.now() < endMs) {
          const due = Math.floor(WINDOW_PUSHES - (this.#owed - this.#delivered) / this.#clients.length)
          if (due > 0) this.#push(due)
          return
        }
        inTime ??= this.#delivered - before
        if (this.#delivered === this.#owed) resolve(inTime)
      }
      this.#more()
    })
  }

  #pace({ pushesPerSecond, durationMs }: Extract<PushJob, { kind: 'pace' }>): Promise<number> {
    const endMs = performance.now() + durationMs
    const before = this.#delivered
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (performance.now() < endMs) {
          this.#push(1)
          return
        }
        clearInterval(timer)
        this.#more = () => {
          if (this.#delivered === this.#owed) resolve(this.#delivered - before)
        }
        this.#more()
      }, 1000 / pushesPerSecond)
      this.#more = () => undefined
    })
  }

  #push(count: number): void {
    const nowMs = performance.now()
    for (let index = 0; index < count; index++) this.#sentAtMs[this.#sent++ % TIMES] = nowMs
    this.#owed += count * this.#clients.length
    this.#source.push(count)
  }

  /** The pushes come to each client in the order in which they were sent: its count says which ones they are. */
  readonly #pushed = (client: PushClient, count: number): void => {
    this.#delivered += count
    if (this.#latenciesMs !== null) {
      const nowMs = performance.now()
      for (let number = client.nextPush - count; number < client.nextPush; number++) {
        this.#latenciesMs.push(nowMs - (this.#sentAtMs[number % TIMES] ?? NaN))
      }
    }
    this.#more()
  }

  #stallCheck(): () => void {
    let last = -1
    return () => {
      if (last === this.#delivered) {
        this.#fail(new Error(`stalled: ${this.#delivered} of ${this.#owed} deliveries`))
      }
      last = this.#delivered
    }
  }
}

const source = await PushSource.listen()
const load = new PushLoad(source)
process.on('message', (job: PushJob) => {
  load.run(job).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
const ports: PushPorts = { sourcePort: source.port, pushBytes: PUSH_BYTES }
process.send?.(ports)
