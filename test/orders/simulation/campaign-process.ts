import { addedCounts, type Batch, type BatchReport, MOST_FAILURES } from './campaign.ts'
import { type Outcome, runSchedule } from './schedule.ts'

/** A process of a campaign: runs the batches that it receives, and reports each. */
process.on('message', (batch: Batch) => {
  void runBatch(batch).then((report) => process.send?.(report))
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
