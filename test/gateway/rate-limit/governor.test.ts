import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, GovernorRig, specOf, type SpecParts, START_MS } from './governor-rig.ts'

/** The account of every call that names no other. */
const ACCOUNT = specOf({ protoId: 2202 }).accId

const CHAIN = { protoId: 3209 } as const
const ORDER = { protoId: 2202, rank: 'order' } as const
const CHANGE = { protoId: 2205, rank: 'order' } as const
const CANCEL = { protoId: 2205, rank: 'cancel' } as const

function submitMany(rig: GovernorRig, times: number, parts: SpecParts): readonly string[] {
  return Array.from({ length: times }, () => rig.submit(parts).kind)
}

/** When each sent call left, in ms since the start, in the order of sending. */
function departures(rig: GovernorRig): readonly number[] {
  return rig.sent.map((callId) => (rig.ending(callId)?.atMs ?? NaN) - START_MS)
}

test('the eleventh option chain within 30 s is told to the millisecond when it can go', () => {
  const rig = new GovernorRig()
  assert.deepEqual(new Set(submitMany(rig, 10, CHAIN)), new Set(['send']))
  rig.pass(1_000)
  assert.deepEqual(rig.submit(CHAIN), {
    kind: 'refused',
    failure: { code: 'upstream.rate_limited', limit: 10, windowMs: 30_000, retryAfterMs: 29_500 },
  })
})

test('a read that can go within two seconds waits for it', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  rig.pass(28_499)
  assert.equal(rig.submit(CHAIN).kind, 'refused')
  rig.pass(1)
  assert.equal(rig.submit(CHAIN).kind, 'wait')
  assert.equal(rig.governor.nextWakeMs(), START_MS + 30_500)
  rig.pass(2_000)
  assert.equal(departures(rig).at(-1), 30_500)
})

test('a burst of orders is spaced out, each account by itself', () => {
  const rig = new GovernorRig()
  submitMany(rig, 15, ORDER)
  submitMany(rig, 2, { ...ORDER, accId: 8n })
  rig.pass(5_000)
  const first = departures(rig).filter((_, i) => rig.specs[rig.sent[i] ?? -1]?.accId === 7n)
  assert.deepEqual(
    first,
    Array.from({ length: 15 }, (_, i) => i * 40),
  )
  assert.equal(departures(rig).length, 17)
  assert.equal(rig.submit(ORDER).kind, 'refused')
})

test('changes leave four calls for cancels and four more for kill switches, at any moment', () => {
  const rig = new GovernorRig()
  submitMany(rig, 30, { ...CHANGE, caller: 'flood' })
  rig.pass(5_000)
  assert.equal(rig.sent.length, 12)
  assert.equal(rig.submit({ ...CHANGE, caller: 'flood' }).kind, 'refused')
  submitMany(rig, 4, { ...CANCEL, caller: 'flood' })
  rig.pass(240)
  assert.equal(rig.sent.length, 16)
  assert.equal(rig.submit(CANCEL).kind, 'refused')
  submitMany(rig, 4, { ...CANCEL, rank: 'switch' })
  rig.pass(240)
  assert.equal(rig.sent.length, 20)
})

test('cancels of unknown orders get four calls, and are refused rather than let others wait', () => {
  const rig = new GovernorRig()
  const kinds = submitMany(rig, 60, { ...CANCEL, rank: 'cancel_unknown', caller: 'flood' })
  rig.pass(2_000)
  assert.equal(rig.sent.length, 4)
  assert.equal(kinds.filter((kind) => kind === 'refused').length, 56)
  submitMany(rig, 12, CANCEL)
  rig.pass(2_000)
  assert.equal(rig.sent.length, 16)
})

test('a cancel goes before the changes that came earlier, also of the same caller', () => {
  const rig = new GovernorRig()
  submitMany(rig, 4, CHANGE)
  const cancel = rig.specs.length
  rig.submit(CANCEL)
  rig.pass(1_000)
  assert.equal(rig.sent.indexOf(cancel), 1)
})

test('a caller whose queue of changes is full can still cancel', () => {
  const rig = new GovernorRig()
  const kinds = submitMany(rig, 60, { ...CHANGE, caller: 'flood' })
  assert.ok(kinds.includes('refused'))
  assert.equal(rig.submit({ ...CANCEL, caller: 'flood' }).kind, 'wait')
})

test('reads that refresh cannot take away the lists of an order search or a kill switch', () => {
  const rig = new GovernorRig()
  const kinds = submitMany(rig, 10, { protoId: 2201 })
  assert.equal(kinds.filter((kind) => kind === 'send').length, 4)
  const looks = submitMany(rig, 4, { protoId: 2201, rank: 'system', caller: '' })
  assert.deepEqual(looks, ['send', 'send', 'send', 'send'])
  const lists = submitMany(rig, 2, { protoId: 2201, rank: 'switch' })
  assert.deepEqual(lists, ['send', 'send'])
})

test('a call that others overtook is refused at its deadline, with the time at which it can go', () => {
  const rig = new GovernorRig()
  for (let i = 0; i < 10; i++) {
    rig.submit(CHAIN)
    rig.pass(1_000)
  }
  rig.pass(18_600)
  const read = rig.specs.length
  rig.submit(CHAIN)
  for (let i = 0; i < 3; i++) rig.submit({ ...CHAIN, rank: 'system' })
  rig.pass(2_000)
  const ending = rig.ending(read)
  assert.ok(ending?.kind === 'refused')
  // 30.6 s: the slots of 30.5 s went to the first of our own calls, those of 31.5 and 32.5 s go to the others.
  assert.equal(ending.atMs, START_MS + 30_600)
  assert.equal(ending.failure.retryAfterMs, 33_500 - 30_600)
})

test('what waits is handed back once, and what was sent still counts', () => {
  const rig = new GovernorRig()
  submitMany(rig, 4, ORDER)
  rig.forgetWaiting()
  assert.deepEqual(
    [1, 2, 3].map((callId) => rig.ending(callId)?.kind),
    ['handed back', 'handed back', 'handed back'],
  )
  assert.equal(rig.governor.nextWakeMs(), null)
  rig.pass(5_000)
  assert.equal(rig.sent.length, 1)
  assert.equal(rig.governor.budgetOf(2202, bodyOf(specOf(ORDER)), rig.nowMs)?.remaining, 14)
})

test('orders that an earlier life of the object sent still count', () => {
  const rig = new GovernorRig()
  const body = bodyOf(specOf(ORDER))
  for (const agoMs of [100, 29_000, 31_000, 5_000]) rig.governor.countEarlier(2202, ACCOUNT, START_MS - agoMs)
  const budget = rig.governor.budgetOf(2202, body, START_MS)
  assert.deepEqual(budget, { limit: 15, windowMs: 30_000, remaining: 12, resetMs: 1_500 })
  assert.deepEqual(new Set(submitMany(rig, 1, ORDER)), new Set(['send']))
})

test('the budget names what the caller has left: a part that is reserved for others is not in it', () => {
  const rig = new GovernorRig()
  const body = bodyOf(specOf(CHANGE))
  const left = (): readonly (number | undefined)[] =>
    (['cancel_unknown', 'order', 'cancel', 'switch'] as const).map(
      (rank) => rig.governor.budgetOf(2205, body, rig.nowMs, rank)?.remaining,
    )
  assert.deepEqual(left(), [4, 12, 16, 20])
  submitMany(rig, 14, CHANGE)
  rig.pass(1_000)
  assert.deepEqual(left(), [0, 0, 4, 8])
  assert.equal(rig.governor.budgetOf(3004, body, rig.nowMs), null)
  const cached = bodyOf(specOf({ protoId: 2101, counts: false }))
  assert.equal(rig.governor.budgetOf(2101, cached, rig.nowMs), null)
})

test('asking for a budget makes no counter', () => {
  const rig = new GovernorRig()
  rig.governor.budgetOf(3209, new Uint8Array(0), rig.nowMs)
  assert.equal(rig.governor.limiters, 0)
})

test('a clock that is set back opens no window early and closes none for longer', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  rig.nowMs -= 3_600_000
  const verdict = rig.submit(CHAIN)
  assert.ok(verdict.kind === 'refused' && verdict.failure.retryAfterMs === 30_500)
  rig.pass(29_000)
  assert.equal(rig.submit(CHAIN).kind, 'wait')
  assert.equal(rig.governor.nextWakeMs(), START_MS - 3_600_000 + 30_500)
  rig.pass(1_500)
  assert.equal(rig.sent.length, 11)
})

test('an order remembered from a clock that was ahead counts from now on, not from the future', () => {
  const rig = new GovernorRig()
  const body = bodyOf(specOf(ORDER))
  rig.governor.countEarlier(2202, ACCOUNT, START_MS + 3_600_000)
  assert.equal(rig.governor.budgetOf(2202, body, START_MS)?.resetMs, 30_500)
})

test('a late timer sends what was due; it does not refuse it', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  rig.pass(29_000)
  rig.submit(CHAIN)
  rig.nowMs += 10_000
  rig.release()
  assert.equal(rig.sent.length, 11)
})

test('while a timer is late, nobody goes before those whose time has come', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  rig.pass(29_000)
  const due = rig.specs.length
  rig.submit({ ...CHAIN, rank: 'system' })
  rig.nowMs += 1_600
  assert.equal(rig.submit({ ...CHAIN, rank: 'system', caller: 'b' }).kind, 'wait')
  assert.equal(rig.submit({ ...CHAIN, rank: 'read' }).kind, 'wait')
  assert.equal(rig.submit({ ...CHAIN, rank: 'order' }).kind, 'send')
  rig.release()
  assert.deepEqual(rig.sent.slice(10), [due + 3, due, due + 1, due + 2])
})

test('of calls that come due together the higher rank leaves first, whatever they wait for', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  submitMany(rig, 10, { protoId: 2222 })
  rig.pass(29_000)
  const read = rig.specs.length
  rig.submit(CHAIN)
  rig.submit({ protoId: 2222, rank: 'system' })
  rig.pass(2_000)
  assert.deepEqual(rig.sent.slice(20), [read + 1, read])
})

test('the time in a refusal follows what was sent since the refusal before', () => {
  const rig = new GovernorRig()
  for (let i = 0; i < 12; i++) {
    rig.submit(CHANGE)
    rig.pass(1_000)
  }
  const retryAfterMs = (): number => {
    const verdict = rig.submit(CHANGE)
    return verdict.kind === 'refused' ? verdict.failure.retryAfterMs : NaN
  }
  assert.equal(retryAfterMs(), 18_500)
  // A cancel from the reserve takes the place that the change would have had.
  assert.equal(rig.submit(CANCEL).kind, 'send')
  assert.equal(retryAfterMs(), 19_500)
})

test('the time in a refusal follows a timer that was late', () => {
  const rig = new GovernorRig()
  submitMany(rig, 10, CHAIN)
  rig.pass(28_500)
  submitMany(rig, 10, CHAIN)
  const before = rig.submit(CHAIN)
  assert.ok(before.kind === 'refused' && before.failure.retryAfterMs === 2_000 + 30_500)
  rig.nowMs += 2_700
  rig.release()
  const after = rig.submit(CHAIN)
  assert.ok(after.kind === 'refused' && after.failure.retryAfterMs === 30_500)
})
