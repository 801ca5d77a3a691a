import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEDGER_BOUNDS } from '../../durable-objects/storage/schema.ts'
import { placeEntry } from '../orders/sample-entries.ts'
import { answers } from './ledger-operations.ts'
import { ManualTimers } from './manual-timers.ts'
import { failWrites } from './node-database.ts'
import { sqlLedger, START_MS, TestDatabase } from './stores.ts'

const DAY_MS = 86_400_000
const db = new TestDatabase()
const order = (id: string) => placeEntry({ id, state: 'reserved', createdAtMs: START_MS })

test('an order that could not be written is nowhere, and can be written later', () => {
  const { ledger, assertAsStored } = opened()
  db.onStatement = failWrites
  assert.throws(() => ledger.insert(order('a')), /SQLITE_FULL/)
  assertAsStored()
  assert.equal(ledger.countOf('key:a'), 0)
  assert.deepEqual(ledger.tradedAccounts(null, null), [])
  db.watch()
  assert.equal(ledger.insert(order('a')), true)
  assert.equal(ledger.countOf('key:a'), 1)
  assert.equal(ledger.tradedAccounts(null, null).length, 1)
  assertAsStored()
})

test('an order whose account could not be written is not written either', () => {
  const { ledger, assertAsStored } = opened()
  db.onStatement = (statement) => {
    if (statement.includes('INTO traded_accounts')) failWrites(statement)
  }
  assert.throws(() => ledger.insert(order('a')), /SQLITE_FULL/)
  assert.equal(ledger.byId('a'), null)
  assertAsStored()
  db.watch()
  ledger.insert(order('a'))
  assert.equal(ledger.tradedAccounts(null, null).length, 1)
  assertAsStored()
})

test('an answer that could not be written leaves the entry as it was', () => {
  const { ledger, assertAsStored } = opened()
  ledger.insert(order('a'))
  db.onStatement = failWrites
  assert.throws(() => ledger.update({ ...order('a'), state: 'accepted' }), /SQLITE_FULL/)
  assert.equal(ledger.byId('a')?.state, 'reserved')
  assertAsStored()
})

test('refused calls that cannot be written are dropped and reported, and no timer throws', () => {
  const { ledger, failures, timers, assertAsStored } = opened()
  db.onStatement = failWrites
  for (let n = 0; n < 2_050; n++) ledger.insertRefused({ ...order(`${n}`), state: 'refused' })
  assert.equal(failures.length, 10)
  timers.pass(1_000)
  assert.deepEqual(failures.slice(9), [
    '200 refused calls could not be written',
    '50 refused calls could not be written',
  ])
  db.watch()
  timers.pass(60_000)
  assert.equal(ledger.countOf('key:a'), 0)
  ledger.insertRefused({ ...order('later'), state: 'refused' })
  timers.pass(1_000)
  assert.equal(ledger.countOf('key:a'), 1)
  assertAsStored()
})

test('a batch of refused calls that fails in its middle is not counted and not written', () => {
  const { ledger, failures, timers, assertAsStored } = opened()
  let inserts = 0
  db.onStatement = (statement) => {
    if (statement.startsWith('INSERT') && ++inserts === 3) failWrites(statement)
  }
  for (let n = 0; n < 5; n++) ledger.insertRefused({ ...order(`${n}`), state: 'refused' })
  timers.pass(1_000)
  assert.equal(failures.length, 1)
  assert.equal(ledger.countOf('key:a'), 0)
  assertAsStored()
})

test('an order that was written is written, also when what is old could not be deleted for it', () => {
  const { ledger, failures, timers, assertAsStored } = opened({ ...LEDGER_BOUNDS, entriesOfCaller: 3 })
  for (const id of ['a', 'b']) ledger.insert({ ...order(id), state: 'accepted' })
  timers.pass(DAY_MS + 1)
  db.onStatement = (statement) => {
    if (statement.startsWith('DELETE')) failWrites(statement)
  }
  assert.equal(ledger.insert({ ...order('c'), createdAtMs: timers.nowMs() }), true)
  ledger.update({ ...order('c'), createdAtMs: timers.nowMs(), state: 'not_sent' })
  assert.deepEqual(failures, ['old entries could not be deleted', 'old entries could not be deleted'])
  assert.equal(ledger.countOf('key:a'), 3)
  assertAsStored()
  db.watch()
  assert.equal(ledger.insert({ ...order('d'), createdAtMs: timers.nowMs() }), true)
  assert.equal(ledger.countOf('key:a'), 2)
  assertAsStored()
})

test('a clean-up that fails in its middle has deleted what it counted', () => {
  const { ledger, timers, assertAsStored } = opened()
  ledger.insert({ ...order('a'), state: 'refused' })
  ledger.insert({ ...order('b'), state: 'not_sent' })
  timers.pass(DAY_MS + 1)
  let deletes = 0
  db.onStatement = (statement) => {
    if (statement.startsWith('DELETE') && ++deletes === 2) failWrites(statement)
  }
  assert.throws(() => ledger.forgetOld(timers.nowMs()), /SQLITE_FULL/)
  assert.equal(ledger.countOf('key:a'), 1)
  assertAsStored()
})

function opened(bounds = LEDGER_BOUNDS) {
  db.reset()
  const timers = new ManualTimers(START_MS)
  const { ledger, failures } = sqlLedger(db, timers, bounds)
  assert.equal(ledger.countOf('key:a'), 0)
  /** What the ledger answers from memory is what one finds that has just started. */
  const assertAsStored = (): void => {
    assert.deepEqual(answers(ledger, timers.nowMs()), answers(sqlLedger(db, timers, bounds).ledger, timers.nowMs()))
  }
  return { ledger, failures, timers, assertAsStored }
}
