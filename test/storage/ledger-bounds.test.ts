import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEDGER_BOUNDS } from '../../durable-objects/storage/schema.ts'
import { ENTRY_STATES, type LedgerEntry } from '../../src/orders/entry.ts'
import type { Ledger } from '../../src/orders/ledger.ts'
import { placeEntry } from '../orders/sample-entries.ts'
import { ManualTimers } from './manual-timers.ts'
import { sqlLedger, START_MS, TestDatabase } from './stores.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const db = new TestDatabase()

test('an order in a known account is one INSERT and one UPDATE', () => {
  const { ledger } = opened()
  ledger.insert(reserved('first'))
  ledger.countOf('key:a')
  db.statements.length = 0
  ledger.insert(reserved('second'))
  ledger.update({ ...reserved('second'), state: 'accepted', orderId: '7' })
  assert.deepEqual(verbs(), ['INSERT', 'UPDATE'])
  assert.equal(ledger.countOf('key:a'), 2)
  assert.deepEqual(verbs(), ['INSERT', 'UPDATE'])
})

test('refused calls are written together after a second, or as soon as many wait', () => {
  const { ledger, timers } = opened()
  for (let n = 0; n < 150; n++) ledger.insertRefused(refused(`a${n}`))
  timers.pass(999)
  assert.deepEqual(db.statements, [])
  timers.pass(1)
  assert.equal(ledger.countOf('key:a'), 150)
  for (let n = 0; n < 200; n++) ledger.insertRefused(refused(`b${n}`))
  assert.equal(ledger.countOf('key:a'), 350)
  timers.pass(10_000)
  assert.equal(ledger.countOf('key:a'), 350)
})

test('a caller keeps its latest thousand refused and unsent calls, and others keep theirs', () => {
  const { ledger, timers } = opened()
  ledger.insertRefused(refused('other', { caller: 'key:b' }))
  for (let n = 0; n < 800; n++) ledger.insertRefused(refused(`refused${n}`))
  for (let n = 0; n < 800; n++) {
    ledger.insert(reserved(`unsent${n}`))
    ledger.update(reserved(`unsent${n}`, { state: 'not_sent' }))
  }
  timers.pass(1_000)
  assert.equal(ledger.countOf('key:a'), 1_000)
  assert.equal(ledger.byId('refused599'), null)
  assert.notEqual(ledger.byId('refused600'), null)
  assert.notEqual(ledger.byId('unsent0'), null)
  assert.notEqual(ledger.byId('other'), null)
})

test('refused and unsent calls are forgotten after a day, decided ones after 90 days, undecided ones never', () => {
  const { ledger, timers } = opened()
  for (const state of ENTRY_STATES) ledger.insert(reserved(state, { state }))
  const kept = (): string[] => ENTRY_STATES.filter((state) => ledger.byId(state) !== null)
  timers.pass(DAY_MS)
  ledger.forgetOld(timers.nowMs())
  assert.deepEqual(kept(), [...ENTRY_STATES])
  timers.pass(HOUR_MS)
  ledger.forgetOld(timers.nowMs())
  assert.deepEqual(kept(), ['reserved', 'accepted', 'rejected', 'unknown', 'absent', 'lapsed'])
  timers.pass(89 * DAY_MS)
  ledger.forgetOld(timers.nowMs())
  assert.deepEqual(kept(), ['reserved', 'unknown'])
  assert.equal(ledger.countOf('key:a'), 2)
  assert.equal(ledger.tradedAccounts('key:a', null).length, 1)
})

test('what is old goes in steps of a thousand, one in ten minutes', () => {
  const { ledger, timers } = opened()
  for (let n = 0; n < 2_500; n++) ledger.insert(reserved(`${n}`, { state: 'accepted' }))
  timers.pass(100 * DAY_MS)
  const counts = [0, 1, 600_000, 600_000, 600_000].map((ms) => {
    timers.pass(ms)
    ledger.forgetOld(timers.nowMs())
    return ledger.countOf('key:a')
  })
  assert.deepEqual(counts, [1_500, 1_500, 500, 0, 0])
})

test('a caller at its bound loses its oldest decided entries of more than a day ago, and nothing else', () => {
  const bounds = { ...LEDGER_BOUNDS, entriesOfCaller: 10 }
  const { ledger, timers } = opened(bounds)
  assert.equal(ledger.countOf('key:a'), 0)
  ledger.insert(reserved('other', { caller: 'key:b', state: 'accepted' }))
  ledger.insert(reserved('undecided', { state: 'unknown' }))
  for (let n = 0; n < 4; n++) ledger.insert(reserved(`old${n}`, { state: 'accepted' }))
  timers.pass(DAY_MS + 1)
  const today = { state: 'accepted', createdAtMs: timers.nowMs() } as const
  for (let n = 0; n < 4; n++) ledger.insert(reserved(`new${n}`, today))
  assert.equal(ledger.countOf('key:a'), 9)
  assert.notEqual(ledger.byId('old0'), null)
  ledger.insert(reserved('new4', today))
  assert.deepEqual(
    ledger.page({ caller: 'key:a', state: null, accId: null, before: null, limit: 20 }).map(({ id }) => id),
    ['new4', 'new3', 'new2', 'new1', 'new0', 'undecided'],
  )
  assert.equal(ledger.countOf('key:a'), 6)
  // With nothing old the caller stays at its bound, where new orders are refused.
  for (let n = 5; n < 12; n++) ledger.insert(reserved(`new${n}`, today))
  assert.equal(ledger.countOf('key:a'), 13)
  assert.notEqual(ledger.byId('other'), null)
})

test('a caller that is refused for its bound has room again when its entries are a day old', () => {
  const bounds = { ...LEDGER_BOUNDS, entriesOfCaller: 10 }
  const { ledger, timers } = opened(bounds)
  assert.equal(ledger.countOf('key:a'), 0)
  for (let n = 0; n < 10; n++) ledger.insert(reserved(`${n}`, { state: 'accepted' }))
  timers.pass(DAY_MS + 1)
  assert.equal(ledger.countOf('key:a'), 10)
  ledger.insertRefused(refused('full', { createdAtMs: timers.nowMs() }))
  timers.pass(1_000)
  assert.equal(ledger.countOf('key:a'), 1)
})

test('each question goes through the index that is made for it', () => {
  const { ledger } = opened()
  const ids = { orderId: '7', orderIdEx: null }
  const idsEx = { orderId: null, orderIdEx: 'X7' }
  const page = { caller: null, state: null, accId: null, before: null, limit: 10 }
  const questions: readonly (readonly [index: string, ask: (one: Ledger) => unknown])[] = [
    ['order_entries_by_key', (one) => one.byIdempotencyKey('key:a', 'k', 0)],
    ['order_entries_by_time', (one) => one.reservedSince('key:a', 0)],
    ['order_entries_by_state', (one) => one.unresolved()],
    ['order_entries_by_account', (one) => one.latestFor('1', 10)],
    ['order_entries_placed', (one) => one.placedSince('1', 0, 10)],
    ['order_entries_by_order_id', (one) => one.byOrderId('1', ids)],
    ['order_entries_by_order_id_ex', (one) => one.byOrderId('1', idsEx)],
    ['order_entries_by_target', (one) => one.changesOf('1', ids, 10)],
    ['order_entries_by_target_ex', (one) => one.changesOf('1', idsEx, 10)],
    ['order_entries_by_caller', (one) => one.page({ ...page, caller: 'key:a', state: 'unknown', accId: '1' })],
    ['order_entries_by_account', (one) => one.page({ ...page, state: 'unknown', accId: '1' })],
    ['order_entries_by_state', (one) => one.page({ ...page, state: 'unknown' })],
    ['PRIMARY KEY', (one) => one.page(page)],
    ['PRIMARY KEY', (one) => one.latestSent(10, 0)],
    ['COVERING INDEX order_entries_by_caller', (one) => one.countOf('key:a')],
  ]
  for (const [index, ask] of questions) {
    db.statements.length = 0
    ask(ledger)
    assert.notEqual(db.statements.length, 0)
    for (const statement of db.statements) assert.ok(isThrough(index, statement), `${index}: ${statement}`)
  }
})

function isThrough(index: string, statement: string): boolean {
  return db.plan(statement).some((step) => new RegExp(String.raw`\b${index}\b`).test(step))
}

function opened(bounds = LEDGER_BOUNDS) {
  db.reset()
  const timers = new ManualTimers(START_MS)
  const opening = sqlLedger(db, timers, bounds)
  db.statements.length = 0
  return { ...opening, timers }
}

function reserved(id: string, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return placeEntry({ id, state: 'reserved', createdAtMs: START_MS, ...change })
}

function refused(id: string, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return reserved(id, { state: 'refused', ...change })
}

function verbs(): readonly (string | undefined)[] {
  return db.statements.map((statement) => /^\s*(\w+)/.exec(statement)?.[1])
}
