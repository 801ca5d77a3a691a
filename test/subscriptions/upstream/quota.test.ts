import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubType } from '../../../proto/enums.ts'
import { ANNA, ANNAS_SOCKET, BERT, BERTS_SOCKET, OrderPathRig, sub } from '../subscription-rig.ts'

const { Basic, OrderBook } = SubType

/** A manager whose quota is used up by Anna's REST calls. */
async function usedUpByAnna(quota: number): Promise<OrderPathRig> {
  const rig = new OrderPathRig()
  rig.opend.quota = quota
  const codes = Array.from({ length: quota }, (_, index) => `A${index}`)
  assert.equal(await rig.subscribe(ANNA, codes, [Basic]), null)
  return rig
}

test('a full quota is a failure with the numbers, and none of them names anybody', async () => {
  const rig = await usedUpByAnna(3)
  rig.opend.quota = 5
  rig.opend.usedByOthers = 1
  const failure = await rig.subscribe(BERT, ['B', 'C'], [Basic])
  assert.deepEqual(failure, {
    ...{ code: 'quote.quota_exhausted', needed: 2, free: 1, total: 5 },
    ...{ usedByCaller: 0, usedByOthers: 4, retryAfterMs: null },
  })
  assert.deepEqual([rig.storedUnits(BERT.id), rig.opend.quotaRefusals], [[], 0])
})

test('what lingers gives its units back, and the failure says when', async () => {
  const rig = await usedUpByAnna(3)
  await rig.unsubscribe(ANNA, ['A0', 'A1'], [Basic])
  const failure = await rig.subscribe(BERT, ['B', 'C'], [Basic])
  assert.ok(failure?.code === 'quote.quota_exhausted')
  assert.deepEqual([failure.usedByCaller, failure.usedByOthers], [0, 3])
  assert.ok(failure.retryAfterMs !== null && failure.retryAfterMs > 59_000 && failure.retryAfterMs <= 62_000)
  assert.equal(
    failure.retryAfterMs === null ? '' : (await rig.subscribe(BERT, ['B', 'C', 'D'], [Basic]))?.code,
    failure.code,
  )
  await rig.pass(failure.retryAfterMs)
  assert.equal(await rig.subscribe(BERT, ['B', 'C'], [Basic]), null)
})

test('idle REST subscriptions give way, the least recently used first, and no more of them than needed', async () => {
  const rig = await usedUpByAnna(4)
  await rig.pass(200_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A0', '1_A2', '1_A3'])
  await rig.pass(1_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A0', '1_A3'])
  await rig.pass(298_000)
  // Only A1 is idle by now.
  assert.equal((await rig.subscribe(BERT, ['B', 'C'], [Basic]))?.code, 'quote.quota_exhausted')
  assert.equal(rig.losses.length, 0, 'nobody loses anything for a call that fails all the same')
  await rig.pass(1_500)
  assert.equal(await rig.subscribe(BERT, ['B', 'C'], [Basic]), null)
  assert.deepEqual(rig.storedUnits(ANNA.id), ['1:1_A0', '1:1_A3'])
  const [loss] = rig.losses
  assert.deepEqual([loss?.id, loss?.units, loss?.reason.kind], [ANNA.id, ['1:1_A1', '1:1_A2'], 'reclaimed'])
  assert.deepEqual([rig.opend.earlyDrops, rig.opend.quotaRefusals], [0, 0])
})

test('of several idle subscriptions the one goes that was used longest ago', async () => {
  const rig = await usedUpByAnna(3)
  await rig.pass(1_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A1'])
  await rig.pass(1_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A0'])
  await rig.pass(400_000)
  await rig.subscribe(BERT, ['B'], [Basic])
  await rig.subscribe(BERT, ['C'], [Basic])
  assert.deepEqual(
    rig.losses.flatMap(({ units }) => units),
    ['1:1_A2', '1:1_A1'],
  )
})

test('what the call itself needs does not give way to it', async () => {
  const rig = await usedUpByAnna(2)
  await rig.pass(1_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A1'])
  await rig.pass(400_000)
  // A0 was used longest ago, but it is what Bert asks for.
  assert.equal(await rig.subscribe(BERT, ['A0', 'B'], [Basic]), null)
  assert.deepEqual(rig.storedUnits(ANNA.id), ['1:1_A0'])
})

test('what a socket holds, or what is pushed to somebody, is never idle', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 3
  await rig.subscribe(ANNAS_SOCKET, ['A'], [Basic])
  await rig.subscribe(ANNA, ['A', 'B'], [Basic])
  await rig.subscribe(ANNA, ['C'], [Basic], { isRegOrUnRegPush: true })
  rig.listening.add(ANNA.id)
  await rig.pass(1_000_000)
  assert.equal((await rig.subscribe(BERT, ['X', 'Y'], [Basic]))?.code, 'quote.quota_exhausted')
  assert.equal(await rig.subscribe(BERT, ['X'], [Basic]), null)
  assert.deepEqual(rig.upstream, ['1:1_A', '1:1_C', '1:1_X'])
  // Bert's X is in use, and nobody listens to Anna's pushes any more.
  rig.listening.delete(ANNA.id)
  assert.equal(await rig.subscribe(BERTS_SOCKET, ['Y'], [Basic]), null)
  assert.deepEqual(rig.upstream, ['1:1_A', '1:1_X', '1:1_Y'])
})

test('what is being taken back cannot be taken up until it is gone, whichever call drops it', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 4
  // No rectangle, so taking it back needs two calls.
  await rig.subscribe(ANNA, ['A'], [Basic])
  await rig.subscribe(ANNA, ['B', 'C'], [OrderBook])
  await rig.pass(400_000)
  const taking = rig.manager.subscribe(BERT, sub(['W', 'X', 'Y', 'Z'], [Basic]), null)
  await rig.clock.runUntil(Infinity, () => rig.opend.subs.length === 3)
  // The first drop has arrived; the second is not sent yet.
  const backs = [sub(['A'], [Basic]), sub(['B', 'C'], [OrderBook])]
  const back = Promise.all(backs.map((c2s) => rig.manager.subscribe(ANNAS_SOCKET, c2s, null)))
  assert.equal(await rig.done(taking), null)
  const failures = await rig.done(back)
  assert.deepEqual(
    failures.map((failure) => failure?.code),
    ['quote.quota_exhausted', 'quote.quota_exhausted'],
  )
  assert.deepEqual(rig.storedUnits(ANNAS_SOCKET.id), [])
})

test("OpenD's own refusal for its quota becomes one with numbers, and the next is refused without asking it", async () => {
  const rig = await usedUpByAnna(3)
  rig.opend.quota = 5
  await rig.unsubscribe(ANNA, ['A0'], [Basic])
  await rig.subscribe(ANNA, ['A3'], [Basic])
  // Another program takes the last unit after the numbers were read.
  rig.opend.usedByOthers = 1
  const failure = await rig.subscribe(BERT, ['B'], [Basic])
  assert.equal(failure?.code, 'quote.quota_exhausted')
  const next = await rig.subscribe(BERT, ['B'], [Basic])
  assert.equal(next?.code, 'quote.quota_exhausted')
  assert.equal(rig.opend.quotaRefusals, 1)
})

test('when OpenD does not tell the quota, nobody is refused for it: they get its failure', async () => {
  const rig = await usedUpByAnna(2)
  rig.opend.hidesQuota = true
  assert.equal((await rig.subscribe(BERT, ['B'], [Basic]))?.code, 'opend.refused')
  rig.opend.hidesQuota = false
  assert.equal((await rig.subscribe(BERT, ['B'], [Basic]))?.code, 'quote.quota_exhausted')
})

test('a share is of the caller, over all its connections, however many calls come at once', async () => {
  const rig = new OrderPathRig()
  assert.equal(await rig.subscribe(ANNA, ['A', 'B'], [Basic], {}, 4), null)
  // The same unit over another connection is the same unit.
  assert.equal(await rig.subscribe(ANNAS_SOCKET, ['A', 'C'], [Basic], {}, 4), null)
  const both = await rig.done(
    Promise.all([
      rig.manager.subscribe(ANNA, sub(['D'], [Basic]), 4),
      rig.manager.subscribe(ANNAS_SOCKET, sub(['E'], [Basic]), 4),
    ]),
  )
  assert.deepEqual(both, [null, { code: 'quote.share_exceeded', needed: 1, held: 4, share: 4 }])
  assert.equal(await rig.subscribe(ANNAS_SOCKET, ['D'], [Basic], {}, 4), null)
  assert.equal(await rig.subscribe(BERT, ['E'], [Basic], {}, 4), null)
  await rig.unsubscribe(ANNA, ['B'], [Basic])
  assert.equal(await rig.subscribe(ANNA, ['E'], [Basic], {}, 4), null)
})
