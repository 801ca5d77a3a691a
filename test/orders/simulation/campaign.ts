import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Outcome } from './schedule.ts'

/** A run of seeds, for one thread. */
export interface Batch {
  readonly fromSeed: number
  readonly count: number
}

/** What a batch did. */
export interface BatchReport {
  readonly schedules: number
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>
  /** The outcomes that broke something, at most `MOST_FAILURES`. */
  readonly failures: readonly Outcome[]
}

/** Failures told of one campaign: the first ones say it, and more of the same say nothing more. */
export const MOST_FAILURES = 3

/** Schedules in a batch: under a second, so that the threads end together and progress is seen. */
const BATCH = 200

const YOUNG_MB = 64

/** The seeds of a campaign, one for each schedule, one after the other. */
export interface Campaign {
  readonly fromSeed: number
  readonly schedules: number
  /** Told of the sum so far, after each batch. */
  readonly onProgress?: (sum: BatchReport) => void
}

/** Runs schedules on all cores. Ends early when something breaks. */
export async function runCampaign({ fromSeed, schedules, onProgress }: Campaign): Promise<BatchReport> {
  let sum: BatchReport = { schedules: 0, counts: {}, failures: [] }
  let given = 0
  const nextBatch = (): Batch | null => {
    const count = Math.min(BATCH, schedules - given)
    if (count === 0 || sum.failures.length > 0) return null
    given += count
    return { fromSeed: fromSeed + given - count, count }
  }
  const threads = Math.min(availableParallelism(), Math.ceil(schedules / BATCH))
  await Promise.all(
    Array.from({ length: threads }, () =>
      runThread(nextBatch, (report) => {
        sum = added(sum, report)
        onProgress?.(sum)
      }),
    ),
  )
  return sum
}

/** Gives one thread batch after batch until there are none. */
async function runThread(nextBatch: () => Batch | null, onReport: (report: BatchReport) => void): Promise<void> {
  const thread = new Worker(new URL('campaign-thread.ts', import.meta.url), {
    // Schedules make garbage and keep nothing: a large young generation is collected seldom.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  try {
    await new Promise<void>((resolve, reject) => {
      const giveNext = (): void => {
        const batch = nextBatch()
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
        if (batch !== null) thread.postMessage(batch)
        else resolve()
      }
      thread.on('error', reject)
      thread.on('message', (report: BatchReport) => {
        onReport(report)
        giveNext()
      })
      giveNext()
    })
  } finally {
    await thread.terminate()
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
