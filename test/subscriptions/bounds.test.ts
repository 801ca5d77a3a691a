import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubType } from '../../proto/enums.ts'
import { restSubscriber, socketSubscriber } from '../../src/subscriptions/subscriber.ts'
import { MAX_UNITS_PER_SUBSCRIBER } from '../../src/subscriptions/subscription-change.ts'
import {
  MAX_ACCOUNTS_PER_SUBSCRIBER,
  MAX_HELD_UNITS,
  MAX_SUBSCRIBERS,
  MAX_WATCHED_ACCOUNTS,
} from '../../src/base/memory-budget.ts'
import { MAX_WAITING_CHANGES } from '../../src/subscriptions/subscription-manager.ts'
import { ANNA, BERT, OrderPathRig, sub } from './subscription-rig.ts'

const { Basic, OrderBook, KL_Day } = SubType

test('the queue is bounded: who comes after it is full is told so, and loses nothing by it', async () => {
  const rig = new OrderPathRig()
  await rig.subscribe(ANNA, ['A'], [Basic])
  const calls = Array.from({ length: MAX_WAITING_CHANGES }, (_, index) =>
    rig.manager.subscribe(socketSubscriber(index, 'key:anna'), sub([`S${index % 5}`], [OrderBook]), null),
  )
  const late = await rig.manager.subscribe(BERT, sub(['LATE'], [OrderBook]), null)
  assert.equal(late?.code, 'gateway.busy')
  // What is there already needs no queue.
  assert.equal(await rig.manager.subscribe(BERT, sub(['A'], [Basic]), null), null)
  assert.ok((await rig.done(Promise.all(calls))).every((failure) => failure === null))
  assert.equal(await rig.subscribe(BERT, ['LATE'], [OrderBook]), null)
})

test('what OpenD would not understand is refused before it is asked', async () => {
  const rig = new OrderPathRig()
  const path = async (codes: string[], types: number[], more = {}) => {
    const failure = await rig.subscribe(ANNA, codes, types, more)
    return failure?.code === 'request.invalid_value' ? failure.path : failure
  }
  assert.equal(await path([], [Basic]), 'security_list')
  assert.equal(await path(['A'], []), 'sub_type_list')
  assert.equal(await path(['A'], [Basic, 3]), 'sub_type_list[1]')
  assert.equal(await path(['A'], [KL_Day], { regPushRehabTypeList: [7] }), 'reg_push_rehab_type_list')
  assert.equal(await path(['A'], [Basic], { session: 9 }), 'session')
  assert.equal(
    await path(
      Array.from({ length: 2_001 }, (_, index) => `${index}`),
      [Basic],
    ),
    'security_list',
  )
  assert.equal(rig.opend.subs.length, 0)
})

test('however many callers come, only so many are remembered; one that is idle gives way', async () => {
  const rig = new OrderPathRig()
  for (let caller = 0; caller < MAX_SUBSCRIBERS; caller++) {
    assert.equal(rig.manager.setAccounts(restSubscriber(`key:${caller}`), [1n]), null)
  }
  await rig.pass(200_000)
  rig.manager.missingFor(['key:0'], Basic, [])
  assert.equal((await rig.subscribe(ANNA, ['A'], [Basic]))?.code, 'gateway.busy')
  await rig.pass(101_000)
  assert.equal(await rig.subscribe(ANNA, ['A'], [Basic]), null)
  assert.deepEqual([rig.manager.counts.subscribers, rig.losses[0]?.id], [MAX_SUBSCRIBERS, 'key:1'])
  rig.assertTold()
})

test('the sum of what callers hold is bounded too', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 3_000
  const codes = Array.from({ length: MAX_UNITS_PER_SUBSCRIBER }, (_, index) => `${index}`)
  for (let socket = 0; socket < MAX_HELD_UNITS / MAX_UNITS_PER_SUBSCRIBER; socket++) {
    assert.equal(await rig.subscribe(socketSubscriber(socket, `key:${socket}`), codes, [Basic]), null)
  }
  assert.equal((await rig.subscribe(ANNA, ['1'], [Basic]))?.code, 'gateway.busy')
  // What one has already does not count again.
  assert.equal(await rig.subscribe(socketSubscriber(0, 'key:0'), codes, [Basic]), null)
  assert.deepEqual(await rig.subscribe(socketSubscriber(0, 'key:0'), ['ONE MORE'], [Basic]), {
    ...{ code: 'quote.share_exceeded', needed: 1, held: MAX_UNITS_PER_SUBSCRIBER, share: MAX_UNITS_PER_SUBSCRIBER },
  })
})

test('the sum of the accounts that callers watch is bounded, and what one takes back is free for others', () => {
  const rig = new OrderPathRig()
  const accounts = Array.from({ length: MAX_ACCOUNTS_PER_SUBSCRIBER }, (_, index) => BigInt(index + 1))
  const sockets = Math.floor(MAX_WATCHED_ACCOUNTS / MAX_ACCOUNTS_PER_SUBSCRIBER)
  const watch = (socket: number, accIds: readonly bigint[]) =>
    rig.manager.setAccounts(socketSubscriber(socket, `key:${socket}`), accIds)?.code ?? null
  for (let socket = 0; socket < sockets; socket++) assert.equal(watch(socket, accounts), null)
  const left = MAX_WATCHED_ACCOUNTS % MAX_ACCOUNTS_PER_SUBSCRIBER
  assert.equal(watch(sockets, accounts.slice(0, left + 1)), 'gateway.busy')
  assert.equal(watch(0, accounts), null, 'what it has already does not count again')
  assert.equal(watch(0, []), null)
  assert.equal(watch(sockets, accounts.slice(0, left + 1)), null)
})
