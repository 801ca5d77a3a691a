import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Outcome } from './schedule.ts'

/** A run of seeds, for one process. */
export interface Batch {
  readonly fromSeed: number
  readonly count: number
}

/** The result of a batch. */
export interface BatchReport {
  readonly schedules: number
  /** The number of occurrences of each event. */
  readonly counts: Readonly<Record<string, number>>
  /** The outcomes with violations, at most `MOST_FAILURES`. */
  readonly failures: readonly Outcome[]
}

/** The most failures that one campaign reports: further ones usually have the same cause. */
export const MOST_FAILURES = 3

/** The number of schedules in a batch, some seconds of work, so that the processes end together and report progress. */
const BATCH = 200

/** Schedules create only short-lived objects, so a large young generation is rarely collected. */
const OPTIONS = ['--max-semi-space-size=64', '--disable-warning=ExperimentalWarning']

/** The seeds of a campaign, one for each schedule, one after the other. */
export interface Campaign {
  readonly fromSeed: number
  readonly schedules: number
  /** Called with the sum so far after each batch. */
  readonly onProgress?: (sum: BatchReport) => void
}

/** Runs schedules on all cores. Ends early after a violation. */
export async function runCampaign({ fromSeed, schedules, onProgress }: Campaign): Promise<BatchReport> {
  let sum: BatchReport = { schedules: 0, counts: {}, failures: [] }
  let given = 0
  const nextBatch = (): Batch | null => {
    const count = Math.min(BATCH, schedules - given)
    if (count === 0 || sum.failures.length > 0) return null
    given += count
    return { fromSeed: fromSeed + given - count, count }
  }
  const processes = Math.min(availableParallelism(), Math.ceil(schedules / BATCH))
  await Promise.all(
    Array.from({ length: processes }, () =>
      runProcess(nextBatch, (report) => {
        sum = added(sum, report)
        onProgress?.(sum)
      }),
    ),
  )
  return sum
}

/** Sends batches to one process until all are done. Threads would share SQLite's locks and be half as fast. */
async function runProcess(nextBatch: () => Batch | null, onReport: (report: BatchReport) => void): Promise<void> {
  const child = fork(new URL('campaign-process.ts', import.meta.url), { execArgv: OPTIONS })
  try {
    await new Promise<void>((resolve, reject) => {
      const giveNext = (): void => {
        const batch = nextBatch()
        if (batch === null) resolve()
        else child.send(batch)
      }
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`a process of the campaign ended with ${code}`)))
      child.on('message', (report: BatchReport) => {
        onReport(report)
        giveNext()
      })
      giveNext()
    })
  } finally {
    child.kill()
  }
}

function added(a: BatchReport, b: BatchReport): BatchReport {
  return {
    schedules: a.schedules + b.schedules,
    counts: addedCounts(a.counts, b.counts),
    failures: [...a.failures, ...b.failures].slice(0, MOST_FAILURES),
  }
}

/** The sums of two lists of counts. */
export function addedCounts(a: BatchReport['counts'], b: BatchReport['counts']): BatchReport['counts'] {
  const sums = { ...a }
  for (const [what, n] of Object.entries(b)) sums[what] = (sums[what] ?? 0) + n
  return sums
}
