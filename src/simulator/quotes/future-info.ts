import { Currency, QotMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { futureCode, monthOn } from '../market/future-code.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { futureFigures } from './derivative-figures.ts'
import { findSecurities, isRefusal, refOf, symbolOf } from './lookup.ts'
import { marketDay } from './market-time.ts'

/** OpenD's limit of contracts in one call. */
const MAX_CONTRACTS = 200

const CURRENCY_NAMES: Readonly<Record<number, string>> = { [Currency.HKD]: '港元', [Currency.USD]: '美元' }

const RULES_URLS: Readonly<Record<number, string>> = {
  [QotMarket.HK_Security]: 'https://www.hkex.com.hk/Products/Listed-Derivatives/Equity-Index',
  [QotMarket.US_Security]: 'https://www.cmegroup.com/markets/equities.html',
}

/** Qot_GetFutureInfo: the terms of futures contracts. */
export function getFutureInfo(
  world: World,
  { securityList = [] }: C2S<'Qot_GetFutureInfo'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetFutureInfo'> | Refusal {
  if (securityList.length > MAX_CONTRACTS) return refuse(`at most ${MAX_CONTRACTS} contracts in one call`)
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  const futureInfoList: MessageTypes['Qot_GetFutureInfo.FutureInfo'][] = []
  for (const security of securities) {
    const info = futureInfoOf(security, nowMs)
    if (info === null) return refuse(`${symbolOf(refOf(security))} is not a future`)
    futureInfoList.push(info)
  }
  return { futureInfoList }
}

function futureInfoOf(security: Security, nowMs: number): MessageTypes['Qot_GetFutureInfo.FutureInfo'] | null {
  const figures = futureFigures(security, nowMs)
  if (security.derivative.kind !== 'future' || figures === null) return null
  const { terms } = security.derivative
  const { futureClass, rolling } = terms
  const { plan, calendar } = security.clock
  const last = marketDay(plan.zone, figures.lastTradeDay)
  const today = calendar.dayAt(security.clock.dayIndexAt(nowMs))
  const currency = CURRENCY_NAMES[futureClass.currency] ?? ''
  const ladder = security.listing.ladder
  // A code that stands for one month after the other has its current month as origin.
  const origin = rolling === null ? undefined : futureCode({ futureClass, month: monthOn(terms, today), rolling: null })
  const { market, ownerCode } = futureClass
  const isIndex = ownerCode !== null
  const quoteUnit = isIndex ? futureClass.unit : `${currency}/${futureClass.unit}`
  return {
    name: security.instrument.name,
    security: refOf(security),
    lastTradeTime: last.text,
    lastTradeTimestamp: last.timestamp,
    owner: ownerCode === null ? undefined : { market, code: ownerCode },
    ownerOther: futureClass.ownerName,
    exchange: futureClass.exchangeName,
    contractType: futureClass.contractType,
    contractSize: futureClass.contractSize,
    contractSizeUnit: isIndex ? `${futureClass.unit}×${currency}` : futureClass.unit,
    quoteCurrency: currency,
    minVar: ladder.tickAt(1),
    minVarUnit: quoteUnit,
    quoteUnit,
    // Minutes after midnight, as in OpenD; a session past midnight ends after 1440.
    tradeTime: plan.regular.map(({ startMinute, endMinute }) => ({ begin: startMinute, end: endMinute })),
    timeZone: plan.zone.name,
    exchangeFormatUrl: RULES_URLS[futureClass.market] ?? '',
    origin: origin === undefined ? undefined : { market, code: origin },
  }
}
