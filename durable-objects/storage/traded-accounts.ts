import { CHILD_MARK } from '../../src/keys/key-directory.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { TradedAccount } from '../../src/orders/ledger.ts'
import type { Database } from './database.ts'

/** An account and market in which that caller has placed orders. */
type Traded = TradedAccount & { readonly caller: string }

/**
 * The accounts and markets in which callers have placed orders. All rows are also in memory, so an order in a known
 * account writes no row; see `schema.ts` for the bound.
 */
export class TradedAccounts {
  readonly #db: Database
  readonly #known: Map<string, Traded>

  constructor(db: Database) {
    this.#db = db
    const rows = db.sql
      .exec<Traded & Record<string, string | number>>(
        'SELECT caller, acc_id AS accId, trd_env AS trdEnv, trd_market AS trdMarket FROM traded_accounts',
      )
      .toArray()
    this.#known = new Map(rows.map((row) => [keyOf(row), row]))
  }

  /** Whether the entry of a new order needs a new row. */
  isNew(entry: LedgerEntry): boolean {
    return entry.call.kind === 'place' && entry.state !== 'refused' && !this.#known.has(keyOf(tradedBy(entry)))
  }

  /** Writes the account of an entry. Throws when the storage fails. */
  write(entry: LedgerEntry): void {
    const { caller, accId, trdEnv, trdMarket } = tradedBy(entry)
    this.#db.sql.exec(
      'INSERT OR IGNORE INTO traded_accounts (caller, acc_id, trd_env, trd_market) VALUES (?, ?, ?, ?)',
      ...[caller, accId, trdEnv, trdMarket],
    )
  }

  /** Adds the account of an entry to memory; call it after the transaction that wrote the row. */
  written(entry: LedgerEntry): void {
    const traded = tradedBy(entry)
    this.#known.set(keyOf(traded), traded)
  }

  /**
   * Accounts by caller and by account id (decimal); null means all. Each account is returned once. For a child token these
   * are the accounts of its key, see `tradedBy`.
   */
  find(caller: string | null, accId: string | null): readonly TradedAccount[] {
    const [key] = caller?.split(CHILD_MARK) ?? []
    const found = [...this.#known.values()].filter(
      (one) =>
        (caller === null || one.caller === caller || one.caller === key) && (accId === null || one.accId === accId),
    )
    const accounts = found.map(({ accId: id, trdEnv, trdMarket }) => ({ accId: id, trdEnv, trdMarket }))
    return [...new Map(accounts.map((one) => [keyOf({ ...one, caller: '' }), one])).values()]
  }
}

/** The key is stored for its child tokens: there can be any number of them over time, and the rows are not deleted. */
function tradedBy({ caller, payers, call: { accId, trdEnv, trdMarket } }: LedgerEntry): Traded {
  return { caller: payers.at(-1) ?? caller, accId, trdEnv, trdMarket }
}

function keyOf({ caller, accId, trdEnv, trdMarket }: Traded): string {
  return `${accId}/${trdEnv}/${trdMarket}/${caller}`
}
