import { AssetClass, QotMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Fundamentals } from '../market/listing.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { futureFigures, optionFigures, warrantFigures } from './derivative-figures.ts'
import { countOf, rounded } from './figures.ts'
import { marketDay } from './market-time.ts'
import { dayFigures } from './session-figures.ts'
import { staticInfoOf } from './static-info.ts'
import { FREE_FLOAT, LAST_YEAR_PROFIT } from './stock-figures.ts'

type Snapshot = MessageTypes['Qot_GetSecuritySnapshot.Snapshot']

/** The part of a snapshot that depends on the kind of security. */
export function snapshotExData(world: World, security: Security, nowMs: number): Omit<Snapshot, 'basic'> {
  const { derivative, instrument, listing } = security
  switch (derivative.kind) {
    case 'option': {
      const info = staticInfoOf(security, nowMs).optionExData
      if (info === undefined) return {}
      const { type, owner, strikeTime, strikeTimestamp, indexOptionType } = info
      const figures = optionFigures(world, security, derivative.terms, derivative.optionMarket, nowMs)
      return { optionExData: { type, owner, strikeTime, strikeTimestamp, indexOptionType, ...figures } }
    }
    case 'warrant':
      return { warrantExData: warrantData(world, security, nowMs) }
    case 'future': {
      const figures = futureFigures(security, nowMs)
      if (figures === null) return {}
      const last = marketDay(security.clock.plan.zone, figures.lastTradeDay)
      return {
        futureExData: {
          lastSettlePrice: figures.lastSettlePrice,
          position: figures.position,
          positionChange: figures.positionChange,
          lastTradeTime: last.text,
          lastTradeTimestamp: last.timestamp,
          isMainContract: figures.isMainContract,
        },
      }
    }
    case 'none':
      break
  }
  if (instrument.kind === 'index') return { indexExData: riseAndFall(world, security, nowMs) }
  if (listing.fundamentals === null) return {}
  const price = dayFigures(security, nowMs).last
  if (instrument.kind === 'etf') return { trustExData: trustData(listing.fundamentals, price) }
  return { equityExData: equityData(listing.fundamentals, price) }
}

function equityData(
  company: Fundamentals,
  price: number,
): MessageTypes['Qot_GetSecuritySnapshot.EquitySnapshotExData'] {
  const { issuedShares, earningsPerShare, netAssetPerShare, dividendPerShare } = company
  const floating = Math.round(issuedShares * FREE_FLOAT)
  const lastYearEarnings = earningsPerShare * LAST_YEAR_PROFIT
  return {
    issuedShares: countOf(issuedShares),
    issuedMarketVal: rounded(issuedShares * price, 2),
    netAsset: rounded(issuedShares * netAssetPerShare, 2),
    netProfit: rounded(issuedShares * lastYearEarnings, 2),
    earningsPershare: rounded(lastYearEarnings, 3),
    outstandingShares: countOf(floating),
    outstandingMarketVal: rounded(floating * price, 2),
    netAssetPershare: netAssetPerShare,
    eyRate: price === 0 ? 0 : rounded(earningsPerShare / price, 5),
    peRate: ratio(price, lastYearEarnings),
    pbRate: ratio(price, netAssetPerShare),
    peTTMRate: ratio(price, earningsPerShare),
    dividendTTM: dividendPerShare,
    dividendRatioTTM: price === 0 ? 0 : rounded((dividendPerShare / price) * 100, 3),
    dividendLFY: rounded(dividendPerShare * LAST_YEAR_PROFIT, 3),
    dividendLFYRatio: price === 0 ? 0 : rounded(((dividendPerShare * LAST_YEAR_PROFIT) / price) * 100, 3),
  }
}

function trustData(fund: Fundamentals, price: number): MessageTypes['Qot_GetSecuritySnapshot.TrustSnapshotExData'] {
  // The net asset value of a simulated fund equals its price.
  return {
    dividendYield: price === 0 ? 0 : rounded((fund.dividendPerShare / price) * 100, 3),
    aum: rounded(fund.issuedShares * price, 2),
    outstandingUnits: countOf(fund.issuedShares),
    netAssetValue: price,
    premium: 0,
    assetClass: AssetClass.Stock,
  }
}

function warrantData(
  world: World,
  security: Security,
  nowMs: number,
): MessageTypes['Qot_GetSecuritySnapshot.WarrantSnapshotExData'] | undefined {
  if (security.derivative.kind !== 'warrant') return undefined
  const { issue } = security.derivative
  const figures = warrantFigures(world, security, issue, nowMs)
  const { zone } = security.clock.plan
  const maturity = marketDay(zone, figures.maturityDay)
  const end = marketDay(zone, figures.lastTradeDay)
  return {
    conversionRate: figures.conversionRatio,
    warrantType: issue.slot.type,
    strikePrice: figures.strikePrice,
    maturityTime: maturity.text,
    maturityTimestamp: maturity.timestamp,
    endTradeTime: end.text,
    endTradeTimestamp: end.timestamp,
    owner: { market: QotMarket.HK_Security, code: issue.slot.ownerCode },
    recoveryPrice: figures.recoveryPrice,
    streetVolumn: countOf(figures.streetVolume),
    issueVolumn: countOf(figures.issueSize),
    streetRate: figures.streetRate,
    delta: figures.delta,
    impliedVolatility: figures.impliedVolatility,
    premium: figures.premium,
    leverage: figures.leverage,
    ipop: figures.moneyness,
    breakEvenPoint: figures.breakEven,
    conversionPrice: figures.conversionPrice,
    priceRecoveryRatio: issue.isCallable ? figures.priceRecoveryRatio : undefined,
    score: figures.score,
  }
}

/** The numbers of stocks of the index's market above, below and at their last close. */
function riseAndFall(
  world: World,
  index: Security,
  nowMs: number,
): MessageTypes['Qot_GetSecuritySnapshot.IndexSnapshotExData'] {
  const counts = { raiseCount: 0, fallCount: 0, equalCount: 0 }
  for (const { market, code, kind } of world.market.securities()) {
    if (kind !== 'stock' || market !== index.instrument.market) continue
    const stock = world.market.security(market, code)
    const change = stock === null ? 0 : dayFigures(stock, nowMs).change
    if (change > 0) counts.raiseCount++
    else if (change < 0) counts.fallCount++
    else counts.equalCount++
  }
  return counts
}

function ratio(price: number, base: number): number {
  return base === 0 ? 0 : rounded(price / base, 3)
}
