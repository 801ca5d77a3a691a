import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqlHookStore } from '../../durable-objects/storage/hooks.ts'
import type { Delivery } from '../../src/hooks/delivery.ts'
import type { StoredHook } from '../../src/hooks/stored-hook.ts'
import { START_MS, TestDatabase } from './stores.ts'

function hook(id: string, change: Partial<StoredHook> = {}): StoredHook {
  return {
    ...{ id, owner: 'ann', childId: `ann~${id}`, fields: '{"acc_id":"5"}', secretHash: 'a', previous: null },
    ...{ paused: null, createdMs: START_MS, lastAlertMs: null },
    ...change,
  }
}

function delivery(id: string, change: Partial<Delivery> = {}): Omit<Delivery, 'seq'> {
  return {
    ...{ id, hookId: 'hk_1', receivedMs: START_MS, state: 'waiting', reason: null, body: '{}', duplicateKey: id },
    ...{ duplicateOf: null, symbol: 'HK.00700', atMs: null, intent: null, checks: [], orders: [], step: null },
    positionGap: null,
    ...change,
  }
}

test('hooks are found as they were written, by id and by owner, and go with their deliveries', () => {
  const store = new SqlHookStore(new TestDatabase())
  const [one, other] = [hook('hk_1'), hook('hk_2', { owner: 'ben' })]
  store.putHook(one)
  store.putHook(other)
  store.putHook({ ...one, paused: 'a reason' })
  assert.deepEqual(store.hook('hk_1'), { ...one, paused: 'a reason' })
  assert.deepEqual(store.hooks('ben'), [other])
  assert.equal(store.hooks(null).length, 2)
  store.addDelivery(delivery('hd_1'))
  store.removeHook('hk_1')
  assert.equal(store.hook('hk_1'), null)
  assert.equal(store.delivery('hk_1', 'hd_1'), null)
})

test('deliveries are pages, newest first, and those that wait are read in their order', () => {
  const store = new SqlHookStore(new TestDatabase())
  const added = ['a', 'b', 'c'].map((id) => store.addDelivery(delivery(id)))
  const waitingIds = (): readonly string[] => store.waiting().map(({ id }) => id)
  assert.deepEqual(waitingIds(), ['a', 'b', 'c'])
  const [first, second, third] = added
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  store.putDelivery({ ...second, state: 'ordered', atMs: 7 })
  assert.deepEqual(waitingIds(), ['a', 'c'])
  store.addDelivery(delivery('d', { hookId: 'hk_2' }))
  assert.deepEqual({ ...store.waitingCount('hk_1') }, { ofHook: 2, ofAll: 3 })
  const ids = (state: Delivery['state'] | null, beforeSeq: number | null): readonly string[] =>
    store.deliveries({ hookId: 'hk_1', state, beforeSeq, limit: 2 }).map(({ id }) => id)
  assert.deepEqual([ids(null, null), ids(null, second.seq), ids('ordered', null)], [['c', 'b'], ['a'], ['b']])
  assert.equal(store.latestAlertMs('hk_1', 'HK.00700'), 7)
  assert.equal(store.latestAlertMs('hk_1', 'HK.00005'), null)
  assert.equal(store.delivery('hk_2', 'a'), null)
})

test('the first of equal alerts is found within its time, and is never a duplicate itself', () => {
  const store = new SqlHookStore(new TestDatabase())
  store.addDelivery(delivery('old', { duplicateKey: 'k', receivedMs: START_MS - 100 }))
  store.addDelivery(delivery('copy', { duplicateKey: 'k', state: 'duplicate', receivedMs: START_MS }))
  const first = store.addDelivery(delivery('first', { duplicateKey: 'k', receivedMs: START_MS + 1 }))
  assert.deepEqual(store.firstOf('hk_1', 'k', START_MS), first)
  assert.equal(store.firstOf('hk_1', 'k', START_MS + 2), null)
  assert.equal(store.firstOf('hk_2', 'k', 0), null)
})

test('old deliveries and all but the newest are deleted, except those that wait', () => {
  const store = new SqlHookStore(new TestDatabase())
  store.addDelivery(delivery('waits', { receivedMs: 0 }))
  store.addDelivery(delivery('old', { receivedMs: 0, state: 'ordered' }))
  for (const id of ['a', 'b', 'c']) store.addDelivery(delivery(id, { state: 'refused' }))
  store.addDelivery(delivery('other', { hookId: 'hk_2', state: 'ordered', receivedMs: 0 }))
  store.forget('hk_1', START_MS, 2)
  const left = ['waits', 'old', 'a', 'b', 'c'].filter((id) => store.delivery('hk_1', id) !== null)
  assert.deepEqual(left, ['waits', 'b', 'c'])
  assert.notEqual(store.delivery('hk_2', 'other'), null)
})
