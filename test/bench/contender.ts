import type { Generator } from './generator.ts'
import type { LoadResult } from './load.ts'
import { median, table } from './numbers.ts'
import type { ServerProcess } from './processes.ts'

/** One of the things that a bench compares: a Worker in the runtime, and what answers it over TCP, if anything. */
export interface Contender {
  readonly name: string
  readonly worker: ServerProcess
  readonly backend: ServerProcess | null
  /** The request as it goes over the wire. */
  readonly request: string
}

/** What a round of load cost. Processor times are in µs per request, null where the system does not tell them. */
export type Round = LoadResult & { readonly workerCpuUs: number | null; readonly backendCpuUs: number | null }

/** Sends load to a contender for a while. */
export async function runRound(
  generator: Generator,
  { worker, backend, request }: Contender,
  load: { readonly connections: number; readonly durationMs: number },
): Promise<Round> {
  const before = [worker.cpuMs(), backend?.cpuMs() ?? null] as const
  const result = await generator.run({ ...load, port: worker.port, request })
  const requests = (result.requestsPerSecond * load.durationMs) / 1000
  const perRequest = (fromMs: number | null, toMs: number | null): number | null =>
    fromMs === null || toMs === null ? null : ((toMs - fromMs) * 1000) / requests
  return {
    ...result,
    workerCpuUs: perRequest(before[0], worker.cpuMs()),
    backendCpuUs: perRequest(before[1], backend?.cpuMs() ?? null),
  }
}

/** Medians of each contender's rounds, one line each. */
export function roundsTable(entries: readonly (readonly [Contender, readonly Round[]])[]): string {
  const columns = ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request: worker', 'backend', 'generator']
  const rows = entries.map(([{ name }, rounds]) => {
    const middle = (pick: (round: Round) => number | null, digits: number): string => {
      const value = median(rounds.map((round) => pick(round) ?? NaN))
      return Number.isNaN(value) ? '-' : value.toFixed(digits)
    }
    return [
      name,
      middle((round) => round.requestsPerSecond, 0),
      middle((round) => round.p50Ms, 1),
      middle((round) => round.p99Ms, 1),
      middle((round) => round.workerCpuUs, 0),
      middle((round) => round.backendCpuUs, 0),
      middle((round) => round.generatorCpuUs, 0),
    ]
  })
  return table([columns, ...rows])
}
