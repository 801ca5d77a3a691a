import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubType } from '../../proto/enums.ts'
import { ANNA, ANNAS_SOCKET, BERT, BERTS_SOCKET, OrderPathRig, sub } from './subscription-rig.ts'

const { Basic, OrderBook } = SubType

test('a new link gets everything that is held, in few calls, and nothing that only lingered', async () => {
  const rig = new OrderPathRig()
  const codes = Array.from({ length: 40 }, (_, index) => `S${index}`)
  await rig.subscribe(ANNA, codes, [Basic, OrderBook])
  await rig.subscribe(BERT, ['OLD'], [Basic])
  await rig.unsubscribe(BERT, ['OLD'], [Basic])
  rig.cut()
  assert.equal(rig.manager.isLive('1:1_S0'), false)
  const before = rig.opend.subs.length
  rig.up()
  await rig.pass(1_000)
  assert.deepEqual([rig.opend.units.size, rig.opend.subs.length - before], [80, 1])
  assert.ok(rig.manager.isLive('1:1_S0'))
  assert.deepEqual(rig.losses, [])
})

test('a subscription that finds the link down waits for it, behind the restore', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  rig.cut()
  const call = rig.manager.subscribe(BERT, sub(['B'], [Basic]), null)
  await rig.pass(2_000)
  rig.up()
  assert.equal(await rig.done(call), null)
  assert.deepEqual(
    rig.opend.subs.slice(1).map(({ securityList }) => securityList?.[0]?.code),
    ['A', 'B'],
  )
  rig.cut()
  const failed = await rig.done(rig.manager.subscribe(BERT, sub(['C'], [Basic]), null))
  assert.equal(failed?.code, 'gateway.not_ready')
  assert.deepEqual(rig.storedUnits(BERT.id), ['1:1_B'])
})

test('a link that breaks in the middle of a change fails the change, and the next link is right again', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  const call = rig.manager.subscribe(ANNA, sub(['B'], [Basic]), null)
  await rig.clock.runUntil(Infinity, () => rig.opend.subs.length === 2)
  rig.cut()
  assert.equal((await rig.done(call))?.code, 'gateway.disconnected')
  rig.up()
  await rig.pass(100_000)
  assert.deepEqual([rig.upstream, rig.storedUnits(ANNA.id)], [['1:1_A'], ['1:1_A']])
})

test('a change that waits while the link changes runs behind the restore, and finds the quota as that leaves it', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 3
  rig.opend.cutDelayMs = 50
  await rig.subscribe(ANNAS_SOCKET, ['A'], [Basic])
  await rig.pass(60_000)
  const calls = [
    rig.manager.subscribe(BERT, sub(['B'], [Basic]), null),
    rig.manager.subscribe(BERTS_SOCKET, sub(['C', 'D'], [Basic]), null),
  ]
  await rig.clock.runUntil(Infinity, () => rig.opend.subs.length === 2)
  rig.cut()
  await rig.pass(1)
  rig.up()
  const failures = await rig.done(Promise.all(calls))
  assert.deepEqual(
    failures.map((failure) => failure?.code),
    ['gateway.disconnected', 'quote.quota_exhausted'],
  )
  await rig.pass(1_000)
  assert.deepEqual([rig.upstream, rig.losses.length], [['1:1_A'], 0])
})

test('units that OpenD no longer takes are found among the good ones, and their holders are told', async () => {
  const rig = new OrderPathRig()
  const codes = Array.from({ length: 80 }, (_, index) => `S${index}`)
  await rig.subscribe(ANNA, codes, [Basic])
  await rig.subscribe(BERTS_SOCKET, ['S17', 'S18'], [Basic])
  rig.cut()
  rig.opend.unknown.add('1_S17').add('1_S60')
  const before = rig.opend.subs.length
  rig.up()
  await rig.pass(5_000)
  assert.equal(rig.opend.units.size, 78)
  assert.ok(rig.opend.subs.length - before < 30)
  const lost = rig.losses.map(({ id, units, reason }) => `${id} ${units.join()} ${reason.kind}`).sort()
  assert.deepEqual(lost, [
    `${ANNA.id} 1:1_S17 refused`,
    `${ANNA.id} 1:1_S60 refused`,
    `${BERTS_SOCKET.id} 1:1_S17 refused`,
  ])
  assert.deepEqual(rig.streams(BERTS_SOCKET), ['1:1_S18'])
})

test('an OpenD that takes nothing yet does not cost anybody its subscriptions', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A', 'B'], [Basic])
  rig.cut()
  rig.opend.fates = ['refused', 'refused', 'lost_undone', 'refused', 'refused', 'refused']
  rig.up()
  await rig.pass(90_000)
  assert.deepEqual([rig.losses, rig.upstream], [[], ['1:1_A', '1:1_B']])
})

test('an OpenD that never takes anything again is believed after some minutes', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  rig.cut()
  rig.opend.unknown.add('1_A')
  rig.up()
  await rig.pass(250_000)
  assert.deepEqual(rig.losses, [])
  await rig.pass(100_000)
  assert.deepEqual([rig.losses.length, rig.rows.size], [1, 0])
})

test('thousands of refusals do not become thousands of calls', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 2_000
  for (let from = 0; from < 1_000; from += 100) {
    const codes = Array.from({ length: 100 }, (_, index) => `S${from + index}`)
    await rig.subscribe(ANNA, codes, [Basic])
  }
  rig.cut()
  await rig.pass(61_000)
  rig.opend.quota = 350
  const before = rig.opend.subs.length
  rig.up()
  await rig.pass(60_000)
  assert.ok(rig.opend.subs.length - before < 500, `${rig.opend.subs.length - before} calls`)
  assert.equal(rig.storedUnits(ANNA.id).length, rig.opend.units.size)
  assert.ok(rig.opend.units.size >= 300)
})

test('an eviction keeps REST callers and open sockets, and forgets those that hung up', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic], { isRegOrUnRegPush: true })
  await rig.subscribe(ANNAS_SOCKET, ['B'], [Basic])
  await rig.subscribe(BERTS_SOCKET, ['C'], [Basic])
  rig.manager.setAccounts(ANNAS_SOCKET, [7n])
  rig.evict([ANNAS_SOCKET.id])
  assert.deepEqual(rig.streams(ANNA), ['1:1_A'])
  assert.deepEqual(rig.streams(ANNAS_SOCKET), ['1:1_B', 'fills:7', 'orders:7'])
  assert.deepEqual(rig.streams(BERTS_SOCKET), [])
  rig.up()
  await rig.pass(1_000)
  assert.deepEqual(rig.upstream, ['1:1_A', '1:1_B'])
})

test('an eviction makes nobody look idle before the time', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 1
  await rig.subscribe(ANNA, ['A'], [Basic])
  await rig.pass(119_000)
  rig.manager.missingFor([ANNA.id], Basic, ['1_A'])
  rig.evict([])
  rig.up()
  await rig.pass(299_000)
  assert.equal((await rig.subscribe(BERT, ['B'], [Basic]))?.code, 'quote.quota_exhausted')
  await rig.pass(121_000)
  assert.equal(await rig.subscribe(BERT, ['B'], [Basic]), null)
})
