import { DelayStatisticsType, ModifyOrderOp } from '../proto/enums.ts'
import type { ProtocolName } from '../proto/messages.ts'
import { type Scope, SCOPES } from './auth/scope.ts'
import { type CallFacts, type CallName, CALLS, type CallTable, type OrderName, type OrderProtoId } from './calls.ts'
import type { WireMessage } from './wire/json/json-wire-value.ts'

/** The description of an endpoint that is a call of OpenD. */
export interface EndpointRow<Name extends ProtocolName = ProtocolName> {
  readonly method: 'GET' | 'POST'
  readonly path: `/api/${string}`
  readonly group: 'System' | 'Quote' | 'Trade'
  /** One of them is enough. The first is the one in the API's list; the others are narrower additions. */
  readonly scopes: readonly [Scope, ...Scope[]]
  /** The call's name in the table of calls and in the schema, whose `C2S` is the body. */
  readonly protocol: Name
  readonly purpose: string
  /** The message of an endpoint that takes no body. */
  readonly fixedC2S?: WireMessage
  /** Most securities in one list; 100 by default. */
  readonly maxSecurities?: number
  /** Defaults of fields that the body lacks, by proto name. */
  readonly impliedFields?: WireMessage
  /** Proto names of fields of which at least one must be present, not empty, not 0 and not false. */
  readonly needsOneOf?: readonly string[]
  /** `sub_type_list` is accepted: those types are subscribed for the caller before the call. */
  readonly subscribesFirst?: true
  /** `?partial=true` is accepted: the answer leaves out the securities that OpenD refuses. */
  readonly hasPartial?: true
  /** `?dry_run=true` is accepted: all checks are made, and the call is not sent. */
  readonly hasDryRun?: true
  /** Fields with a fixed value on this path, by proto name. A body may repeat the value and cannot change it. */
  readonly fixedFields?: WireMessage
  /** The only fields that a body may have, by proto name; all fields of the message by default. */
  readonly takenFields?: readonly string[]
}

/** An endpoint: its row, with the facts of its call in the table of calls. */
export interface ApiEndpoint extends EndpointRow {
  readonly protoId: number
  /** Where the call contains account ids, if it does. */
  readonly accounts?: CallFacts['accounts']
  /** The call can place, change or cancel an order, so the limits and the ledger apply. */
  readonly isOrder: boolean
  /** A Worker isolate may cache the answer for 100 ms. */
  readonly isIsolateCached: boolean
}

/** The endpoint of an order call. */
export interface OrderEndpoint extends ApiEndpoint {
  readonly protocol: OrderName
  readonly protoId: OrderProtoId
  readonly isOrder: true
}

/** Whether a row is that of an order call. Only these calls are in the order ledger. */
export function isOrderEndpoint(endpoint: ApiEndpoint): endpoint is OrderEndpoint {
  return endpoint.isOrder
}

/** OpenD's limit for a snapshot. Other calls have the default of 100. */
const SNAPSHOT_SECURITIES = 400

/** A call for listed securities. An empty list is refused, because it would use up OpenD's rate limit to no effect. */
const OF_SECURITIES: Extras = { needsOneOf: ['securityList'] }

/** The scopes for order calls. The gateway then checks the environment of the account. */
export const TRADERS = ['trade:real', 'trade:simulate'] as const

/** The scopes for reading the order ledger. A caller sees its own entries; `admin` may see all. */
export const LEDGER_READERS = ['acc:read', ...TRADERS, 'admin'] as const

/** The scopes for halts. Scopes other than `admin` are for the caller's own key only. */
export const SWITCHERS = [...TRADERS, 'admin'] as const

/** OpenD requires the user id in these requests and ignores its value. */
const NO_USER = { userID: 0n }
const ALL_DELAYS = [DelayStatisticsType.QotPush, DelayStatisticsType.ReqReply, DelayStatisticsType.PlaceOrder]

/** Every endpoint that becomes a call of OpenD, in the order of its documentation. */
const API_ROWS: readonly EndpointRow<CallName>[] = [
  system('GET /api/global-state', 'GetGlobalState', 'Server time, market and login states', NO_USER),
  system('GET /api/user-info', 'GetUserInfo', 'The logged-in user: quote rights and quotas', {}),
  system('GET /api/delay-statistics', 'GetDelayStatistics', 'Latency statistics', { typeList: ALL_DELAYS }),

  quote('POST /api/subscribe', 'Qot_Sub', 'Subscribe and unsubscribe securities', {
    // Over REST a caller cannot register for pushes later, so they go to its sockets by default.
    impliedFields: { isRegOrUnRegPush: true },
  }),
  quote('GET /api/sub-info', 'Qot_GetSubInfo', "The caller's own subscriptions", { fixedC2S: {} }),
  quote('POST /api/query-subscription', 'Qot_GetSubInfo', 'Subscriptions of the caller or of all callers'),
  quote('POST /api/used-quota', 'UsedQuota', 'Quota in use for subscriptions and K-line history'),
  quote('POST /api/quote', 'Qot_GetBasicQot', 'Latest quotes of subscribed securities', {
    ...OF_SECURITIES,
    subscribesFirst: true,
    hasPartial: true,
  }),
  quote('POST /api/kline', 'Qot_GetKL', 'Latest K-lines of a subscribed security'),
  quote('POST /api/orderbook', 'Qot_GetOrderBook', 'Order book of a subscribed security'),
  quote('POST /api/broker', 'Qot_GetBroker', 'Broker queue of a subscribed security'),
  quote('POST /api/ticker', 'Qot_GetTicker', 'Latest trades of a subscribed security'),
  quote('POST /api/rt', 'Qot_GetRT', "Today's time-share line of a subscribed security"),
  quote('POST /api/snapshot', 'Qot_GetSecuritySnapshot', 'Snapshots of up to 400 securities', {
    ...OF_SECURITIES,
    maxSecurities: SNAPSHOT_SECURITIES,
    hasPartial: true,
  }),
  // Without securities and market OpenD returns all securities: about 28 MB.
  quote('POST /api/static-info', 'Qot_GetStaticInfo', 'Name, lot size and listing of securities', {
    needsOneOf: ['securityList', 'market'],
  }),
  quote('POST /api/plate-set', 'Qot_GetPlateSet', 'Plates of a market'),
  quote('POST /api/plate-security', 'Qot_GetPlateSecurity', 'Securities of a plate'),
  quote('POST /api/reference', 'Qot_GetReference', 'Warrants or futures related to a security'),
  quote('POST /api/owner-plate', 'Qot_GetOwnerPlate', 'Plates that securities belong to', OF_SECURITIES),
  quote('POST /api/option-chain', 'Qot_GetOptionChain', 'Option chain of an underlying'),
  quote('POST /api/warrant', 'Qot_GetWarrant', 'Warrants by filter'),
  quote('POST /api/capital-flow', 'Qot_GetCapitalFlow', 'Capital flow of a security over time'),
  quote('POST /api/capital-distribution', 'Qot_GetCapitalDistribution', 'Capital in and out by order size'),
  quote('POST /api/user-security', 'Qot_GetUserSecurity', 'Securities of a watchlist'),
  quote('POST /api/stock-filter', 'Qot_StockFilter', 'Stocks by filter'),
  quote('POST /api/ipo-list', 'Qot_GetIpoList', 'Initial public offerings of a market'),
  quote('POST /api/future-info', 'Qot_GetFutureInfo', 'Contract data of futures', OF_SECURITIES),
  quote('POST /api/market-state', 'Qot_GetMarketState', 'Market state of securities', OF_SECURITIES),
  quote('POST /api/history-kline', 'Qot_RequestHistoryKL', 'Historical K-lines, page by page'),

  account('GET /api/accounts', 'Trd_GetAccList', 'Trading accounts, real and simulated', {
    // Without the flag OpenD leaves out general securities accounts. Without a category it lists all categories.
    fixedC2S: { ...NO_USER, needGeneralSecAccount: true },
  }),
  account('POST /api/sub-acc-push', 'Trd_SubAccPush', 'Subscribe order and fill pushes of accounts'),
  account('POST /api/funds', 'Trd_GetFunds', 'Funds of an account'),
  account('POST /api/positions', 'Trd_GetPositionList', 'Positions of an account'),
  account('POST /api/orders', 'Trd_GetOrderList', "Today's orders of an account"),
  account('POST /api/order-fills', 'Trd_GetOrderFillList', "Today's fills of an account"),
  account('POST /api/max-trd-qtys', 'Trd_GetMaxTrdQtys', 'Largest quantities that can be traded'),
  account('POST /api/history-orders', 'Trd_GetHistoryOrderList', 'Past orders of an account'),
  account('POST /api/history-order-fills', 'Trd_GetHistoryOrderFillList', 'Past fills of an account'),
  account('POST /api/margin-ratio', 'Trd_GetMarginRatio', 'Margin ratios of securities'),
  account('POST /api/order-fee', 'Trd_GetOrderFee', 'Fees of orders'),
  unlock('POST /api/unlock-trade', 'Trd_UnlockTrade', 'Unlock or lock trading on real accounts'),
  order('POST /api/order', 'Trd_PlaceOrder', 'Place an order', { hasDryRun: true }),
  order('POST /api/modify-order', 'Trd_ModifyOrder', 'Change or cancel an order', {
    hasDryRun: true,
    needsOneOf: ['orderID', 'orderIDEx', 'forAll'],
  }),
  order('POST /api/cancel-order', 'Trd_ModifyOrder', 'Cancel an order', {
    fixedFields: { modifyOrderOp: ModifyOrderOp.Cancel },
    takenFields: ['packetID', 'header', 'orderID', 'orderIDEx'],
    needsOneOf: ['orderID', 'orderIDEx'],
  }),
  order('POST /api/cancel-all-order', 'Trd_ModifyOrder', 'Cancel all orders of an account, or of one market', {
    fixedFields: { modifyOrderOp: ModifyOrderOp.Cancel, forAll: true, orderID: 0n },
    takenFields: ['packetID', 'header', 'trdMarket'],
  }),
]

/**
 * The endpoints of rows, each with the facts of its call. Throws for a call that the table does not have.
 */
export function endpointsOf(table: CallTable, rows: readonly EndpointRow[]): readonly ApiEndpoint[] {
  return rows.map((one) => {
    const call = table[one.protocol]
    if (call === undefined) throw new Error(`${one.path}: calls.ts has no row for ${one.protocol}`)
    const { protoId, kind, accounts, isIsolateCached = false } = call
    const named = accounts === undefined ? {} : { accounts }
    return { ...one, protoId, ...named, isOrder: kind === 'order', isIsolateCached }
  })
}

/** The API: every endpoint that becomes a call of OpenD. */
export const API_ENDPOINTS: readonly ApiEndpoint[] = endpointsOf(CALLS, API_ROWS)

/** An endpoint that is not a call of OpenD. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  readonly path: OperationPath
  /** One of them is enough. Without scopes no token is checked, except for `/metrics` with `METRICS_AUTH=scope`. */
  readonly scopes: readonly Scope[]
  readonly purpose: string
}

/** The paths of the operations. */
export type OperationPath =
  | '/api/me'
  | '/api/tokens'
  | '/api/tokens/{id}/revoke'
  | '/api/order-intents'
  | '/api/order-intents/{id}'
  | '/api/trading/halts'
  | '/api/trading/halt'
  | '/api/trading/resume'
  | '/api/trading/cancel-after'
  | '/metrics'
  | '/health'
  | '/readyz'
  | '/ws'
  | '/api/admin/status'
  | '/api/admin/reload'
  | '/api/admin/shutdown'
  | '/api/admin/order-intents/{id}/resolve'
  | '/api/admin/keys'
  | '/api/admin/keys/{id}'
  | '/api/admin/keys/{id}/rotate'
  | '/api/admin/keys/{id}/revoke'
  | '/api/admin/key-file'
  | '/api/admin/audit'
  | '/api/admin/audit-file'

/** The order ledger, halts and cancel-afters, then the endpoints for operators and monitors, and the push socket. */
export const OPERATIONS: readonly Operation[] = [
  operation('GET', '/api/me', SCOPES, 'Who the caller is: key, scopes, accounts, limits and what is left of them'),
  operation('GET', '/api/tokens', SCOPES, 'Child tokens of the calling key'),
  operation('POST', '/api/tokens', SCOPES, 'Make a child token of the calling key, with less than its rights'),
  operation('POST', '/api/tokens/{id}/revoke', SCOPES, 'Revoke a child token of the calling key'),
  operation('GET', '/api/order-intents', LEDGER_READERS, 'Order calls in the ledger, newest first'),
  operation('GET', '/api/order-intents/{id}', LEDGER_READERS, 'One order call: its state and its reply'),
  operation('GET', '/api/trading/halts', SWITCHERS, "Halts and cancel-afters in force: the caller's, or all"),
  operation('POST', '/api/trading/halt', SWITCHERS, 'Stop new orders and changes of a key, an account or all'),
  operation('POST', '/api/trading/resume', SWITCHERS, 'End a halt'),
  operation('POST', '/api/trading/cancel-after', TRADERS, "Cancel the key's open orders unless renewed in time"),
  operation('GET', '/metrics', [], 'Counters and gauges for Prometheus'),
  operation('GET', '/health', [], 'Whether the Worker runs'),
  operation('GET', '/readyz', [], 'Whether calls can be answered: link up, OpenD logged in'),
  operation('GET', '/ws', ['qot:read'], 'WebSocket for pushes'),
  operation('GET', '/api/admin/status', ['admin'], 'State of the link to OpenD and of the login'),
  operation('POST', '/api/admin/reload', ['admin'], 'Clear the caches and reconnect to OpenD'),
  operation('POST', '/api/admin/shutdown', ['admin'], 'Finish the calls in flight and shut the gateway down'),
  operation(
    'POST',
    '/api/admin/order-intents/{id}/resolve',
    ['admin'],
    'Decide an order call whose outcome is unknown',
  ),
  operation('GET', '/api/admin/keys', ['admin'], 'All keys, without their hashes'),
  operation('POST', '/api/admin/keys', ['admin'], 'Make a key'),
  operation('GET', '/api/admin/keys/{id}', ['admin'], 'One key'),
  operation('POST', '/api/admin/keys/{id}', ['admin'], 'Change fields of a key'),
  operation('POST', '/api/admin/keys/{id}/rotate', ['admin'], 'Give a key a new secret; the old one may overlap'),
  operation('POST', '/api/admin/keys/{id}/revoke', ['admin'], 'Delete a key with its child tokens'),
  operation('GET', '/api/admin/key-file', ['admin'], 'The keys of the service as a keys.json'),
  operation('POST', '/api/admin/key-file', ['admin'], 'Store the keys of a keys.json'),
  operation('GET', '/api/admin/audit', ['admin'], 'Who did what: orders, keys, switches, admin calls, denials'),
  operation('GET', '/api/admin/audit-file', ['admin'], 'The audit as JSON Lines, for a check of its chain'),
]

function operation(
  method: Operation['method'],
  path: OperationPath,
  scopes: readonly Scope[],
  purpose: string,
): Operation {
  return { method, path, scopes, purpose }
}

type Route = `${EndpointRow['method']} ${EndpointRow['path']}`
type Extras = Partial<EndpointRow<CallName>>

function system(route: Route, protocol: CallName, purpose: string, fixedC2S: WireMessage) {
  return row(route, 'System', ['qot:read'], protocol, purpose, { fixedC2S })
}

function quote(route: Route, protocol: CallName, purpose: string, extras: Extras = {}) {
  return row(route, 'Quote', ['qot:read'], protocol, purpose, extras)
}

/** A call about accounts that is not an order. */
function account(route: Route, protocol: CallName, purpose: string, extras: Extras = {}) {
  return row(route, 'Trade', ['acc:read'], protocol, purpose, extras)
}

function unlock(route: Route, protocol: CallName, purpose: string) {
  return row(route, 'Trade', ['trade:real', 'trade:unlock'], protocol, purpose, {})
}

/** An order call. `trade:simulate` is enough here; the gateway then checks the environment of the account. */
function order(route: Route, protocol: OrderName, purpose: string, extras: Extras) {
  return row(route, 'Trade', TRADERS, protocol, purpose, extras)
}

function row(
  route: Route,
  group: EndpointRow['group'],
  scopes: EndpointRow['scopes'],
  protocol: CallName,
  purpose: string,
  extras: Extras,
): EndpointRow<CallName> {
  const [method, path] = splitRoute(route)
  return { method, path, group, scopes, protocol, purpose, ...extras }
}

function splitRoute(route: Route): [EndpointRow['method'], EndpointRow['path']] {
  // The type guarantees a method, a blank and a path.
  return route.split(' ') as [EndpointRow['method'], EndpointRow['path']]
}
