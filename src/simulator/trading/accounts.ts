import type { Refusal } from '../handler.ts'
import type { Market } from '../market/market.ts'
import { DEFAULT_ACCOUNTS } from './account-profiles.ts'
import type { AccountOpening } from './account-profiles.ts'
import type { AccountProfile, AccountState, AccountsState, OrderState, TradeEvent } from './account-state.ts'
import { passTime } from './clockwork.ts'
import { placeCombo, type ComboRequest } from './combo/place-combo.ts'
import { idOf } from './identifiers.ts'
import { cancelAll, modifyOrder } from './modify-order.ts'
import type { NewTerms } from './modify-order.ts'
import { centsOf } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { placeOrder } from './place-order.ts'
import type { OrderRequest } from './place-order.ts'
import { completeState } from './state-upgrade.ts'
import { tradingMarketOf } from './simulated-exchange.ts'
import type { TradingMarket } from './trading-market.ts'
import { DEFAULT_PASSWORD_MD5, isUnlocked, setLock } from './unlock.ts'

export interface AccountsOptions {
  /** Opening time of the accounts and time of their deposits, Unix ms. */
  readonly openedMs: number
  /** By default one account of every kind, see `DEFAULT_ACCOUNTS`. */
  readonly accounts?: readonly AccountOpening[]
  /** Lower-case hex MD5 of the trade password; default that of `123456`. */
  readonly passwordMd5?: string
}

/**
 * The trading accounts of one simulated OpenD. They are deterministic: the same market and the same calls at the same
 * times give the same orders, ids and events. The whole state is one JSON value, so `snapshot` and `restore` work at
 * any time without a visible difference.
 *
 * Every call with `nowMs` first advances the accounts to that time. If it is earlier than before, no time passes.
 */
export class Accounts implements TradingFloor {
  readonly market: TradingMarket
  readonly state: AccountsState

  private constructor(market: TradingMarket, state: AccountsState) {
    this.market = market
    this.state = state
  }

  /** Opens new accounts on the simulated exchanges, or on any other market. */
  static open(market: Market | TradingMarket, options: AccountsOptions): Accounts {
    const { openedMs, accounts = DEFAULT_ACCOUNTS, passwordMd5 = DEFAULT_PASSWORD_MD5 } = options
    const state: AccountsState = {
      version: 1,
      advancedToMs: openedMs,
      idCounter: 0,
      passwordMd5,
      unlockedFirms: [],
      accounts: [],
      takenLiquidity: [],
      events: [],
    }
    for (const opening of accounts) state.accounts.push(openAccount(state, opening, openedMs))
    return new Accounts(tradingMarketOf(market), state)
  }

  /** Restores a snapshot. The value is copied, so the caller may keep using it. */
  static restore(market: Market | TradingMarket, state: AccountsState): Accounts {
    return new Accounts(tradingMarketOf(market), completeState(copyOf(state)))
  }

  /** A copy of the state of all accounts, ready for JSON. */
  snapshot(): AccountsState {
    return copyOf(this.state)
  }

  /** All accounts of the login, in the order of the account list. */
  profiles(): readonly AccountProfile[] {
    return this.state.accounts.map((account) => account.profile)
  }

  account(accId: bigint): AccountState | null {
    const text = accId.toString()
    return this.state.accounts.find((one) => one.profile.accId === text) ?? null
  }

  /** Matches resting orders against the market's prints up to `nowMs`, and sends or ends orders whose time has come. */
  advance(nowMs: number): void {
    passTime(this, nowMs)
  }

  /** Returns and removes the pushes since the last call, oldest first. */
  drainEvents(): readonly TradeEvent[] {
    return this.state.events.splice(0)
  }

  /** Unlocks (or locks) the real accounts of one firm or of all. Returns null on success. */
  setLock(unlock: boolean, passwordMd5: string | null, firm: number | null): Refusal | null {
    return setLock(this.state, unlock, passwordMd5, firm)
  }

  isUnlocked(profile: AccountProfile): boolean {
    return isUnlocked(this.state, profile)
  }

  place(account: AccountState, request: OrderRequest, nowMs: number): OrderState | Refusal {
    return placeOrder(this, account, request, this.#advanceTo(nowMs))
  }

  /** Places an option strategy as one order; returns it as OpenD lists it. */
  placeCombo(account: AccountState, request: ComboRequest, nowMs: number): OrderState | Refusal {
    return placeCombo(this, account, request, this.#advanceTo(nowMs))
  }

  /** Applies one `Trd_Common.ModifyOrderOp` to an order of the account. Returns null on success. */
  modify(account: AccountState, order: OrderState, operation: number, terms: NewTerms, nowMs: number): Refusal | null {
    return modifyOrder(this, account, order, operation, terms, this.#advanceTo(nowMs))
  }

  cancelAll(account: AccountState, trdMarket: number | null, nowMs: number): void {
    cancelAll(this, account, trdMarket, this.#advanceTo(nowMs))
  }

  #advanceTo(nowMs: number): number {
    passTime(this, nowMs)
    return Math.max(nowMs, this.state.advancedToMs)
  }
}

function openAccount(state: AccountsState, opening: AccountOpening, openedMs: number): AccountState {
  const account: AccountState = { profile: opening.profile, cash: [], positions: [], orders: [], fills: [], flows: [] }
  for (const { currency, amount } of opening.deposits) {
    const deposited = centsOf(amount)
    account.cash.push({ currency, deposited, balance: deposited, fees: 0, realised: 0, interest: 0 })
    state.idCounter += 1
    const flowId = idOf(state.idCounter).toString()
    account.flows.push({ flowId, timeMs: openedMs, currency, amount: deposited, type: 'Deposit', remark: '' })
  }
  return account
}

function copyOf(state: AccountsState): AccountsState {
  return JSON.parse(JSON.stringify(state)) as AccountsState
}
