import type { Failure } from '../base/failure.ts'
import type { CallOutcome } from './effect.ts'
import {
  accountListRequest,
  accountPushRequest,
  environmentsOf,
  GET_ACC_LIST,
  readAccountList,
  SUB_ACC_PUSH,
  type TradingAccount,
  type TradingAccounts,
} from './trading-accounts.ts'

/** How long the account list may be reused. Accounts change by paperwork, not by the second. */
const FRESH_MS = 60_000

/** What the list needs of the line to OpenD. */
export interface AccountListOutside {
  readonly send: (protoId: number, body: Uint8Array) => Promise<CallOutcome>
  /** Grows with every connection: what was learned over another link is read again. */
  readonly connects: () => number
  /** Unix ms. */
  readonly nowMs: () => number
}

/** The list as it was read last. */
interface Known {
  readonly accounts: readonly TradingAccount[]
  readonly environments: TradingAccounts
  readonly readAtMs: number
  readonly connects: number
}

/**
 * The trading accounts of the login. With the first list over a link, order and fill pushes of all of them are asked
 * for: OpenD takes one list for the whole connection, and who may see which push is decided on this side.
 */
export class AccountList {
  readonly #outside: AccountListOutside
  #known: Known | null = null
  /** The read that is under way; who needs the list meanwhile waits for the same. */
  #reading: Promise<Known | Failure> | null = null

  constructor(outside: AccountListOutside) {
    this.#outside = outside
  }

  /** The environment of each account, read again when the list is old, or lacks the account asked for. */
  async environments(accId: bigint): Promise<TradingAccounts | Failure> {
    const known = await this.#read((list) => list.environments.has(accId))
    return 'code' in known ? known : known.environments
  }

  /** The accounts with all that OpenD says of them. */
  async all(): Promise<readonly TradingAccount[] | Failure> {
    const known = await this.#read(() => true)
    return 'code' in known ? known : known.accounts
  }

  async #read(isEnough: (known: Known) => boolean): Promise<Known | Failure> {
    const known = this.#known
    const isOfThisLink = known !== null && known.connects === this.#outside.connects()
    if (isOfThisLink && this.#outside.nowMs() - known.readAtMs < FRESH_MS && isEnough(known)) return known
    this.#reading ??= this.#ask().finally(() => (this.#reading = null))
    return this.#reading
  }

  async #ask(): Promise<Known | Failure> {
    const { send, connects, nowMs } = this.#outside
    const outcome = await send(GET_ACC_LIST, accountListRequest())
    if (!outcome.ok) return outcome.failure
    const accounts = readAccountList(outcome.body)
    if ('code' in accounts) return accounts
    const isNewLink = this.#known?.connects !== connects()
    const environments = environmentsOf(accounts)
    this.#known = { accounts, environments, readAtMs: nowMs(), connects: connects() }
    // Pushes tell of an order whose reply was lost sooner than any look; nothing waits for the subscription.
    if (isNewLink) void send(SUB_ACC_PUSH, accountPushRequest(environments))
    return this.#known
  }

  /** What was learned is out of date. */
  forget(): void {
    this.#known = null
  }
}
