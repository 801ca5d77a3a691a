import { connect, type Socket } from 'node:net'
import { ResponseReader } from './response-reader.ts'

/**
 * The load generator, a process of its own: keep-alive connections that each send the next request when the last is
 * answered. It writes prepared bytes to raw sockets, so that it costs little beside what it measures.
 */

/** One round of load. */
export interface LoadJob {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  /** The request as it goes over the wire, header and body. */
  readonly request: string
}

/** What one round measured. */
export interface LoadResult {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers that were not 200, and the first of them. */
  readonly failures: number
  readonly firstFailure: string | null
  /** Processor time of this process per request, in µs: what the generator itself takes from the machine. */
  readonly generatorCpuUs: number
}

async function runLoad(job: LoadJob): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const failures: string[] = []
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  const endMs = startMs + job.durationMs
  const record = (sentMs: number, nowMs: number, status: number, text: string): void => {
    if (status === 200) latenciesMs.push(nowMs - sentMs)
    else failures.push(text)
  }
  await Promise.all(Array.from({ length: job.connections }, () => keepBusy(job, endMs, record)))
  const { user, system } = process.cpuUsage(cpuBefore)
  const sorted = Float64Array.from(latenciesMs).toSorted()
  return {
    requestsPerSecond: (latenciesMs.length * 1000) / job.durationMs,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
    failures: failures.length,
    firstFailure: failures[0] ?? null,
    generatorCpuUs: (user + system) / Math.max(1, latenciesMs.length),
  }
}

type Recorder = (sentMs: number, nowMs: number, status: number, text: string) => void

function keepBusy(job: LoadJob, endMs: number, record: Recorder): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader()
    let sentMs = 0
    const socket: Socket = connect({ port: job.port, host: '127.0.0.1', noDelay: true })
    const send = (): void => {
      sentMs = performance.now()
      socket.write(job.request)
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.on('data', (chunk) => {
      const response = reader.push(chunk)
      if (response === null) return
      const nowMs = performance.now()
      if (nowMs < endMs) {
        record(sentMs, nowMs, response.status, response.text)
        send()
      } else socket.destroy()
    })
  })
}

process.on('message', (job: LoadJob) => {
  runLoad(job).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
