import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runCampaign } from './campaign.ts'

/** Set it to the seed of a failed run to run the same schedules again. */
const SEED = process.env['SIMULATE_SEED']
const SCHEDULES = 10_000

test(`no order is lost, doubled or unaccounted for in ${SCHEDULES} random schedules`, async (t) => {
  const fromSeed = SEED === undefined ? randomInt(2 ** 31) : Number(SEED)
  assert.ok(Number.isSafeInteger(fromSeed), `SIMULATE_SEED=${SEED} is no whole number`)
  const { failures, ...sums } = await runCampaign({ fromSeed, schedules: SCHEDULES })
  t.diagnostic(`SIMULATE_SEED=${fromSeed}: ${JSON.stringify(sums)}`)
  const [failure] = failures
  if (failure !== undefined) {
    assert.fail(`${failure.problems.join('\n')}\nnpm run simulate -- --seed ${failure.seed} --schedules 1`)
  }
  // A simulation in which nothing goes wrong proves nothing.
  assert.equal(sums.schedules, SCHEDULES)
  assert.ok(sums.executed > SCHEDULES && sums.lostReplies > SCHEDULES / 4 && sums.lives > SCHEDULES)
  assert.ok(sums.foundInPushes > SCHEDULES / 100)
})
