import { FinancialField, FinancialQuarter } from '../../../proto/enums.ts'
import { mix, unitOf } from '../market/hash.ts'
import type { Security } from '../market/security.ts'
import { rounded } from './figures.ts'

/**
 * Generated, consistent accounts of a company: profit is earnings per share times shares, sales derive from the margin,
 * assets from the equity and the debt. Money is in the currency of the price, for twelve months.
 */
interface Books {
  readonly shares: number
  readonly netProfit: number
  readonly sales: number
  readonly grossProfit: number
  readonly operatingProfit: number
  readonly interest: number
  readonly depreciation: number
  readonly equity: number
  readonly debt: number
  readonly assets: number
  readonly currentAssets: number
  readonly currentDebt: number
  readonly inventory: number
  readonly fixedAssets: number
  readonly cash: number
  readonly receivables: number
  readonly operatingCash: number
  /** Growth of sales and of profit, as fractions. */
  readonly salesGrowth: number
  readonly profitGrowth: number
}

/** Profits tax: between Hong Kong's 16.5 % and China's 25 %. */
const TAX = 0.2

/** The part of a year's profit in a report. */
const QUARTER_SHARES: Readonly<Record<number, number>> = {
  [FinancialQuarter.Annual]: 1,
  [FinancialQuarter.FirstQuarter]: 0.24,
  [FinancialQuarter.Interim]: 0.49,
  [FinancialQuarter.ThirdQuarter]: 0.74,
  [FinancialQuarter.MostRecentQuarter]: 0.25,
}

/** The figure of a `Qot_StockFilter.FinancialField` in a report; null if not a company. Ratios are in percent. */
export function financialFigure(security: Security, field: number, quarter: number): number | null {
  const books = booksOf(security)
  if (books === null) return null
  const part = QUARTER_SHARES[quarter] ?? 1
  const figure = FIGURES[field]?.(books, part)
  return figure === undefined || !Number.isFinite(figure) ? null : rounded(figure, 3)
}

function booksOf(security: Security): Books | null {
  const company = security.listing.fundamentals
  if (company === null || security.instrument.kind !== 'stock') return null
  const noise = (stream: number): number => unitOf(mix(security.hash, stream + 1000))
  const shares = company.issuedShares
  const netProfit = company.earningsPerShare * shares
  const equity = company.netAssetPerShare * shares
  const sales = Math.abs(netProfit) / (0.06 + 0.3 * noise(1))
  const interest = equity * 0.02 * noise(2)
  const operatingProfit = netProfit / (1 - TAX) + interest
  const debt = equity * (0.4 + 1.2 * noise(3))
  const assets = equity + debt
  const currentAssets = assets * (0.35 + 0.3 * noise(4))
  const currentDebt = debt * (0.5 + 0.2 * noise(5))
  return {
    shares,
    netProfit,
    sales,
    grossProfit: operatingProfit + sales * (0.1 + 0.2 * noise(6)),
    operatingProfit,
    interest,
    depreciation: assets * 0.03,
    equity,
    debt,
    assets,
    currentAssets,
    currentDebt,
    inventory: currentAssets * 0.2 * noise(7),
    fixedAssets: assets - currentAssets,
    cash: currentAssets * (0.3 + 0.3 * noise(8)),
    receivables: currentAssets * 0.25 * noise(9),
    operatingCash: netProfit * (0.9 + 0.5 * noise(10)),
    salesGrowth: 0.3 * noise(11) - 0.05,
    profitGrowth: 0.5 * noise(12) - 0.1,
  }
}

const FIGURES: Readonly<Record<number, (books: Books, part: number) => number>> = {
  [FinancialField.NetProfit]: (books, part) => books.netProfit * part,
  [FinancialField.NetProfitGrowth]: ({ profitGrowth }) => profitGrowth * 100,
  [FinancialField.SumOfBusiness]: (books, part) => books.sales * part,
  [FinancialField.SumOfBusinessGrowth]: ({ salesGrowth }) => salesGrowth * 100,
  [FinancialField.NetProfitRate]: ({ netProfit, sales }) => (netProfit / sales) * 100,
  [FinancialField.GrossProfitRate]: ({ grossProfit, sales }) => (grossProfit / sales) * 100,
  [FinancialField.DebtAssetsRate]: ({ debt, assets }) => (debt / assets) * 100,
  [FinancialField.ReturnOnEquityRate]: ({ netProfit, equity }, part) => ((netProfit * part) / equity) * 100,
  [FinancialField.ROIC]: ({ operatingProfit, equity, debt }) => ((operatingProfit * (1 - TAX)) / (equity + debt)) * 100,
  [FinancialField.ROATTM]: ({ netProfit, assets }) => (netProfit / assets) * 100,
  [FinancialField.EBITTTM]: ({ operatingProfit }) => operatingProfit,
  [FinancialField.EBITDA]: ({ operatingProfit, depreciation }, part) => (operatingProfit + depreciation) * part,
  [FinancialField.OperatingMarginTTM]: ({ operatingProfit, sales }) => (operatingProfit / sales) * 100,
  [FinancialField.EBITMargin]: ({ operatingProfit, sales }) => (operatingProfit / sales) * 100,
  [FinancialField.EBITDAMargin]: ({ operatingProfit, depreciation, sales }) =>
    ((operatingProfit + depreciation) / sales) * 100,
  [FinancialField.FinancialCostRate]: ({ interest, sales }) => (interest / sales) * 100,
  [FinancialField.OperatingProfitTTM]: ({ operatingProfit }) => operatingProfit,
  [FinancialField.ShareholderNetProfitTTM]: ({ netProfit }) => netProfit,
  [FinancialField.NetProfitCashCoverTTM]: ({ cash, netProfit }) => (cash / netProfit) * 100,
  [FinancialField.CurrentRatio]: ({ currentAssets, currentDebt }) => (currentAssets / currentDebt) * 100,
  [FinancialField.QuickRatio]: ({ currentAssets, inventory, currentDebt }) =>
    ((currentAssets - inventory) / currentDebt) * 100,
  [FinancialField.CurrentAssetRatio]: ({ currentAssets, assets }) => (currentAssets / assets) * 100,
  [FinancialField.CurrentDebtRatio]: ({ currentDebt, debt }) => (currentDebt / debt) * 100,
  [FinancialField.EquityMultiplier]: ({ assets, equity }) => (assets / equity) * 100,
  [FinancialField.PropertyRatio]: ({ debt, equity }) => (debt / equity) * 100,
  [FinancialField.CashAndCashEquivalents]: ({ cash }) => cash,
  [FinancialField.TotalAssetTurnover]: ({ sales, assets }, part) => ((sales * part) / assets) * 100,
  [FinancialField.FixedAssetTurnover]: ({ sales, fixedAssets }, part) => ((sales * part) / fixedAssets) * 100,
  [FinancialField.InventoryTurnover]: ({ sales, grossProfit, inventory }, part) =>
    (((sales - grossProfit) * part) / inventory) * 100,
  [FinancialField.OperatingCashFlowTTM]: ({ operatingCash }) => operatingCash,
  [FinancialField.AccountsReceivable]: ({ receivables }) => receivables,
  [FinancialField.EBITGrowthRate]: ({ profitGrowth }) => profitGrowth * 95,
  [FinancialField.OperatingProfitGrowthRate]: ({ profitGrowth }) => profitGrowth * 95,
  [FinancialField.TotalAssetsGrowthRate]: ({ salesGrowth }) => salesGrowth * 60,
  [FinancialField.ProfitToShareholdersGrowthRate]: ({ profitGrowth }) => profitGrowth * 100,
  [FinancialField.ProfitBeforeTaxGrowthRate]: ({ profitGrowth }) => profitGrowth * 98,
  [FinancialField.EPSGrowthRate]: ({ profitGrowth }) => profitGrowth * 100,
  [FinancialField.ROEGrowthRate]: ({ profitGrowth, salesGrowth }) => (profitGrowth - salesGrowth * 0.6) * 100,
  [FinancialField.ROICGrowthRate]: ({ profitGrowth, salesGrowth }) => (profitGrowth * 0.95 - salesGrowth * 0.6) * 100,
  [FinancialField.NOCFGrowthRate]: ({ profitGrowth }) => profitGrowth * 110,
  [FinancialField.NOCFPerShareGrowthRate]: ({ profitGrowth }) => profitGrowth * 110,
  [FinancialField.OperatingRevenueCashCover]: ({ operatingCash, sales }) => (operatingCash / sales) * 100,
  [FinancialField.OperatingProfitToTotalProfit]: ({ operatingProfit, interest }) =>
    (operatingProfit / (operatingProfit - interest)) * 100,
  [FinancialField.BasicEPS]: ({ netProfit, shares }, part) => (netProfit * part) / shares,
  [FinancialField.DilutedEPS]: ({ netProfit, shares }, part) => (netProfit * part) / (shares * 1.02),
  [FinancialField.NOCFPerShare]: ({ operatingCash, shares }, part) => (operatingCash * part) / shares,
}
