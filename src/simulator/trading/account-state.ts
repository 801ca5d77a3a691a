import type { Cents, ScaledPrice } from './money.ts'

/** The state of all accounts, as plain JSON: 64-bit ids are decimal strings, times are Unix ms. */
export interface AccountsState {
  /** Format of this record. */
  readonly version: 1
  /** The market's prints have been matched against the resting orders up to this time. */
  advancedToMs: number
  /** Number of ids assigned so far; ids are a scrambled form of it. */
  idCounter: number
  /** Lower-case hex MD5 of the trade password. */
  passwordMd5: string
  /** `Trd_Common.SecurityFirm` numbers whose real accounts are unlocked. */
  unlockedFirms: number[]
  accounts: AccountState[]
  /** Recent executions against the visible book, by security. */
  takenLiquidity: TakenLiquidity[]
  /** Pushes that have not been collected yet, oldest first. */
  events: TradeEvent[]
}

/** The properties of an account that do not change. */
export interface AccountProfile {
  readonly accId: string
  /** `Trd_Common.TrdEnv`: 0 simulate, 1 real. */
  readonly trdEnv: number
  /** `Trd_Common.TrdMarket` list. */
  readonly trdMarkets: readonly number[]
  /** `Trd_Common.TrdAccType`: 1 cash, 2 margin. */
  readonly accType: number
  /** `Trd_Common.SimAccType`; null for a real account. */
  readonly simAccType: number | null
  /** `Trd_Common.SecurityFirm`; null for a simulated account. */
  readonly securityFirm: number | null
  readonly cardNum: string | null
  readonly uniCardNum: string | null
  /** `Trd_Common.Currency` in which the account is valued as a whole. */
  readonly baseCurrency: number
}

/** The state of one account. */
export interface AccountState {
  readonly profile: AccountProfile
  /** One entry per currency the account can hold. */
  readonly cash: CashBalance[]
  positions: PositionState[]
  /** Oldest first. */
  orders: OrderState[]
  /** Oldest first. */
  fills: FillState[]
  /** Oldest first. */
  flows: CashFlow[]
}

/**
 * The accounting of one currency. Always exact to the cent:
 * `balance = deposited - held at cost - fees - interest + realised`.
 */
export interface CashBalance {
  readonly currency: number
  deposited: Cents
  balance: Cents
  /** Fees paid so far. */
  fees: Cents
  /** Profit paid out by closing positions and by the daily settlement of futures, before fees. */
  realised: Cents
  /** Interest on loans and fees for borrowed shares paid so far. */
  interest: Cents
}

/** The position of an account in one security. A flat position stays until the end of its day. */
export interface PositionState {
  readonly positionId: string
  readonly secMarket: number
  readonly market: number
  readonly code: string
  readonly name: string
  readonly currency: number
  readonly contractMultiplier: number
  /** False for futures, whose cost is a notional and is not deducted from the cash balance. */
  readonly isCashSettled: boolean
  /** `Trd_Common.TrdMarket` of the order that opened it. */
  readonly trdMarket: number
  /** Negative for a short position. */
  qty: number
  /** Cost of the current quantity; negative for a short position, whose opening adds money. */
  cost: Cents
  /** Profit realised since the position was last flat. */
  realised: Cents
  /** Futures: the part of the open profit that the daily settlement has paid in cash already. */
  settled: Cents
  /** Trades of the trading day `today.date`. */
  today: PositionDay
}

/** Trades of one trading day in one position. */
export interface PositionDay {
  readonly date: string
  buyQty: number
  buyValue: Cents
  sellQty: number
  sellValue: Cents
  realised: Cents
}

/** An order. Members that a client cannot change are read-only. */
export interface OrderState {
  readonly orderId: string
  readonly orderIdEx: string
  readonly accId: string
  /** Sequence number of the order. A modification that loses the place in the queue gets a new number. */
  priority: number
  readonly trdMarket: number
  readonly secMarket: number
  readonly market: number
  readonly code: string
  readonly name: string
  readonly currency: number
  readonly contractMultiplier: number
  /** `Trd_Common.TrdSide` as reported: SellShort for a sale that opens a short position, see `reportedSide`. */
  side: number
  readonly orderType: number
  readonly timeInForce: number
  /** Expiry of a good-till order; null for a day order. */
  readonly expiresMs: number | null
  /** `Common.Session`; null when not given. */
  readonly session: number | null
  readonly fillOutsideRth: boolean
  readonly remark: string | null
  /** Amount of an order by amount; null for an order by quantity. */
  readonly amount: number | null
  qty: number
  /** Null for orders without a price. */
  price: ScaledPrice | null
  auxPrice: ScaledPrice | null
  /** `Trd_Common.TrailType` */
  trailType: number | null
  trailValue: number | null
  trailSpread: number | null
  status: number
  /** Worst price at which it may trade now; null for a conditional order that has not been triggered. */
  limit: ScaledPrice | null
  /** Best price seen since a trailing order was placed. */
  extreme: ScaledPrice | null
  /** Market volume ahead of it at its price. */
  volumeAhead: number
  /** True after a trading day with a session for it has begun: a day order ends with that day. */
  hasMetDay: boolean
  /** The latest trading day of which a session began during the order's life; null before the first. */
  activeDate: string | null
  /** The combination that it is a leg of; null for an order of its own. */
  combo: ComboMembership | null
  filledQty: number
  /** Sum of scaled price x quantity over its fills. */
  filledNotional: number
  filledValue: Cents
  feesPaid: Cents
  readonly createMs: number
  updateMs: number
  lastErrMsg: string | null
}

/** What a leg has from its combination (`Trd_PlaceComboOrder`). All legs hold the same values. */
export interface ComboMembership {
  /** Ids of the combination, which are those of its first leg. */
  readonly orderId: string
  readonly orderIdEx: string
  /** `Trd_Common.TrdSide` of the combination: it is bought at its net price, negative for a credit. */
  readonly side: number
  readonly orderType: number
  readonly qty: number
  /** Net price; null at the market. */
  readonly price: ScaledPrice | null
  /** Contract multiplier that the net price refers to. */
  readonly multiplier: number
  /** `Qot_Common.OptionStrategyType`. */
  readonly strategyType: number
  readonly legs: readonly {
    readonly market: number
    readonly code: string
    readonly side: number
    readonly ratio: number
  }[]
  /** True after the net price was met, when the legs are in the market. */
  readonly isReleased: boolean
}

/** One fill of an order of a real account. */
export interface FillState {
  readonly fillId: string
  readonly fillIdEx: string
  readonly accId: string
  readonly orderId: string
  readonly orderIdEx: string
  readonly trdMarket: number
  readonly secMarket: number
  readonly code: string
  readonly name: string
  readonly side: number
  /** A number of shares or contracts with at most four decimals, see `quantity.ts`. */
  readonly qty: number
  readonly price: ScaledPrice
  readonly createMs: number
}

/** One entry of a real account's statement. */
export interface CashFlow {
  readonly flowId: string
  readonly timeMs: number
  readonly currency: number
  /** Negative for outgoing money. */
  readonly amount: Cents
  readonly type: string
  readonly remark: string
}

export interface TakenLiquidity {
  /** `market/code` */
  readonly key: string
  readonly levels: { readonly price: ScaledPrice; volume: number; readonly isAsk: boolean; readonly atMs: number }[]
}

/** A change to push to the clients of the account. The record is a copy made at the time of the change. */
export type TradeEvent =
  | { readonly kind: 'order'; readonly accId: string; readonly trdEnv: number; readonly order: OrderState }
  | { readonly kind: 'fill'; readonly accId: string; readonly trdEnv: number; readonly fill: FillState }

/** An order by its server id if given, else by its number; null if the account has no such order. */
export function findOrder(account: AccountState, orderId: bigint, orderIdEx: string): OrderState | null {
  const text = orderId.toString()
  return account.orders.find((one) => (orderIdEx === '' ? one.orderId === text : one.orderIdEx === orderIdEx)) ?? null
}
