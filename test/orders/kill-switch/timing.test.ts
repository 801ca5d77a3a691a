import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { failed, never } from '../order-values.ts'
import { orderList, refusal } from '../sample-replies.ts'
import { LONGEST_WRITE_MS } from '../simulation/disk.ts'
import { SwitchRig } from './switch-rig.ts'

/** The time from a switch's due time to its cancels at OpenD, ms, while the link is up. */
const PROMPT_MS = 5_000

/** The longest time that the rig's storage needs to write a cancel before it is sent. */
const DURABLE_MS = LONGEST_WRITE_MS + 1

test('a switch fires in time, regardless of the accounts and switches of other callers', async () => {
  const account = fc.record({
    seconds: fc.integer({ min: 5, max: 40 }),
    orders: fc.integer({ min: 1, max: 30 }),
    trouble: fc.constantFrom('none', 'none', 'hangs', 'cancels hang', 'refuses', 'lists nothing', 'no refresh', 'lost'),
  })
  const callers = fc.array(account, { minLength: 2, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(callers, async (accounts) => {
      const rig = new SwitchRig()
      for (const [index, { orders }] of accounts.entries()) {
        for (let count = 0; count < orders; count++) await rig.placed(`key:${index}`, BigInt(index))
      }
      const troubleOf = (accId: bigint) => accounts[Number(accId)]?.trouble
      rig.onList = (accId, isFresh) => {
        switch (troubleOf(accId)) {
          case 'hangs':
            return never()
          case 'lists nothing':
            return orderList([])
          case 'no refresh':
            return isFresh ? never() : null
          default:
            return null
        }
      }
      rig.onCancel = (accId) => {
        switch (troubleOf(accId)) {
          case 'hangs':
          case 'cancels hang':
            return never()
          case 'refuses':
            return refusal(2205, -1)
          case 'lost':
            return failed('gateway.disconnected', true)
          default:
            return null
        }
      }
      const armedMs = rig.clock.elapsedMs
      for (const [index, { seconds }] of accounts.entries()) rig.service.killSwitch.cancelAfter(`key:${index}`, seconds)
      await rig.pass(60_000)
      for (const [index, { seconds, orders, trouble }] of accounts.entries()) {
        const own = rig.cancels.filter(({ accId }) => accId === BigInt(index))
        const firstMs = (own[0]?.atMs ?? Infinity) - armedMs - seconds * 1_000
        const isPrompt = trouble !== 'hangs'
        if (isPrompt) assert.ok(firstMs >= 0 && firstMs <= PROMPT_MS, `${index} fired ${firstMs} ms after its time`)
        if (trouble === 'none') assert.deepEqual([rig.open(BigInt(index)), own.length], [[], orders])
      }
    }),
    { seed: 20_261_126, numRuns: 40 },
  )
})

test('a switch that becomes due while the link is down fires when the link is up', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.service.killSwitch.cancelAfter('key:a', 5)
  rig.isLinkUp = false
  await rig.pass(12_000)
  assert.deepEqual([rig.cancels, rig.metric('opend_edge_switch_tasks_running')], [[], 1])
  assert.equal(rig.service.killSwitch.cancelAfter('key:a', 60).ok, false, 'it is too late to put it off')
  rig.isLinkUp = true
  rig.service.linkReady()
  await rig.pass(DURABLE_MS)
  assert.deepEqual(rig.open(), [])
})

test('a task that waits for its next attempt continues when the link is up again', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.onCancel = () => refusal(2205, -1)
  rig.service.killSwitch.cancelAfter('key:a', 5)
  await rig.pass(100_000)
  rig.isLinkUp = false
  await rig.pass(60_000)
  const before = rig.cancels.length
  rig.onCancel = () => null
  rig.isLinkUp = true
  rig.service.linkReady()
  await rig.pass(DURABLE_MS)
  assert.deepEqual([rig.open(), rig.cancels.length], [[], before + 1])
})

test('the alarm continues a task that a lost link had stopped', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.onCancel = () => refusal(2205, -1)
  rig.service.killSwitch.cancelAfter('key:a', 5)
  await rig.pass(6_000)
  rig.isLinkUp = false
  await rig.pass(60_000)
  rig.onCancel = () => null
  rig.isLinkUp = true
  rig.service.alarm()
  await rig.pass(DURABLE_MS)
  assert.deepEqual(rig.open(), [])
})

test('a switch fires on time when the clock is set back, and at the alarm when it is set forward', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  rig.service.killSwitch.cancelAfter('key:a', 20)
  rig.clock.step(-3_600_000)
  await rig.pass(20_000 + DURABLE_MS)
  assert.deepEqual(rig.open(), [])
  await rig.pass(10_000)
  await rig.placed('key:b')
  rig.service.killSwitch.cancelAfter('key:b', 600)
  rig.clock.step(700_000)
  rig.service.alarm()
  await rig.pass(DURABLE_MS)
  assert.deepEqual(rig.open(), [])
})

test('a cancel-after can be renewed or disarmed until it fires, and ignores later orders', async () => {
  const rig = new SwitchRig()
  const before = await rig.placed('key:a')
  const arm = (seconds: number | null) => rig.service.killSwitch.cancelAfter('key:a', seconds)
  arm(10)
  await rig.pass(9_000)
  arm(10)
  await rig.pass(9_000)
  arm(null)
  await rig.pass(20_000)
  assert.deepEqual([rig.open(), rig.service.killSwitch.report().tasks], [[before], []])
  arm(10)
  rig.onCancel = () => refusal(2205, -1)
  await rig.pass(11_000)
  const after = await rig.placed('key:a')
  for (const seconds of [60, null]) {
    const answer = arm(seconds)
    assert.equal(answer.ok ? null : answer.failure.code, 'switch.fired')
  }
  rig.onCancel = () => null
  await rig.pass(30_000)
  assert.deepEqual(rig.open(), [after])
  assert.equal(arm(60).ok, true)
  assert.equal(rig.metric('opend_edge_switches_armed'), 1)
})

test('two tasks for the same orders share their polls and cancels', async () => {
  const rig = new SwitchRig()
  await rig.placed('key:a')
  let polls = 0
  rig.onList = () => {
    polls++
    return null
  }
  rig.service.killSwitch.cancelAfter('key:a', 5)
  await rig.pass(4_999)
  const reports = await Promise.all(['r1', 'r2', 'r3'].map((requestId) => rig.halt({ kind: 'all' }, { requestId })))
  await rig.pass(10)
  assert.deepEqual([rig.open(), rig.cancels.length], [[], 1])
  assert.ok(polls <= 6, `${polls} polls`)
  assert.equal(reports.length, 3)
})
