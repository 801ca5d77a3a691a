import { DelayStatisticsType, ModifyOrderOp } from '../../proto/enums.ts'
import type { CallName } from '../calls.ts'
import { account, type EndpointRow, type Extras, order, quote, setting, system, unlock } from './endpoint-row.ts'
import { RESEARCH_ROWS } from './research-rows.ts'

/** OpenD's limit for a snapshot. Other calls have the default of 100. */
const SNAPSHOT_SECURITIES = 400

/** A call for listed securities. An empty list is refused, because it would use up OpenD's rate limit to no effect. */
const OF_SECURITIES: Extras = { needsOneOf: ['securityList'] }

/** OpenD requires the user id in these requests and ignores its value. */
const NO_USER = { userID: 0n }

/** Without the flag OpenD leaves out general securities accounts. Without a category it lists all categories. */
const ALL_ACCOUNTS = { ...NO_USER, needGeneralSecAccount: true }
const ALL_DELAYS = [DelayStatisticsType.QotPush, DelayStatisticsType.ReqReply, DelayStatisticsType.PlaceOrder]

/** Every endpoint that becomes a call of OpenD, in the order of its documentation. */
export const API_ROWS: readonly EndpointRow<CallName>[] = [
  system('GET /api/global-state', 'GetGlobalState', 'Server time, market and login states', NO_USER),
  system('GET /api/user-info', 'GetUserInfo', 'The logged-in user: quote rights and quotas', {}),
  system('GET /api/delay-statistics', 'GetDelayStatistics', 'Latency statistics', { typeList: ALL_DELAYS }),

  quote('POST /api/subscribe', 'Qot_Sub', 'Subscribe and unsubscribe securities', {
    // Over REST a caller cannot register for pushes later, so they go to its sockets by default.
    impliedFields: { isRegOrUnRegPush: true },
  }),
  quote('POST /api/unsubscribe', 'Qot_Sub', 'Unsubscribe securities', { fixedFields: { isSubOrUnSub: false } }),
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
  quote('POST /api/list-plates', 'Qot_GetPlateSet', 'The same as `/api/plate-set`'),
  quote('POST /api/plate-security', 'Qot_GetPlateSecurity', 'Securities of a plate'),
  quote('POST /api/reference', 'Qot_GetReference', 'Warrants or futures related to a security'),
  quote('POST /api/get-reference', 'Qot_GetReference', 'The same as `/api/reference`'),
  quote('POST /api/owner-plate', 'Qot_GetOwnerPlate', 'Plates that securities belong to', OF_SECURITIES),
  quote('POST /api/option-chain', 'Qot_GetOptionChain', 'Option chain of an underlying'),
  quote('POST /api/option-expiration-date', 'Qot_GetOptionExpirationDate', 'Expiration dates of options'),
  quote('POST /api/warrant', 'Qot_GetWarrant', 'Warrants by filter'),
  quote('POST /api/capital-flow', 'Qot_GetCapitalFlow', 'Capital flow of a security over time'),
  quote('POST /api/capital-distribution', 'Qot_GetCapitalDistribution', 'Capital in and out by order size'),
  quote('POST /api/user-security', 'Qot_GetUserSecurity', 'Securities of a watchlist'),
  quote('POST /api/user-security-group', 'Qot_GetUserSecurityGroup', 'Watchlists of the user'),
  setting('POST /api/modify-user-security', 'Qot_ModifyUserSecurity', 'Add securities to a watchlist, or remove them'),
  quote('POST /api/price-reminder', 'Qot_GetPriceReminder', 'Price reminders of the user'),
  setting('POST /api/set-price-reminder', 'Qot_SetPriceReminder', 'Add, change or delete price reminders'),
  quote('POST /api/option-event-alert', 'Qot_GetOptionEventAlert', 'Alerts of the user on option trades'),
  setting(
    'POST /api/set-option-event-alert',
    'Qot_SetOptionEventAlert',
    'Add, change or delete alerts on option trades',
  ),
  quote('POST /api/stock-filter', 'Qot_StockFilter', 'Stocks by filter'),
  quote('POST /api/ipo-list', 'Qot_GetIpoList', 'Initial public offerings of a market'),
  quote('POST /api/future-info', 'Qot_GetFutureInfo', 'Contract data of futures', OF_SECURITIES),
  quote('POST /api/market-state', 'Qot_GetMarketState', 'Market state of securities', OF_SECURITIES),
  quote('POST /api/trading-days', 'Qot_RequestTradeDate', 'Trading days of a market or security'),
  quote('POST /api/suspend', 'Qot_GetSuspend', 'Days on which securities were suspended', OF_SECURITIES),
  quote('POST /api/rehab', 'Qot_RequestRehab', 'Corporate actions that adjust the prices of a security'),
  quote('POST /api/code-change', 'Qot_GetCodeChange', 'Changed and temporary codes of securities'),
  quote('POST /api/holding-change', 'Qot_GetHoldingChangeList', 'Changes of large holders of a security'),
  quote('POST /api/history-kline', 'Qot_RequestHistoryKL', 'Historical K-lines, page by page'),
  quote('POST /api/history-kl-quota', 'Qot_RequestHistoryKLQuota', 'Quota of securities with historical K-lines'),

  account('GET /api/accounts', 'Trd_GetAccList', 'Trading accounts, real and simulated', { fixedC2S: ALL_ACCOUNTS }),
  account('GET /api/list-accounts', 'Trd_GetAccList', 'The same as `/api/accounts`', { fixedC2S: ALL_ACCOUNTS }),
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
  account('POST /api/flow-summary', 'Trd_FlowSummary', 'Cash flow of an account on one day'),
  account('POST /api/acc-cash-flow', 'Trd_FlowSummary', 'The same as `/api/flow-summary`'),
  account('POST /api/combo-max-trd-qtys', 'Trd_GetComboMaxTrdQtys', 'Largest quantities of a combo', {
    needsOneOf: ['comboLegs'],
  }),
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

  ...RESEARCH_ROWS,
]
