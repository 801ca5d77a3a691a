import { CALLS } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import { AccountPushes } from './account-pushes.ts'
import type { SendCall } from '../gateway/opend-client.ts'
import {
  type AccountCards,
  accountListRequest,
  cardsOf,
  environmentsOf,
  readAccountList,
  type TradingAccount,
  type TradingAccounts,
} from './trading-accounts.ts'

/** How long the account list may be reused. Accounts change rarely. */
const FRESH_MS = 60_000

/**
 * Least time between two reads of the list for an account that is not in it, over all callers. Without this, each
 * request with an invented account would be a call of OpenD. A new account is usable after at most this time.
 */
const UNKNOWN_REREAD_MS = 5_000

/** Least time between a failed read and the next one. Until then, callers get the failure of the last read. */
const FAILED_REREAD_MS = 1_000

/** What the list needs of the link to OpenD. */
export interface AccountListDeps {
  /** Sends the calls as the gateway's own. */
  readonly send: SendCall
  /** Grows with each new link. A list that was read over an earlier link is read again. */
  readonly linkGeneration: () => number
  readonly isLinkUp: () => boolean
  /** Unix ms. */
  readonly nowMs: () => number
  /** Calls `run` once, after that many ms. */
  readonly after: (ms: number, run: () => void) => void
}

/** The result of a read, with its time and its link. */
interface Read<Value> {
  readonly value: Value
  readonly atMs: number
  readonly generation: number
}

interface List {
  readonly accounts: readonly TradingAccount[]
  readonly cards: readonly AccountCards[]
  readonly environments: TradingAccounts
}

/**
 * The trading accounts of the login, and the subscription to their order and fill pushes. The gateway object has the
 * only instance; the Worker reads the list over RPC.
 */
export class AccountListCache {
  readonly #deps: AccountListDeps
  readonly #pushes: AccountPushes
  /** The last list. `#failed` is the last failure, if it is later. */
  #known: Read<List> | null = null
  #failed: Read<Failure> | null = null
  /** The read in flight, which all callers share. */
  #reading: Promise<List | Failure> | null = null

  constructor(deps: AccountListDeps) {
    this.#deps = deps
    this.#pushes = new AccountPushes({ ...deps, accounts: () => this.#environments((list) => list.size > 0) })
  }

  /**
   * The environment of each account. Reads the list again when it is old, or when it lacks `accId` and was not read in
   * the last seconds.
   */
  environments(accId: bigint): Promise<TradingAccounts | Failure> {
    return this.#environments((list) => list.has(accId))
  }

  /** The accounts with all fields of OpenD's list. */
  async all(): Promise<readonly TradingAccount[] | Failure> {
    const list = await this.#read(() => true)
    return 'code' in list ? list : list.accounts
  }

  /** The accounts with their cards. Failures: those of the call, and OpenD's refusal. */
  async cards(): Promise<Result<readonly AccountCards[]>> {
    const list = await this.#read(() => true)
    return 'code' in list ? fail(list) : succeed(list.cards)
  }

  /** Whether OpenD has confirmed the pushes of every listed account over the present link. */
  get arePushesSubscribed(): boolean {
    return this.#known !== null && this.#pushes.covers(this.#known.value.environments)
  }

  /** To be called when a link is up: reads the list and subscribes the pushes, without waiting for a caller. */
  linkReady(): void {
    this.#pushes.linkReady()
  }

  /** Drops the list and the last failure. */
  forget(): void {
    this.#known = null
    this.#failed = null
  }

  async #environments(isEnough: (list: TradingAccounts) => boolean): Promise<TradingAccounts | Failure> {
    const list = await this.#read(({ environments }) => isEnough(environments))
    return 'code' in list ? list : list.environments
  }

  async #read(isEnough: (list: List) => boolean): Promise<List | Failure> {
    const known = this.#known
    if (known !== null && this.#isWithin(FRESH_MS, known) && isEnough(known.value)) return known.value
    const failed = this.#failed
    if (failed !== null && this.#deps.isLinkUp() && this.#isWithin(FAILED_REREAD_MS, failed)) return failed.value
    if (known !== null && this.#isWithin(UNKNOWN_REREAD_MS, known)) return known.value
    this.#reading ??= this.#ask().finally(() => (this.#reading = null))
    return this.#reading
  }

  /** Whether a read is younger than `ms` and was made over the present link. */
  #isWithin(ms: number, { atMs, generation }: Read<unknown>): boolean {
    return generation === this.#deps.linkGeneration() && this.#deps.nowMs() - atMs < ms
  }

  async #ask(): Promise<List | Failure> {
    const { send, linkGeneration, nowMs } = this.#deps
    const outcome = await send(CALLS.Trd_GetAccList.protoId, accountListRequest())
    const accounts = outcome.ok ? readAccountList(outcome.body) : outcome.failure
    const read = { atMs: nowMs(), generation: linkGeneration() }
    if ('code' in accounts) {
      this.#failed = { value: accounts, ...read }
      return accounts
    }
    const list = { accounts, cards: cardsOf(accounts), environments: environmentsOf(accounts) }
    this.#failed = null
    this.#known = { value: list, ...read }
    this.#pushes.listRead(list.environments)
    return list
  }
}
