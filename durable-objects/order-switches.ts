import type { HaltScope, Switches } from '../src/orders/kill-switch/switches.ts'

/**
 * The kill switch and the dead man's switches in the object's SQLite storage.
 *
 *     trading_halts   one row for each halt in force
 *     cancel_timers   one row for each armed dead man's switch
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS trading_halts (
    scope TEXT PRIMARY KEY,
    halted_by TEXT NOT NULL,
    since_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS cancel_timers (caller TEXT PRIMARY KEY, fire_ms INTEGER NOT NULL);
`

/** The switches over the object's own storage. */
export class SqlSwitches implements Switches {
  readonly #sql: SqlStorage
  /** The halts, kept in memory too: every order asks for them. */
  readonly #halts: Map<string, 'admin' | 'caller'>

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
    const rows = sql.exec<{ scope: string; haltedBy: 'admin' | 'caller' }>(
      'SELECT scope, halted_by AS haltedBy FROM trading_halts',
    )
    this.#halts = new Map(rows.toArray().map(({ scope, haltedBy }) => [scope, haltedBy]))
  }

  halt(scope: HaltScope, isByAdmin: boolean, atMs: number): void {
    const text = textOf(scope)
    // The caller's own halt does not weaken one of an administrator.
    const by = isByAdmin || this.#halts.get(text) === 'admin' ? 'admin' : 'caller'
    this.#sql.exec('INSERT OR REPLACE INTO trading_halts (scope, halted_by, since_ms) VALUES (?, ?, ?)', text, by, atMs)
    this.#halts.set(text, by)
  }

  resume(scope: HaltScope): void {
    this.#sql.exec('DELETE FROM trading_halts WHERE scope = ?', textOf(scope))
    this.#halts.delete(textOf(scope))
  }

  haltOf(scope: HaltScope): 'admin' | 'caller' | null {
    return this.#halts.get(textOf(scope)) ?? null
  }

  arm(caller: string, fireAtMs: number | null): void {
    if (fireAtMs === null) this.#sql.exec('DELETE FROM cancel_timers WHERE caller = ?', caller)
    else this.#sql.exec('INSERT OR REPLACE INTO cancel_timers (caller, fire_ms) VALUES (?, ?)', caller, fireAtMs)
  }

  armed(): readonly { readonly caller: string; readonly fireAtMs: number }[] {
    return this.#sql
      .exec<{ caller: string; fireAtMs: number }>(
        'SELECT caller, fire_ms AS fireAtMs FROM cancel_timers ORDER BY fire_ms',
      )
      .toArray()
  }
}

function textOf(scope: HaltScope): string {
  if (scope.kind === 'caller') return `caller:${scope.caller}`
  return scope.kind === 'account' ? `account:${scope.accId}` : 'all'
}
