import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { runCampaign } from './campaign.ts'

/** Set this to the seed of a failed run to repeat the same schedules. */
const SEED = process.env['SIMULATE_SEED']
const SCHEDULES = 10_000

/**
 * The minimum counts in 10,000 schedules of the faults and of the outcomes that they should cause. A simulation without
 * faults proves nothing.
 */
const LEAST: Readonly<Record<string, number>> = {
  executed: SCHEDULES,
  instances: SCHEDULES,
  became_unknown: SCHEDULES / 4,
  found_in_push: SCHEDULES / 100,
  // Faults.
  late: 100,
  hung: 100,
  stale_list: 100,
  no_id: 100,
  other_id: 100,
  done_refused: 100,
  undone_unknown: 100,
  done_unknown: 100,
  cancel_refused: 20,
  fault_copy: 100,
  fault_touch: 100,
  fault_storage: 100,
  fault_revoke: 100,
  fault_move: 100,
  // Outcomes.
  exit_groups: 500,
  exit_parents_filled: 200,
  exit_legs_placed: 200,
  exit_legs_placed_again: 50,
  exit_legs_filled: 50,
  exit_legs_triggered: 20,
  exit_legs_with_reason: 100,
  contradicted_absent: 20,
  contradicted_rejected: 20,
  became_absent: 100,
  became_lapsed: 1,
  answered_not_stored: 10,
  operated: 10,
  'stopped_limits.halted': 10,
  became_not_sent: 100,
  switch_retried: 100,
  switch_done: 100,
  halt_answered: 100,
  halt_not_stored: 10,
  'refused_server.storage_failed': 100,
  'refused_order.too_late': 100,
  'refused_auth.expired_token': 100,
  'refused_auth.invalid_token': 100,
  'refused_limits.hours': 100,
  'refused_limits.rate': 100,
  'refused_limits.daily_value': 100,
  'refused_limits.order_value': 100,
  'refused_limits.halted': 100,
  'refused_upstream.rate_limited': 100,
  'refused_request.invalid_value': 20,
}

test(`no order is lost, sent twice or missing in the ledger in ${SCHEDULES} random schedules`, async (t) => {
  const fromSeed = SEED === undefined ? randomInt(2 ** 31) : Number(SEED)
  assert.ok(Number.isSafeInteger(fromSeed), `SIMULATE_SEED=${SEED} is no whole number`)
  const { failures, schedules, counts } = await runCampaign({ fromSeed, schedules: SCHEDULES })
  t.diagnostic(`SIMULATE_SEED=${fromSeed}: ${JSON.stringify(counts)}`)
  const [failure] = failures
  if (failure !== undefined) {
    assert.fail(`${failure.problems.join('\n')}\nnpm run simulate -- --seed ${failure.seed} --schedules 1`)
  }
  assert.equal(schedules, SCHEDULES)
  for (const [what, least] of Object.entries(LEAST)) {
    assert.ok((counts[what] ?? 0) >= least, `${what} happened ${counts[what] ?? 0} times, not ${least}`)
  }
})
