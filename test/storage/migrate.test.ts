import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { migrate } from '../../durable-objects/storage/migrate.ts'
import { MIGRATIONS, STORED_KEYS } from '../../durable-objects/storage/schema.ts'
import { SimulatorStore } from '../../durable-objects/storage/simulator-state.ts'
import { SqlSubscriptionStore } from '../../durable-objects/storage/subscriptions.ts'
import { SqlSwitchStore } from '../../durable-objects/storage/switches.ts'
import { ENTRY_STATES } from '../../src/orders/entry.ts'
import { ManualTimers } from './manual-timers.ts'
import { NodeDatabase } from './node-database.ts'
import { both, CANCEL_TASK, firstRelease, lastUnnumbered, MADE_MS, type OldStorage } from './old-storage.ts'
import { sqlLedger, START_MS } from './stores.ts'

const ACC_ID = '281756'
const OLD: Readonly<Record<string, OldStorage>> = { 'no version': () => undefined, lastUnnumbered, firstRelease, both }

test('the entries of the last version without numbers are found by everything they are looked up by', () => {
  const { ledger } = sqlLedger(migrated(lastUnnumbered), new ManualTimers(START_MS))
  const early = ledger.byOrderId(ACC_ID, { orderId: '21', orderIdEx: null })
  assert.equal(early?.id, 'early')
  assert.deepEqual(early.reply, new Uint8Array([8, 0]))
  assert.equal(early.reservation?.value, 123_456_789_012_345_678_901_234_567_890n)
  const { callId, isValued, sentAtMs, refusal, contradiction, resolution } = early
  assert.deepEqual(
    [callId, isValued, sentAtMs, refusal, contradiction, resolution],
    [null, true, null, null, null, null],
  )

  assert.equal(ledger.byOrderId(ACC_ID, { orderId: null, orderIdEx: 'X1' })?.id, 'accepted')
  assert.deepEqual(idsOf(ledger.changesOf(ACC_ID, { orderId: '7', orderIdEx: null }, 9)), ['change'])
  assert.deepEqual(idsOf(ledger.changesOf(ACC_ID, { orderId: null, orderIdEx: 'X7' }, 9)), ['change'])
  assert.deepEqual(idsOf(ledger.placedSince(ACC_ID, MADE_MS, 9)), ['early', 'accepted'])
  assert.deepEqual(idsOf(ledger.unresolved()), ['reserved', 'unknown'])
  assert.equal(ledger.byIdempotencyKey('key:a', 'k1', 0)?.id, 'accepted')
  assert.deepEqual(ledger.tradedAccounts('key:a', null), [{ accId: ACC_ID, trdEnv: 1, trdMarket: 2 }])
  assert.deepEqual(ledger.tradedAccounts('key:b', ACC_ID), [{ accId: ACC_ID, trdEnv: 1, trdMarket: 2 }])
  assert.equal(ledger.countOf('key:a'), 7)
  for (const state of ENTRY_STATES) {
    const page = ledger.page({ caller: null, state, accId: ACC_ID, before: null, limit: 9 })
    assert.ok(idsOf(page).includes(state), state)
    assert.equal(ledger.byId(state)?.isValued, false)
  }
})

test('halts, cancel tasks, subscriptions and the simulator are there after the migration', () => {
  const db = migrated(lastUnnumbered)
  const switches = new SqlSwitchStore(db)
  assert.deepEqual(switches.halts(), [
    { scope: { kind: 'account', accId: ACC_ID }, isByAdmin: true, sinceMs: MADE_MS },
    { scope: { kind: 'caller', caller: 'key:a' }, isByAdmin: false, sinceMs: 5 },
  ])
  assert.deepEqual(switches.cancelTasks(), [JSON.parse(CANCEL_TASK)])
  const [holder] = new SqlSubscriptionStore(db).all()
  assert.deepEqual(holder?.units, [['6:1_00700', 1, true]])
  assert.equal(new SimulatorStore(db).read(), 'state')
})

test('the cancel-after of the first version still fires, and one armed since then takes its place', () => {
  const tasks = new SqlSwitchStore(migrated(both)).cancelTasks()
  const byCaller = new Map(tasks.map((task) => [task.caller, task]))
  assert.deepEqual([...byCaller.keys()].toSorted(), ['key:"b"', 'key:a', 'key:c'])
  assert.deepEqual(byCaller.get('key:a'), JSON.parse(CANCEL_TASK))
  assert.deepEqual(byCaller.get('key:"b"'), {
    id: 'cancel_after:key:"b"',
    reason: 'cancel_after',
    scope: { kind: 'caller', caller: 'key:"b"' },
    includesForeign: false,
    caller: 'key:"b"',
    requestId: `cancel-after-${MADE_MS}`,
    dueAtMs: MADE_MS,
    attempts: 0,
    nextAttemptMs: MADE_MS,
    detail: null,
  })
})

for (const [name, old] of Object.entries(OLD)) {
  test(`storage of ${name} comes to the present schema, whatever statement the migration is killed before`, () => {
    const whole = migrated(old)
    assert.deepEqual(whole.objects(), migrated(() => undefined).objects())
    let kills = 0
    for (let isKilled = true; isKilled; kills++) {
      const db = new NodeDatabase()
      old(db)
      isKilled = killedAt(db, kills)
      migrate(db)
      assert.deepEqual(db.objects(), whole.objects())
      assert.deepEqual(db.contents(), whole.contents())
    }
    assert.ok(kills > MIGRATIONS.flat().length)
  })
}

test('a second start applies nothing', () => {
  const db = migrated(lastUnnumbered)
  const before = db.contents()
  const statements: string[] = []
  db.onStatement = (statement) => statements.push(statement)
  migrate(db)
  assert.equal(statements.length, 2)
  assert.deepEqual(db.contents(), before)
})

test('storage of a newer version is not touched', () => {
  const db = migrated(lastUnnumbered)
  migrate(db, [...MIGRATIONS, ['CREATE TABLE of_tomorrow (id TEXT)']])
  const before = [db.objects(), db.contents()]
  assert.throws(() => migrate(db), /the storage has schema 7, this version supports 6/)
  assert.deepEqual([db.objects(), db.contents()], before)
})

test('the page of the schema lists the tables, indexes and keys that there are', () => {
  const page = readFileSync(new URL('../../durable-objects/storage/schema.ts', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^ \* +(table|index|key) +(\w+) /gm)].map(([, kind, name]) => `${kind} ${name}`)
  const stored = migrated(() => undefined)
    .objects()
    .map(({ type, name }) => `${type} ${name}`)
  const keys = Object.values(STORED_KEYS).map((name) => `key ${name}`)
  assert.deepEqual(listed.toSorted(), [...stored, ...keys].toSorted())
})

/** Starts a migration that ends before its statement of that number. False when it has fewer. */
function killedAt(db: NodeDatabase, number: number): boolean {
  let statements = 0
  db.onStatement = () => {
    if (statements++ === number) throw new Error('killed')
  }
  try {
    migrate(db)
    return false
  } catch (error) {
    if (!(error instanceof Error && error.message === 'killed')) throw error
    return true
  } finally {
    db.onStatement = () => undefined
  }
}

function migrated(old: OldStorage): NodeDatabase {
  const db = new NodeDatabase()
  old(db)
  migrate(db)
  return db
}

function idsOf(entries: readonly { readonly id: string }[]): readonly string[] {
  return entries.map(({ id }) => id)
}
