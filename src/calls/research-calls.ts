import { PER_LOGIN } from './call-limit.ts'

const MINUTE_MS = 60_000

/**
 * The reads of OpenD's newer API (versions 10.6 and later), which `calls.ts` adds to its table: research, screens,
 * ranks, calendars and event contracts. None needs a subscription. For those without a limit here OpenD documents none.
 */
export const RESEARCH_CALLS = {
  // Company data: financials, research, valuation, corporate actions, shareholders, short sales.
  Qot_GetFinancialsEarningsPriceMove: daily(3225, 30),
  Qot_GetFinancialsEarningsPriceHistory: daily(3226, 30),
  Qot_GetFinancialsStatements: daily(3227, 30),
  Qot_GetFinancialsRevenueBreakdown: daily(3228, 30),
  Qot_GetResearchAnalystConsensus: daily(3229, 30),
  Qot_GetResearchRatingSummary: daily(3230, 30),
  Qot_GetResearchMorningstarReport: daily(3231, 30),
  Qot_GetValuationDetail: daily(3232, 30),
  Qot_GetValuationPlateStockList: daily(3233, 30),
  Qot_GetCorporateActionsDividends: daily(3234, 30),
  Qot_GetCorporateActionsBuybacks: daily(3235, 30),
  Qot_GetCorporateActionsStockSplits: daily(3236, 30),
  Qot_GetShareholdersOverview: daily(3237, 30),
  Qot_GetShareholdersHoldingChanges: daily(3238, 30),
  Qot_GetShareholdersHolderDetail: daily(3239, 30),
  Qot_GetShareholdersInstitutional: daily(3240, 30),
  Qot_GetInsiderHolderList: daily(3241, 30),
  Qot_GetInsiderTradeList: daily(3242, 30),
  Qot_GetCompanyProfile: daily(3243, 30),
  Qot_GetCompanyExecutives: daily(3244, 30),
  Qot_GetCompanyExecutiveBackground: daily(3245, 30),
  Qot_GetCompanyOperationalEfficiency: daily(3246, 30),
  Qot_GetTopTenBuySellBrokers: live(3247, 30),
  Qot_GetDailyShortVolume: live(3248, 30),
  Qot_GetShortInterest: live(3249, 30),
  // Options, screens and search.
  Qot_GetOptionVolatility: live(3250, 30),
  Qot_GetOptionExerciseProbability: live(3251, 30),
  Qot_StockScreen: { protoId: 3252, kind: 'read', isIsolateCached: true },
  Qot_OptionScreen: { protoId: 3253, kind: 'read', isIsolateCached: true },
  Qot_WarrantScreen: { protoId: 3254, kind: 'read', isIsolateCached: true },
  Qot_GetOptionQuote: live(3255, 30),
  Qot_GetOptionStrategy: live(3256, 30),
  Qot_GetOptionStrategyAnalysis: live(3257, 30),
  Qot_GetOptionStrategySpread: live(3258, 30),
  Qot_GetIndicatorList: { protoId: 3259, kind: 'read', isIsolateCached: true },
  Qot_GetSearchQuote: live(3262, 10),
  Qot_GetSearchNews: live(3263, 10),
  Qot_GetOptionMarketStatistic: { protoId: 3301, kind: 'read', isIsolateCached: true },
  Qot_GetOptionUnderlyingHisStatistic: { protoId: 3302, kind: 'read', isIsolateCached: true },
  Qot_GetOptionUnderlyingOverview: { protoId: 3303, kind: 'read', isIsolateCached: true },
  Qot_GetOptionUnderlyingHisVolatility: { protoId: 3304, kind: 'read', isIsolateCached: true },
  Qot_GetOptionUnderlyingRank: { protoId: 3305, kind: 'read', isIsolateCached: true },
  Qot_GetOptionRank: { protoId: 3306, kind: 'read', isIsolateCached: true },
  Qot_GetOptionEvent: { protoId: 3307, kind: 'read', isIsolateCached: true },
  Qot_GetOptionZeroDteScreener: { protoId: 3311, kind: 'read', isIsolateCached: true },
  Qot_GetOptionZeroDteContract: { protoId: 3312, kind: 'read', isIsolateCached: true },
  Qot_GetOptionEarningsScreener: { protoId: 3313, kind: 'read', isIsolateCached: true },
  Qot_GetOptionSellerScreener: { protoId: 3314, kind: 'read', isIsolateCached: true },
  // Calendars, economic data and ranks.
  Qot_GetEarningsCalendar: live(3401, 60),
  Qot_GetMacroIndicatorList: live(3402, 60),
  Qot_GetMacroIndicatorHistory: live(3403, 60),
  Qot_GetFedWatchTargetRate: live(3404, 60),
  Qot_GetFedWatchDotPlot: live(3405, 60),
  Qot_GetEarningsBeatRank: live(3406, 60),
  Qot_GetDividendRank: live(3407, 60),
  Qot_GetDividendCalendar: live(3408, 60),
  Qot_GetEconomicCalendar: live(3409, 60),
  Qot_GetUSPreMarketRank: live(3410, 60),
  Qot_GetUSAfterHoursRank: live(3411, 60),
  Qot_GetUSOvernightRank: live(3412, 60),
  Qot_GetTopMoversRank: live(3413, 60),
  Qot_GetHotList: live(3414, 60),
  Qot_GetShortSellingRank: live(3415, 60),
  Qot_GetPeriodChangeRank: live(3416, 60),
  Qot_GetHighDividendSOERank: live(3417, 60),
  // Institutions and the ARK funds.
  Qot_GetInstitutionList: daily(3418, 60),
  Qot_GetInstitutionProfile: daily(3419, 60),
  Qot_GetInstitutionDistribution: daily(3420, 60),
  Qot_GetInstitutionHoldingChange: daily(3421, 60),
  Qot_GetInstitutionHoldingList: daily(3422, 60),
  Qot_GetArkFundHolding: daily(3423, 60),
  Qot_GetArkStockDynamic: daily(3424, 60),
  Qot_GetArkActiveTransaction: daily(3425, 60),
  // Ratings, industrial chains and whole markets.
  Qot_GetRatingChange: live(3426, 60),
  Qot_GetIndustrialChainList: daily(3427, 60),
  Qot_GetIndustrialChainDetail: daily(3428, 60),
  Qot_GetIndustrialChainByPlate: daily(3429, 60),
  Qot_GetIndustrialPlateInfo: daily(3430, 60),
  Qot_GetIndustrialPlateStock: daily(3431, 60),
  Qot_GetHeatMapData: live(3432, 60),
  Qot_GetRiseFallDistribution: live(3433, 60),
  // Event contracts.
  Qot_GetEventContractCategory: { protoId: 3434, kind: 'read', isIsolateCached: true },
  Qot_FilterCompetition: { protoId: 3435, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractSeriesList: { protoId: 3436, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractEventList: { protoId: 3437, kind: 'read', isIsolateCached: true },
  Qot_GetEventContract: { protoId: 3438, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractMilestoneList: { protoId: 3439, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractSnapshot: { protoId: 3445, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractOrderBook: { protoId: 3446, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractKline: { protoId: 3447, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractTicker: { protoId: 3448, kind: 'read', isIsolateCached: true },
  Qot_GetEventContractComboList: { protoId: 3453, kind: 'read', isIsolateCached: true },
  Qot_RequestHistoryEventContractKL: { protoId: 3456, kind: 'read', isIsolateCached: true },
} as const

/** A read of data that changes during the day. */
function live<const Id extends number, const Calls extends number>(protoId: Id, calls: Calls) {
  return { protoId, kind: 'read', limit: { ...PER_LOGIN, calls }, isIsolateCached: true } as const
}

/** A read of data that changes at most daily. */
function daily<const Id extends number, const Calls extends number>(protoId: Id, calls: Calls) {
  return { ...live(protoId, calls), cacheMs: 10 * MINUTE_MS } as const
}
