import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimulatorStore } from '../../durable-objects/storage/simulator-state.ts'
import { SqlKeyStore } from '../../durable-objects/storage/keys.ts'
import { SqlSubscriptionStore } from '../../durable-objects/storage/subscriptions.ts'
import { SqlSwitchStore } from '../../durable-objects/storage/switches.ts'
import type { HaltScope } from '../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask, SwitchStore } from '../../src/orders/kill-switch/switch-store.ts'
import type { KeyChanges, StoredKey } from '../../src/keys/key-store.ts'
import type { StoredSubscriber, SubscriptionStore } from '../../src/subscriptions/subscriber.ts'
import { MemoryKeys } from './memory-keys.ts'
import { MemorySubscriptions } from './memory-subscriptions.ts'
import { MemorySwitches } from './memory-switches.ts'
import { failWrites } from './node-database.ts'
import { TestDatabase } from './stores.ts'

const db = new TestDatabase()
const PLAIN = { noNullPrototype: true } as const

/** Ids of callers with what could be taken for a part of a scope's name. */
const caller = fc.constantFrom('key:a', 'account:1', 'all', 'caller:x', '')
const scope: fc.Arbitrary<HaltScope> = fc.oneof(
  fc.record({ kind: fc.constant('all') }, PLAIN),
  fc.record({ kind: fc.constant('account'), accId: fc.constantFrom('1', '18446744073709551615') }, PLAIN),
  fc.record({ kind: fc.constant('caller'), caller }, PLAIN),
)
const halt = fc.record({ scope, isByAdmin: fc.boolean(), sinceMs: fc.nat() }, PLAIN)
const task: fc.Arbitrary<CancelTask> = fc.record(
  {
    id: fc.constantFrom('halt:all', 'cancel_after:key:a', 'cancel_after:key:b'),
    reason: fc.constantFrom('cancel_after', 'halt'),
    scope,
    includesForeign: fc.boolean(),
    caller,
    requestId: fc.string(),
    dueAtMs: fc.nat(),
    attempts: fc.nat(),
    nextAttemptMs: fc.nat(),
    detail: fc.option(fc.string()),
  },
  PLAIN,
)

const switchOperation = fc.oneof(
  halt.map((one) => (store: SwitchStore) => store.putHalt(one)),
  scope.map((one) => (store: SwitchStore) => store.removeHalt(one)),
  task.map((one) => (store: SwitchStore) => store.putCancelTask(one)),
  task.map(
    ({ id }) =>
      (store: SwitchStore) =>
        store.removeCancelTask(id),
  ),
)

const holder: fc.Arbitrary<StoredSubscriber> = fc.record(
  {
    id: fc.constantFrom('key:a', 'ws:1', 'ws:2'),
    kind: fc.constantFrom('rest', 'socket'),
    caller,
    units: fc.array(fc.tuple(fc.constantFrom('6:1_00700', '1:11_AAPL'), fc.nat(255), fc.boolean()), { maxLength: 3 }),
    accIds: fc.array(fc.constantFrom('1', '2'), { maxLength: 2 }),
    usedAtMs: fc.nat(),
  },
  PLAIN,
)

const subscriptionOperation = fc.oneof(
  holder.map((one) => (store: SubscriptionStore) => store.put(one)),
  holder.map(
    ({ id }) =>
      (store: SubscriptionStore) =>
        store.remove(id),
  ),
)

/** Few ids, so that keys are changed, removed and made again under their ids. */
const keyId = fc.constantFrom('a', 'b', 'c', 'a~0123456789ab')
const storedKey: fc.Arbitrary<StoredKey> = fc.record(
  {
    id: keyId,
    record: fc.json(),
    parent: fc.option(fc.record({ id: keyId, keyMark: fc.string() }, PLAIN)),
  },
  PLAIN,
)
const keyChanges: fc.Arbitrary<KeyChanges> = fc.record(
  { put: fc.array(storedKey, { maxLength: 3 }), remove: fc.array(keyId, { maxLength: 2 }) },
  PLAIN,
)

test('halts and cancel tasks in SQLite are those of the store in memory, also after a restart', () => {
  fc.assert(
    fc.property(fc.array(switchOperation, { maxLength: 30 }), (operations) => {
      db.reset()
      const stores: Pair<SwitchStore> = [
        new SqlSwitchStore(db),
        new MemorySwitches({ halts: new Map(), tasks: new Map() }),
      ]
      for (const operation of operations) {
        for (const store of stores) operation(store)
        assert.deepEqual(...both(stores, (store) => sorted(store.halts())))
        assert.deepEqual(...both(stores, (store) => sorted(store.cancelTasks())))
      }
      assert.deepEqual(sorted(new SqlSwitchStore(db).halts()), sorted(stores[1].halts()))
    }),
  )
})

test('subscriptions in SQLite are those of the store in memory, also after a restart', () => {
  fc.assert(
    fc.property(fc.array(subscriptionOperation, { maxLength: 30 }), (operations) => {
      db.reset()
      const stores: Pair<SubscriptionStore> = [new SqlSubscriptionStore(db), new MemorySubscriptions()]
      for (const operation of operations) {
        for (const store of stores) operation(store)
        assert.deepEqual(...both(stores, (store) => sorted(store.all())))
      }
      assert.deepEqual(sorted(new SqlSubscriptionStore(db).all()), sorted(stores[1].all()))
    }),
  )
})

test('keys in SQLite are those of the store in memory and in its order, also after a restart', () => {
  fc.assert(
    fc.property(fc.array(keyChanges, { maxLength: 30 }), (operations) => {
      db.reset()
      const stores = [new SqlKeyStore(db), new MemoryKeys()] as const
      for (const changes of operations) {
        for (const store of stores) store.apply(changes)
        assert.deepEqual(stores[0].all(), stores[1].all())
      }
      assert.deepEqual(new SqlKeyStore(db).all(), stores[1].all())
    }),
  )
})

test('a change of several keys that the storage refuses half-way changes none of them', () => {
  db.reset()
  const store = new SqlKeyStore(db)
  const stored = (id: string, record: string): StoredKey => ({ id, record, parent: null })
  store.apply({ put: [stored('a', '{"n":1}'), stored('b', '{"n":1}')], remove: [] })
  const before = store.all()
  let writes = 0
  db.onStatement = (statement) => {
    if (++writes === 3) failWrites(statement)
  }
  const changes = { put: [stored('b', '{"n":2}'), stored('c', '{"n":2}')], remove: ['a'] }
  assert.throws(() => store.apply(changes), /SQLITE_FULL/)
  db.watch()
  assert.deepEqual(store.all(), before)
})

test('the state of the simulator is read as it was written, however long the one before was', () => {
  db.reset()
  const store = new SimulatorStore(db)
  assert.equal(store.read(), '')
  for (const length of [10, 1_300_000, 500_000, 500_001, 0, 3]) {
    const text = '語'.repeat(length)
    store.write(text)
    assert.ok(new SimulatorStore(db).read() === text, `${length} characters`)
  }
})

test('a state of the simulator that does not fit leaves the one from before', () => {
  db.reset()
  const store = new SimulatorStore(db)
  store.write('before')
  let writes = 0
  db.onStatement = (statement) => {
    if (++writes === 2) failWrites(statement)
  }
  assert.throws(() => store.write('x'.repeat(600_000)), /SQLITE_FULL/)
  db.watch()
  assert.equal(store.read(), 'before')
})

type Pair<Store> = readonly [Store, Store]

function both<Store>(stores: Pair<Store>, ask: (store: Store) => unknown): [unknown, unknown] {
  return [ask(stores[0]), ask(stores[1])]
}

/** In one order: a store has none. */
function sorted(rows: readonly unknown[]): readonly unknown[] {
  return rows.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)))
}
