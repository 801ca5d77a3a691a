import type { HandlerTable } from '../handler.ts'
import { getBasicQot } from './basic-quote.ts'
import { getBroker } from './broker-queue.ts'
import { getCapitalDistribution, getCapitalFlow } from './capital.ts'
import { getCodeChange } from './code-changes.ts'
import { getFutureInfo } from './future-info.ts'
import { getHoldingChangeList, getShareholdersHoldingChanges, getShareholdersOverview } from './shareholders.ts'
import { getIpoList } from './ipo-list.ts'
import { getKL, requestHistoryKL } from './k-line.ts'
import { getMarketState } from './market-state.ts'
import { getOptionChain, getOptionExpirationDate } from './option-chain.ts'
import { getOrderBook } from './order-book.ts'
import { getOwnerPlate, getPlateSecurity, getPlateSet } from './plates.ts'
import { getReference } from './references.ts'
import { requestRehab } from './rehab-list.ts'
import { findQuotes } from './found-quotes.ts'
import { getSecuritySnapshot } from './snapshot.ts'
import { getStaticInfo } from './static-info.ts'
import { stockFilter } from './stock-filter.ts'
import { getSuspend } from './suspensions.ts'
import { getTicker } from './ticker.ts'
import { getRT } from './time-share.ts'
import { requestTradeDate } from './trade-dates.ts'
import { getWarrant } from './warrants.ts'
import { getUserSecurity, getUserSecurityGroup, modifyUserSecurity } from './watchlist-calls.ts'

/** Handlers of the calls that read the market. The session has already checked subscriptions and rate limits. */
export const quoteHandlers: HandlerTable = {
  Qot_GetBasicQot: getBasicQot,
  Qot_GetKL: getKL,
  Qot_GetRT: getRT,
  Qot_GetTicker: getTicker,
  Qot_GetOrderBook: getOrderBook,
  Qot_GetBroker: getBroker,
  Qot_RequestHistoryKL: requestHistoryKL,
  Qot_RequestRehab: requestRehab,
  Qot_RequestTradeDate: requestTradeDate,
  Qot_GetSuspend: getSuspend,
  Qot_GetStaticInfo: getStaticInfo,
  Qot_GetSecuritySnapshot: getSecuritySnapshot,
  Qot_GetPlateSet: getPlateSet,
  Qot_GetPlateSecurity: getPlateSecurity,
  Qot_GetReference: getReference,
  Qot_GetOwnerPlate: getOwnerPlate,
  Qot_GetOptionChain: getOptionChain,
  Qot_GetOptionExpirationDate: getOptionExpirationDate,
  Qot_GetWarrant: getWarrant,
  Qot_GetCapitalFlow: getCapitalFlow,
  Qot_GetCapitalDistribution: getCapitalDistribution,
  Qot_GetUserSecurity: getUserSecurity,
  Qot_GetUserSecurityGroup: getUserSecurityGroup,
  Qot_ModifyUserSecurity: modifyUserSecurity,
  Qot_StockFilter: stockFilter,
  Qot_GetCodeChange: getCodeChange,
  Qot_GetIpoList: getIpoList,
  Qot_GetFutureInfo: getFutureInfo,
  Qot_GetMarketState: getMarketState,
  Qot_GetSearchQuote: findQuotes,
  Qot_GetHoldingChangeList: getHoldingChangeList,
  Qot_GetShareholdersHoldingChanges: getShareholdersHoldingChanges,
  Qot_GetShareholdersOverview: getShareholdersOverview,
}
