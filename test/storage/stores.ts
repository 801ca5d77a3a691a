import assert from 'node:assert/strict'
import { SqlLedger } from '../../durable-objects/storage/ledger.ts'
import { migrate } from '../../durable-objects/storage/migrate.ts'
import { LEDGER_BOUNDS, type LedgerBounds } from '../../durable-objects/storage/schema.ts'
import type { ManualTimers } from './manual-timers.ts'
import { MemoryLedger } from './memory-ledger.ts'
import { NodeDatabase } from './node-database.ts'
import { planProblems } from './query-plans.ts'

/** When the tests begin, Unix ms. */
export const START_MS = 1_800_000_000_000

/** A database of the present schema that keeps the statements it runs. */
export class TestDatabase extends NodeDatabase {
  /** Each statement since the last `forgetStatements`. */
  readonly statements: string[] = []
  readonly #checked = new Set<string>()

  constructor() {
    super()
    migrate(this)
    this.watch()
  }

  /** Runs statements, and checks how SQLite carries each of them out. */
  watch(): void {
    this.onStatement = (statement) => {
      this.statements.push(statement)
      if (this.#checked.has(statement)) return
      this.#checked.add(statement)
      assert.deepEqual(planProblems(this, statement), [])
    }
  }

  /** An empty database that runs statements again. */
  override reset(): void {
    super.reset()
    this.statements.length = 0
    this.watch()
  }
}

/** A ledger over a database, and what it reported. */
export function sqlLedger(db: NodeDatabase, timers: ManualTimers, bounds: LedgerBounds = LEDGER_BOUNDS) {
  const failures: string[] = []
  const ledger = new SqlLedger(db, timers, (what) => failures.push(what), bounds)
  return { ledger, failures }
}

/** A ledger in memory. */
export function memoryLedger(timers: ManualTimers, bounds: LedgerBounds = LEDGER_BOUNDS): MemoryLedger {
  return new MemoryLedger({ entries: new Map(), traded: new Map() }, () => timers.nowMs(), bounds)
}
