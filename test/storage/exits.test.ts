import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_DONE_OF_CALLER, SqlExitStore } from '../../durable-objects/storage/exits.ts'
import { type ExitGroup, newLeg, newTracked } from '../../src/orders/exits/exit-group.ts'
import { START_MS, TestDatabase } from './stores.ts'

function group(id: string, change: Partial<ExitGroup> = {}): ExitGroup {
  return {
    ...{ id, caller: 'key:a', accId: '5', trdEnv: 0, trdMarket: 1, symbol: 'HK.00700', fields: { code: '00700' } },
    authority: { rights: { simulate: true, real: false }, limits: null, keyMark: 'm', expiresAtMs: null },
    ...{ isLong: true, limitPrice: 300, parent: newTracked(null, 100, id) },
    legs: [newLeg('stop_loss', { kind: 'percent', percent: 2 }, 'edge')],
    ...{ filledAtMs: START_MS, positionLeft: null, step: null, stopped: null, isDone: false },
    ...{ createdAtMs: START_MS, updatedAtMs: START_MS },
    ...change,
  }
}

test('groups are found as they were written, and those that are not done are read in their order', () => {
  const store = new SqlExitStore(new TestDatabase())
  const [first, second] = [group('oi_00000002'), group('oi_00000001', { caller: 'key:b' })]
  store.put(first)
  store.put(second)
  store.put({ ...first, filledAtMs: 7 })
  assert.deepEqual(store.active(), [{ ...first, filledAtMs: 7 }, second])
  store.put({ ...second, isDone: true })
  assert.deepEqual(store.active(), [{ ...first, filledAtMs: 7 }])
  assert.deepEqual(store.byId('oi_00000001'), { ...second, isDone: true })
  assert.equal(store.byId('oi_00000003'), null)
})

test('of the groups of a caller that are done the latest are kept, and those that wait are never deleted', () => {
  const store = new SqlExitStore(new TestDatabase())
  store.put(group('waiting'))
  store.put(group('other', { caller: 'key:b', isDone: true }))
  for (let n = 0; n < MOST_DONE_OF_CALLER + 3; n++) store.put(group(`done-${n}`, { isDone: true }))
  const isKept = (id: string): boolean => store.byId(id) !== null
  assert.deepEqual(['waiting', 'other', 'done-2', 'done-3', `done-${MOST_DONE_OF_CALLER + 2}`].map(isKept), [
    true,
    true,
    false,
    true,
    true,
  ])
})
