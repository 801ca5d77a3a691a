import { ENTRY_STATES } from '../../src/orders/entry.ts'
import type { NodeDatabase } from './node-database.ts'

/**
 * Storage as versions without numbered migrations left it: their statements and the text of their rows, copied, so that
 * no later change of the code changes them.
 */
export type OldStorage = (db: NodeDatabase) => void

/** The last version without numbers. */
export function lastUnnumbered(db: NodeDatabase): void {
  for (const statement of LAST_TABLES) db.sql.exec(statement)
  for (const [index, state] of ENTRY_STATES.entries()) {
    insert(db, { ...entry(state, index), ...LATER_FIELDS, caller: index < 5 ? 'key:a' : 'key:b', state })
  }
  insert(db, { ...entry('change', 20), ...LATER_FIELDS, call: change('7'), idempotencyKey: 'k2' })
  insert(db, entry('early', 21))
  db.sql.exec(
    'INSERT INTO trading_halts (scope, halted_by, since_ms) VALUES (?, ?, ?)',
    ...['account:281756', 'admin', MADE_MS],
  )
  db.sql.exec('INSERT INTO trading_halts (scope, halted_by, since_ms) VALUES (?, ?, ?)', 'caller:key:a', 'caller', 5)
  db.sql.exec('INSERT INTO cancel_tasks (id, task) VALUES (?, ?)', 'cancel_after:key:a', CANCEL_TASK)
  db.sql.exec(
    'INSERT INTO subscriptions (id, holder) VALUES (?, ?)',
    ...[
      'ws:1',
      '{"id":"ws:1","kind":"socket","caller":"key:a","units":[["6:1_00700",1,true]],"accIds":["1"],"usedAtMs":3}',
    ],
  )
  db.sql.exec('INSERT INTO simulator_state (part, text) VALUES (0, ?)', 'state')
}

/** The first version: one index less, another under its name, and cancel-after in a table of its own. */
export function firstRelease(db: NodeDatabase): void {
  for (const statement of FIRST_TABLES) db.sql.exec(statement)
  insert(db, entry('early', 21))
  db.sql.exec('INSERT INTO cancel_timers (caller, fire_ms) VALUES (?, ?)', 'key:"b"', MADE_MS)
  db.sql.exec('INSERT INTO cancel_timers (caller, fire_ms) VALUES (?, ?)', 'key:c', MADE_MS + 1)
}

/** An object that had the first version and then the last unnumbered one, which left the first one's timers alone. */
export function both(db: NodeDatabase): void {
  firstRelease(db)
  db.sql.exec('DELETE FROM order_entries')
  db.sql.exec('INSERT INTO cancel_timers (caller, fire_ms) VALUES (?, ?)', 'key:a', MADE_MS)
  lastUnnumbered(db)
}

/** When the entries were made, Unix ms; each a second after the one before. */
export const MADE_MS = 1_800_000_000_000

/** What is in the storage of the last version for the caller `key:a`. */
export const CANCEL_TASK =
  '{"id":"cancel_after:key:a","reason":"cancel_after","scope":{"kind":"caller","caller":"key:a"},"includesForeign":false,' +
  '"caller":"key:a","requestId":"cancel-after-9","dueAtMs":9,"attempts":2,"nextAttemptMs":11,"detail":"busy"}'

const ENTRIES = `CREATE TABLE IF NOT EXISTS order_entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    caller TEXT NOT NULL,
    idempotency_key TEXT,
    acc_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    entry TEXT NOT NULL,
    reply BLOB
  )`
const BY_TIME = 'CREATE INDEX IF NOT EXISTS order_entries_by_time ON order_entries (caller, created_ms)'
const UNSETTLED = `CREATE INDEX IF NOT EXISTS order_entries_unsettled ON order_entries (seq) WHERE state IN ('reserved', 'unknown')`
const HALTS = `CREATE TABLE IF NOT EXISTS trading_halts (
    scope TEXT PRIMARY KEY,
    halted_by TEXT NOT NULL,
    since_ms INTEGER NOT NULL
  )`

const LAST_TABLES = [
  ENTRIES,
  `CREATE INDEX IF NOT EXISTS order_entries_by_key ON order_entries (caller, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  BY_TIME,
  UNSETTLED,
  `CREATE INDEX IF NOT EXISTS order_entries_refused ON order_entries (caller) WHERE state = 'refused'`,
  HALTS,
  'CREATE TABLE IF NOT EXISTS cancel_tasks (id TEXT PRIMARY KEY, task TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS subscriptions (id TEXT PRIMARY KEY, holder TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS simulator_state (part INTEGER PRIMARY KEY, text TEXT NOT NULL)',
]

const FIRST_TABLES = [
  ENTRIES,
  'CREATE INDEX IF NOT EXISTS order_entries_by_key ON order_entries (caller, idempotency_key)',
  BY_TIME,
  UNSETTLED,
  HALTS,
  'CREATE TABLE IF NOT EXISTS cancel_timers (caller TEXT PRIMARY KEY, fire_ms INTEGER NOT NULL)',
]

interface OldEntry {
  readonly id: string
  readonly caller: string
  readonly idempotencyKey: string | null
  readonly call: { readonly accId: string; readonly kind: string }
  readonly state: string
  readonly createdAtMs: number
}

const CALL = {
  ...{ protoId: 2202, kind: 'place', accId: '281756', trdEnv: 1, trdMarket: 2, symbol: 'US.AAPL', side: 'BUY', qty: 1 },
  ...{ price: 0.1, op: null, forAll: false, targetOrderId: null, targetOrderIdEx: null },
}

/** Fields that entries of the first version lack. */
const LATER_FIELDS = {
  ...{ callId: 'c', isValued: false, sentAtMs: MADE_MS, refusal: null, contradiction: null, resolution: null },
}

function change(targetOrderId: string) {
  return { ...CALL, protoId: 2205, kind: 'cancel', op: 4, targetOrderId, targetOrderIdEx: `X${targetOrderId}` }
}

function entry(id: string, number: number) {
  const atMs = MADE_MS + number * 1_000
  return {
    ...{ id, caller: 'key:a', requestId: 'r', idempotencyKey: number === 1 ? 'k1' : null, bodyHash: 'h', call: CALL },
    ...{ tag: 'T', state: 'accepted', holds: 'rate_and_value', sentAs: { connId: '1', serial: number } },
    reservation: { id, atMs, currency: 'USD', value: '123456789012345678901234567890', day: '2027-01-15' },
    ...{ orderId: `${number}`, orderIdEx: `X${number}`, reply: null, detail: null },
    ...{ createdAtMs: atMs, updatedAtMs: atMs, pollAttempts: 1, nextPollAtMs: atMs },
  }
}

function insert(db: NodeDatabase, one: OldEntry): void {
  db.sql.exec(
    `INSERT INTO order_entries (id, caller, idempotency_key, acc_id, kind, state, created_ms, entry, reply)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[one.id, one.caller, one.idempotencyKey, one.call.accId, one.call.kind, one.state, one.createdAtMs],
    ...[JSON.stringify(one), one.state === 'accepted' ? new Uint8Array([8, 0]) : null],
  )
}
