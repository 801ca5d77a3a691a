import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planProblems, SMALL_TABLES } from './query-plans.ts'
import { TestDatabase } from './stores.ts'

const db = new TestDatabase()

// The other tests of the stores check every statement that they run with `planProblems`.
test('a statement that reads all of a growing table, or sorts a part of it, is found', () => {
  const slow = [
    'SELECT * FROM order_entries',
    `SELECT * FROM order_entries WHERE kind = 'place' AND created_ms > ?`,
    'SELECT COUNT(*) FROM order_entries',
    'SELECT * FROM order_entries WHERE caller = ? ORDER BY created_ms DESC, id',
    'SELECT DISTINCT acc_id FROM order_entries WHERE caller = ?',
    'DELETE FROM order_entries WHERE created_ms < ?',
    'SELECT * FROM order_entries WHERE seq IN (SELECT seq FROM order_entries ORDER BY seq LIMIT 5)',
    'INSERT INTO traded_accounts SELECT caller, acc_id, 1, 1 FROM order_entries',
  ]
  for (const statement of slow) assert.notDeepEqual(planProblems(db, statement), [], statement)
})

test('a statement on a small table, or through an index, is not', () => {
  const quick = [
    'SELECT DISTINCT acc_id FROM traded_accounts ORDER BY acc_id',
    'SELECT * FROM order_entries WHERE caller = ? ORDER BY seq DESC LIMIT ?',
    'INSERT INTO trading_halts VALUES (?, ?, ?)',
  ]
  for (const statement of quick) assert.deepEqual(planProblems(db, statement), [], statement)
})

/** Tables that grow: every statement on them needs an index. */
const GROWING = new Set(['audit_rows', 'exit_groups', 'hook_deliveries', 'order_entries'])

test('every table but those that grow is small, for a reason', () => {
  const tables = db.objects().flatMap(({ type, name }) => (type === 'table' ? [name] : []))
  assert.deepEqual(Object.keys(SMALL_TABLES).toSorted(), tables.filter((name) => !GROWING.has(name)).toSorted())
})
