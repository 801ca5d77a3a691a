import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LEDGER_BOUNDS, type LedgerBounds } from '../../durable-objects/storage/schema.ts'
import { answers, operation, perform } from './ledger-operations.ts'
import { ManualTimers } from './manual-timers.ts'
import { memoryLedger, sqlLedger, START_MS, TestDatabase } from './stores.ts'

/** Small enough that a few operations reach them. */
const TIGHT: LedgerBounds = { ...LEDGER_BOUNDS, entriesOfCaller: 6, unsentOfCaller: 2 }

const db = new TestDatabase()

for (const [name, bounds] of Object.entries({ 'the bounds of the product': LEDGER_BOUNDS, 'tight bounds': TIGHT })) {
  test(`the ledger in SQLite answers as the one in memory, with ${name}`, () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 50 }), (operations) => {
        db.reset()
        const timers = new ManualTimers(START_MS)
        const plain = memoryLedger(timers, bounds)
        const { ledger, failures } = sqlLedger(db, timers, bounds)
        assert.deepEqual(answers(ledger, START_MS), answers(plain, START_MS))
        for (const one of operations) {
          if (one.kind === 'pass') timers.pass(one.ms)
          assert.deepEqual(perform(ledger, timers, one), perform(plain, timers, one))
          assert.deepEqual(answers(ledger, timers.nowMs()), answers(plain, timers.nowMs()))
        }
        assert.deepEqual(failures, [])
        // A restart finds the same.
        assert.deepEqual(answers(sqlLedger(db, timers, bounds).ledger, timers.nowMs()), answers(plain, timers.nowMs()))
      }),
      { numRuns: 150 },
    )
  })
}
