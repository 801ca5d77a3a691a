import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CancelResult } from '../../../src/orders/kill-switch/cancel-open.ts'
import { fireSwitches, nextSwitchMs } from '../../../src/orders/kill-switch/dead-man.ts'
import { DeskRig } from '../order-rig.ts'

const NOW_MS = 1_000_000

/** A switch of one caller that was due a second ago. */
function armed(): { readonly rig: DeskRig; readonly fire: (cancel: () => CancelResult[]) => Promise<void> } {
  const rig = new DeskRig()
  rig.switches.arm('key:a', NOW_MS - 1_000)
  const fire = (cancel: () => CancelResult[]): Promise<void> =>
    fireSwitches({ switches: rig.switches, nowMs: () => NOW_MS, cancelOpen: async () => cancel() })
  return { rig, fire }
}

function result(outcome: CancelResult['outcome']): CancelResult {
  return { accId: '1', orderId: '1', orderIdEx: 'FT1', code: '00700', outcome, detail: null }
}

test('a switch that could not cancel everything fires again', async () => {
  const { rig, fire } = armed()
  for (const outcome of ['not_attempted', 'unknown'] as const) {
    await fire(() => [result('cancelled'), result(outcome)])
    assert.equal(rig.switches.armed().length, 1, outcome)
  }
  await fire(() => [result('cancelled'), result('refused')])
  assert.deepEqual(rig.switches.armed(), [])
})

test('a switch that is renewed while it fires stays armed for its new time', async () => {
  const { rig, fire } = armed()
  await fire(() => {
    rig.switches.arm('key:a', NOW_MS + 60_000)
    return [result('cancelled')]
  })
  assert.deepEqual(rig.switches.armed(), [{ caller: 'key:a', fireAtMs: NOW_MS + 60_000 }])
})

test('one that is not due does not fire, and is what the next alarm is for', async () => {
  const { rig, fire } = armed()
  rig.switches.arm('key:b', NOW_MS + 5_000)
  let fired = 0
  await fire(() => {
    fired++
    return [result('not_attempted')]
  })
  assert.equal(fired, 1)
  assert.equal(nextSwitchMs(rig.switches, NOW_MS), NOW_MS + 5_000, 'not the one that is due still')
  assert.equal(nextSwitchMs(rig.switches, NOW_MS + 5_000), null)
})
