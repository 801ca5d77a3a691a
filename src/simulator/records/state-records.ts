import type { SimulatorState } from '../opend.ts'
import type {
  AccountState,
  AccountsState,
  CashFlow,
  FillState,
  OrderState,
  PositionState,
} from '../trading/account-state.ts'
import { ListRecords, type RecordChange } from './list-records.ts'
import { fillRecords, flowRecords, orderRecords, positionRecords } from './record-kinds.ts'

/**
 * The state of a simulated OpenD as records of a key-value store, so that the change of one order writes one order:
 *
 *     session, watchlists, accounts     everything but the accounts
 *     account/ACC                       properties and cash of an account
 *     position/ACC/ID, order/ACC/ID, fill/ACC/ID, flow/ACC/ID
 *
 * The lists of an account have no order in their names: the store has to return records in the order in which they were
 * added.
 */
export class StateRecords {
  /** The latest texts of the records that are not in a list. */
  readonly #texts = new Map<string, string>()
  readonly #accounts = new Map<string, AccountRecords>()

  /** The changes since the last call. The first call returns every record. */
  changes(state: SimulatorState): readonly RecordChange[] {
    const changes: RecordChange[] = []
    const { accounts, ...head } = state.accounts
    this.#compare(changes, 'session', state.session)
    this.#compare(changes, 'watchlists', state.watchlists)
    this.#compare(changes, 'accounts', head)
    for (const account of accounts) {
      const { profile, cash } = account
      this.#compare(changes, `account/${profile.accId}`, { profile, cash })
      let lists = this.#accounts.get(profile.accId)
      if (lists === undefined) {
        lists = new AccountRecords(profile.accId)
        this.#accounts.set(profile.accId, lists)
      }
      lists.compare(changes, account)
    }
    return changes
  }

  #compare(changes: RecordChange[], name: string, value: object): void {
    const text = JSON.stringify(value)
    if (this.#texts.get(name) === text) return
    this.#texts.set(name, text)
    changes.push({ name, text })
  }
}

/** The lists of one account. */
class AccountRecords {
  readonly #positions: ListRecords<PositionState>
  readonly #orders: ListRecords<OrderState>
  readonly #fills: ListRecords<FillState>
  readonly #flows: ListRecords<CashFlow>

  constructor(accId: string) {
    this.#positions = new ListRecords(positionRecords(accId))
    this.#orders = new ListRecords(orderRecords(accId))
    this.#fills = new ListRecords(fillRecords(accId))
    this.#flows = new ListRecords(flowRecords(accId))
  }

  compare(changes: RecordChange[], account: AccountState): void {
    this.#positions.compare(changes, account.positions)
    this.#orders.compare(changes, account.orders)
    this.#fills.compare(changes, account.fills)
    this.#flows.compare(changes, account.flows)
  }
}

/**
 * The state of all records, in the order of the store; null if there are none. Throws if a record is missing or is not
 * valid.
 */
export function stateOfRecords(records: Iterable<readonly [name: string, text: string]>): SimulatorState | null {
  const parts = new Map<string, unknown>()
  const accounts = new Map<string, AccountState>()
  for (const [name, text] of records) {
    const [kind = '', accId] = name.split('/')
    const value: unknown = JSON.parse(text)
    if (accId === undefined) parts.set(name, value)
    else if (kind === 'account') {
      // Only `StateRecords` writes records, also in the casts below.
      const record = value as Pick<AccountState, 'profile' | 'cash'>
      accounts.set(accId, { ...record, positions: [], orders: [], fills: [], flows: [] })
    } else addToList(accounts.get(accId), name, kind, value)
  }
  if (parts.size === 0) return null
  const part = (name: string): unknown => {
    if (!parts.has(name)) throw new Error(`there is no record ${name}`)
    return parts.get(name)
  }
  const head = part('accounts') as Omit<AccountsState, 'accounts'>
  return {
    version: 1,
    session: part('session') as SimulatorState['session'],
    accounts: { ...head, accounts: [...accounts.values()] },
    watchlists: part('watchlists') as SimulatorState['watchlists'],
  }
}

function addToList(account: AccountState | undefined, name: string, kind: string, value: unknown): void {
  if (account === undefined) throw new Error(`the record ${name} has no account`)
  if (kind === 'position') account.positions.push(value as PositionState)
  else if (kind === 'order') account.orders.push(value as OrderState)
  else if (kind === 'fill') account.fills.push(value as FillState)
  else if (kind === 'flow') account.flows.push(value as CashFlow)
  else throw new Error(`the record ${name} is of no known kind`)
}
