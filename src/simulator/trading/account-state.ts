import type { Cents, ScaledPrice } from './money.ts'

/** Everything the accounts remember, as plain JSON: 64-bit ids are decimal strings, times are Unix ms. */
export interface AccountsState {
  /** Format of this record. */
  readonly version: 1
  /** Up to this moment the market's prints have been matched against the resting orders. */
  advancedToMs: number
  /** Counts everything that gets an id; ids are a scrambled form of it. */
  idCounter: number
  /** Lower-case hex MD5 of the trade password. */
  passwordMd5: string
  /** `Trd_Common.SecurityFirm` numbers whose real accounts are unlocked. */
  unlockedFirms: number[]
  accounts: AccountState[]
  /** What orders took out of the visible book lately, by security. */
  takenLiquidity: TakenLiquidity[]
  /** Pushes nobody has collected yet, oldest first. */
  events: TradeEvent[]
}

/** What an account is, which never changes. */
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

/** Everything an account remembers. */
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

/** The books of one currency: `balance = deposited - held at cost - fees + realised`, to the cent, always. */
export interface CashBalance {
  readonly currency: number
  deposited: Cents
  balance: Cents
  /** Fees paid so far. */
  fees: Cents
  /** Profit realised by closing positions, before fees. */
  realised: Cents
}

/** What an account holds of one security. Stays for the day when it has become flat. */
export interface PositionState {
  readonly positionId: string
  readonly secMarket: number
  readonly market: number
  readonly code: string
  readonly name: string
  readonly currency: number
  readonly contractMultiplier: number
  /** False for futures, whose cost is a notional and never left the cash balance. */
  readonly isCashSettled: boolean
  /** `Trd_Common.TrdMarket` of the order that opened it. */
  readonly trdMarket: number
  /** Negative for a short position. */
  qty: number
  /** What the present quantity cost; negative for a short position, whose opening brought money in. */
  cost: Cents
  /** Realised since the position was last flat. */
  realised: Cents
  /** Dealings of the trading day `today.date`. */
  today: PositionDay
}

/** Dealings of one trading day in one position. */
export interface PositionDay {
  readonly date: string
  buyQty: number
  buyValue: Cents
  sellQty: number
  sellValue: Cents
  realised: Cents
}

/** An order from its placing on. What a client cannot change is read-only. */
export interface OrderState {
  readonly orderId: string
  readonly orderIdEx: string
  readonly accId: string
  /** Orders are numbered as they come; a modify that loses its place in the queue takes a new number. */
  priority: number
  readonly trdMarket: number
  readonly secMarket: number
  readonly market: number
  readonly code: string
  readonly name: string
  readonly currency: number
  readonly contractMultiplier: number
  /** `Trd_Common.TrdSide`, as the client sent it. */
  readonly side: number
  readonly orderType: number
  readonly timeInForce: number
  /** Last moment of a good-till order; null for a day order. */
  readonly expiresMs: number | null
  /** `Common.Session`; null when not given. */
  readonly session: number | null
  readonly fillOutsideRth: boolean
  readonly remark: string | null
  qty: number
  /** Null for orders without a price. */
  price: ScaledPrice | null
  auxPrice: ScaledPrice | null
  /** `Trd_Common.TrailType` */
  trailType: number | null
  trailValue: number | null
  trailSpread: number | null
  status: number
  /** Worst price at which it may trade now; null while a conditional order waits for its trigger. */
  limit: ScaledPrice | null
  /** Best price seen since a trailing order was placed. */
  extreme: ScaledPrice | null
  /** Market volume in front of it at its price. */
  volumeAhead: number
  /** True once a trading day with a session for it has begun: a day order ends with that day. */
  hasMetDay: boolean
  /** The trading day whose regular session it has seen; null before. */
  activeDate: string | null
  filledQty: number
  /** Sum of scaled price x quantity over its fills. */
  filledNotional: number
  filledValue: Cents
  feesPaid: Cents
  readonly createMs: number
  updateMs: number
  lastErrMsg: string | null
}

/** One deal of an order of a real account. */
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
  readonly qty: number
  readonly price: ScaledPrice
  readonly createMs: number
}

/** One line of a real account's statement. */
export interface CashFlow {
  readonly flowId: string
  readonly timeMs: number
  readonly currency: number
  /** Negative for money going out. */
  readonly amount: Cents
  readonly type: string
  readonly remark: string
}

export interface TakenLiquidity {
  /** `market/code` */
  readonly key: string
  readonly levels: { readonly price: ScaledPrice; volume: number; readonly isAsk: boolean; readonly atMs: number }[]
}

/** Something a client that listens to the account must be told. The record is a copy as it was at that moment. */
export type TradeEvent =
  | { readonly kind: 'order'; readonly accId: string; readonly trdEnv: number; readonly order: OrderState }
  | { readonly kind: 'fill'; readonly accId: string; readonly trdEnv: number; readonly fill: FillState }

/** An order by its server id if that is given, else by its number; null when the account has no such order. */
export function findOrder(account: AccountState, orderId: bigint, orderIdEx: string): OrderState | null {
  const text = orderId.toString()
  return account.orders.find((one) => (orderIdEx === '' ? one.orderId === text : one.orderIdEx === orderIdEx)) ?? null
}
