import { SubType } from '../proto/enums.ts'
import type { ProtocolName } from '../proto/messages.ts'
import {
  type CallLimit,
  FOR_CHANGES,
  FOR_CONTRACT_VALUES,
  FOR_LAST_POLL,
  FOR_ORDER_LISTS,
  FOR_SNAPSHOT_VALUES,
  PER_ACCOUNT,
  PER_FIRST_PAGE,
  PER_LOGIN,
  PER_REFRESH,
} from './calls/call-limit.ts'
import { RESEARCH_CALLS } from './calls/research-calls.ts'

/** The range of a field, both ends included; null when OpenD documents no upper end. */
export type Range = readonly [least: number, most: number | null]

/** The properties of one call or push of OpenD. */
export interface CallFacts {
  readonly protoId: number
  /**
   * - `read`: changes no state of OpenD, and identical reads at the same time have the same reply, so they share one
   *   call.
   * - `write`: changes state of OpenD (a subscription, the lock). Never shared.
   * - `order`: can place, change or cancel an order. It has a packet id, is sent at most once, and is in the ledger.
   * - `push`: sent by OpenD; it has no request.
   * - `own`: a call of the gateway itself, for the connection.
   */
  readonly kind: 'read' | 'write' | 'order' | 'push' | 'own'
  /** OpenD's documented limit; a call without one is not limited. */
  readonly limit?: CallLimit
  /** Where the call names accounts: in its trade header, in a separate list, or only in the reply. */
  readonly accounts?: 'header' | 'list' | 'reply'
  /** How long a reply may be cached, ms. Its main data changes daily; faster fields in the reply limit the time. */
  readonly cacheMs?: number
  /**
   * A Worker isolate may cache a reply for a short time. Only for replies that do not depend on the caller: no account
   * data, and no counts of the caller (subscriptions, quotas).
   */
  readonly isIsolateCached?: true
  /** `Qot_Common.SubType` of the subscription that the getter needs; null when it depends on the request. */
  readonly subType?: number | null
  /** Documented ranges of integer fields of the request, by proto name; the schema has no ranges. */
  readonly ranges?: Readonly<Record<string, Range>>
  /** The getter whose replies the push updates. */
  readonly feeds?: ProtocolName
}

/** A call with its name, which is that of its .proto file: `Qot_GetKL` for `Qot_GetKL.Request`. */
export interface OpendCall extends CallFacts {
  readonly name: ProtocolName
}

const MINUTE_MS = 60_000

/** The ranges of a paged request that starts at `begin`. */
const PAGE_OF_200: Readonly<Record<string, Range>> = { begin: [0, null], num: [0, 200] }

/**
 * The calls that this product makes to OpenD, and the pushes that it receives: one row for each protocol id.
 *
 * The limits are those of OpenD's documentation. Where newer pages disagree, the limit is the one that OpenD was last
 * seen to enforce. Trade limits are per account; the others are per login, so all connections share them.
 */
export const CALLS = {
  InitWebSocket: { protoId: 1, kind: 'own' },
  InitConnect: { protoId: 1001, kind: 'own' },
  GetGlobalState: { protoId: 1002, kind: 'read' },
  Notify: { protoId: 1003, kind: 'push' },
  KeepAlive: { protoId: 1004, kind: 'own' },
  GetUserInfo: { protoId: 1005, kind: 'read' },
  GetDelayStatistics: { protoId: 1007, kind: 'read' },
  UsedQuota: { protoId: 1010, kind: 'read' },

  Trd_GetAccList: { protoId: 2001, kind: 'read', accounts: 'reply' },
  Trd_UnlockTrade: { protoId: 2005, kind: 'write', limit: { ...PER_LOGIN, calls: 10 } },
  Trd_SubAccPush: { protoId: 2008, kind: 'write', accounts: 'list' },
  Trd_GetFunds: { protoId: 2101, kind: 'read', accounts: 'header', limit: { ...PER_REFRESH, calls: 10 } },
  Trd_GetPositionList: { protoId: 2102, kind: 'read', accounts: 'header', limit: { ...PER_REFRESH, calls: 10 } },
  Trd_GetMaxTrdQtys: { protoId: 2111, kind: 'read', accounts: 'header', limit: { ...PER_ACCOUNT, calls: 10 } },
  Trd_GetOrderList: {
    protoId: 2201,
    kind: 'read',
    accounts: 'header',
    limit: { ...PER_REFRESH, calls: 10, reserves: FOR_ORDER_LISTS },
  },
  Trd_PlaceOrder: {
    protoId: 2202,
    kind: 'order',
    accounts: 'header',
    limit: { ...PER_ACCOUNT, calls: 15, leastGapMs: 20 },
  },
  Trd_ModifyOrder: {
    protoId: 2205,
    kind: 'order',
    accounts: 'header',
    limit: { ...PER_ACCOUNT, calls: 20, leastGapMs: 40, reserves: FOR_CHANGES },
  },
  Trd_UpdateOrder: { protoId: 2208, kind: 'push' },
  Trd_GetOrderFillList: { protoId: 2211, kind: 'read', accounts: 'header', limit: { ...PER_REFRESH, calls: 10 } },
  Trd_UpdateOrderFill: { protoId: 2218, kind: 'push' },
  Trd_GetHistoryOrderList: {
    protoId: 2221,
    kind: 'read',
    accounts: 'header',
    limit: { ...PER_ACCOUNT, calls: 10, reserves: FOR_LAST_POLL },
  },
  Trd_GetHistoryOrderFillList: {
    protoId: 2222,
    kind: 'read',
    accounts: 'header',
    limit: { ...PER_ACCOUNT, calls: 10 },
  },
  Trd_GetMarginRatio: { protoId: 2223, kind: 'read', accounts: 'header', limit: { ...PER_ACCOUNT, calls: 10 } },
  Trd_FlowSummary: { protoId: 2226, kind: 'read', accounts: 'header', limit: { ...PER_ACCOUNT, calls: 20 } },
  Trd_GetComboMaxTrdQtys: { protoId: 2112, kind: 'read', accounts: 'header', limit: { ...PER_ACCOUNT, calls: 10 } },
  Trd_GetOrderFee: { protoId: 2225, kind: 'read', accounts: 'header', limit: { ...PER_ACCOUNT, calls: 10 } },

  Qot_Sub: { protoId: 3001, kind: 'write' },
  Qot_GetSubInfo: { protoId: 3003, kind: 'read' },
  Qot_GetBasicQot: { protoId: 3004, kind: 'read', subType: SubType.Basic, isIsolateCached: true },
  Qot_UpdateBasicQot: { protoId: 3005, kind: 'push', feeds: 'Qot_GetBasicQot' },
  // Each K-line period has a sub type.
  Qot_GetKL: { protoId: 3006, kind: 'read', subType: null, isIsolateCached: true, ranges: { reqNum: [1, 1000] } },
  Qot_UpdateKL: { protoId: 3007, kind: 'push', feeds: 'Qot_GetKL' },
  Qot_GetRT: { protoId: 3008, kind: 'read', subType: SubType.RT, isIsolateCached: true },
  Qot_UpdateRT: { protoId: 3009, kind: 'push', feeds: 'Qot_GetRT' },
  Qot_GetTicker: {
    protoId: 3010,
    kind: 'read',
    subType: SubType.Ticker,
    isIsolateCached: true,
    ranges: { maxRetNum: [1, 1000] },
  },
  Qot_UpdateTicker: { protoId: 3011, kind: 'push', feeds: 'Qot_GetTicker' },
  // The odd-lot order book has a separate sub type. The number of levels depends on the market and the quote right.
  Qot_GetOrderBook: { protoId: 3012, kind: 'read', subType: null, isIsolateCached: true, ranges: { num: [1, null] } },
  Qot_UpdateOrderBook: { protoId: 3013, kind: 'push', feeds: 'Qot_GetOrderBook' },
  Qot_GetBroker: { protoId: 3014, kind: 'read', subType: SubType.Broker, isIsolateCached: true },
  Qot_UpdateBroker: { protoId: 3015, kind: 'push', feeds: 'Qot_GetBroker' },
  Qot_UpdatePriceReminder: { protoId: 3019, kind: 'push' },
  Qot_RequestHistoryKL: {
    protoId: 3103,
    kind: 'read',
    limit: { ...PER_FIRST_PAGE, calls: 60 },
    ranges: { maxAckKLNum: [1, null] },
  },
  Qot_RequestHistoryKLQuota: { protoId: 3104, kind: 'read' },
  // Corporate actions become known overnight.
  Qot_RequestRehab: slow(3105, 60, 5 * MINUTE_MS),
  Qot_GetSuspend: { protoId: 3201, kind: 'read', isIsolateCached: true },

  // Names, lots and listings change overnight; the reply also contains suspensions of options.
  Qot_GetStaticInfo: slow(3202, 10, 5 * MINUTE_MS),
  Qot_GetSecuritySnapshot: {
    protoId: 3203,
    kind: 'read',
    limit: { ...PER_LOGIN, calls: 60, reserves: FOR_SNAPSHOT_VALUES },
    isIsolateCached: true,
  },
  // The plates of a market change monthly.
  Qot_GetPlateSet: slow(3204, 10, 60 * MINUTE_MS),
  // The members of a plate change weekly; the reply also contains the static facts above.
  Qot_GetPlateSecurity: slow(3205, 10, 10 * MINUTE_MS),
  // Warrants and futures of an underlying are issued and expire overnight.
  Qot_GetReference: slow(3206, 10, 5 * MINUTE_MS),
  // The plates of a security change as slowly as the plates.
  Qot_GetOwnerPlate: slow(3207, 10, 60 * MINUTE_MS),
  Qot_GetHoldingChangeList: { protoId: 3208, kind: 'read', limit: { ...PER_LOGIN, calls: 10 }, isIsolateCached: true },
  // The contracts of an underlying are listed overnight. The reply has no prices; suspensions as above.
  Qot_GetOptionChain: slow(3209, 10, 5 * MINUTE_MS),
  Qot_GetWarrant: { protoId: 3210, kind: 'read', limit: { ...PER_LOGIN, calls: 60 }, ranges: PAGE_OF_200 },
  Qot_GetCapitalFlow: { protoId: 3211, kind: 'read', limit: { ...PER_LOGIN, calls: 30 } },
  Qot_GetCapitalDistribution: { protoId: 3212, kind: 'read', limit: { ...PER_LOGIN, calls: 30 } },
  Qot_GetUserSecurity: { protoId: 3213, kind: 'read', limit: { ...PER_LOGIN, calls: 10 } },
  Qot_ModifyUserSecurity: { protoId: 3214, kind: 'write', limit: { ...PER_LOGIN, calls: 10 } },
  Qot_StockFilter: { protoId: 3215, kind: 'read', limit: { ...PER_LOGIN, calls: 10 }, ranges: PAGE_OF_200 },
  Qot_GetCodeChange: { protoId: 3216, kind: 'read', isIsolateCached: true },
  // Dates and price ranges change daily, but applications open at a fixed hour that users wait for.
  Qot_GetIpoList: slow(3217, 10, MINUTE_MS),
  // Contract terms. The real contract of a main contract changes overnight.
  Qot_GetFutureInfo: {
    protoId: 3218,
    kind: 'read',
    limit: { ...PER_LOGIN, calls: 30, reserves: FOR_CONTRACT_VALUES },
    cacheMs: 10 * MINUTE_MS,
    isIsolateCached: true,
  },
  // A typhoon day is announced on the day, in the market state first.
  Qot_RequestTradeDate: slow(3219, 30, 5 * MINUTE_MS),
  Qot_SetPriceReminder: { protoId: 3220, kind: 'write', limit: { ...PER_LOGIN, calls: 60 } },
  Qot_GetPriceReminder: { protoId: 3221, kind: 'read', limit: { ...PER_LOGIN, calls: 10 } },
  Qot_GetUserSecurityGroup: { protoId: 3222, kind: 'read', limit: { ...PER_LOGIN, calls: 10 } },
  Qot_GetMarketState: {
    protoId: 3223,
    kind: 'read',
    limit: { ...PER_LOGIN, calls: 10 },
    isIsolateCached: true,
  },
  // Options are listed and expire overnight.
  Qot_GetOptionExpirationDate: slow(3224, 60, 5 * MINUTE_MS),
  Qot_GetOptionEventAlert: { protoId: 3308, kind: 'read' },
  Qot_SetOptionEventAlert: { protoId: 3309, kind: 'write' },

  ...RESEARCH_CALLS,
} as const satisfies Partial<Record<ProtocolName, CallFacts>>

/** A read of data that changes daily. */
function slow<const Id extends number>(protoId: Id, calls: number, cacheMs: number) {
  return { protoId, kind: 'read', limit: { ...PER_LOGIN, calls }, cacheMs, isIsolateCached: true } as const
}

/** The name of a call that has a row. */
export type CallName = keyof typeof CALLS

/** The names of the calls whose rows have these facts. */
export type CallNameWith<Facts> = {
  [Name in CallName]: (typeof CALLS)[Name] extends Facts ? Name : never
}[CallName]

/** The protocol ids of calls. */
export type ProtoIdOf<Name extends CallName> = (typeof CALLS)[Name]['protoId']

/** The order calls: the only calls in the ledger. */
export type OrderName = CallNameWith<{ readonly kind: 'order' }>

/** The protocol ids of the order calls. */
export type OrderProtoId = ProtoIdOf<OrderName>

/** The pushes that update a getter's replies. */
export type QuotePushName = CallNameWith<{ readonly feeds: CallName }>

/** The getters of pushed data: each needs a subscription. */
export type GetterName = CallNameWith<{ readonly subType: number | null }>

/** A table of calls by name: `CALLS`, or one of a test. */
export type CallTable = Readonly<Partial<Record<ProtocolName, CallFacts>>>

/** The rows of a table in order, each with its name. */
export function callsOf(table: CallTable): readonly OpendCall[] {
  // The keys of an object are the names that its type lists.
  const rows = Object.entries(table) as [ProtocolName, CallFacts][]
  return rows.map(([name, facts]) => ({ name, ...facts }))
}

/** All calls, in the order of the table. */
export const ALL_CALLS: readonly OpendCall[] = callsOf(CALLS)
