import { parentPort } from 'node:worker_threads'
import { addedCounts, type Batch, type BatchReport, MOST_FAILURES } from './campaign.ts'
import { type Outcome, runSchedule } from './schedule.ts'

/** A thread of a campaign: runs the batches it is sent, and reports each. */
parentPort?.on('message', (batch: Batch) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  void runBatch(batch).then((report) => parentPort?.postMessage(report))
})

async function runBatch({ fromSeed, count }: Batch): Promise<BatchReport> {
  const failures: Outcome[] = []
  let counts: BatchReport['counts'] = {}
  let schedules = 0
  for (let seed = fromSeed; seed < fromSeed + count && failures.length < MOST_FAILURES; seed++) {
    const outcome = await runSchedule(seed)
    schedules++
    counts = addedCounts(counts, outcome.counts)
    if (outcome.problems.length > 0) failures.push(outcome)
  }
  return { schedules, counts, failures }
}
