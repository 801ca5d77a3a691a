import {
  IndexOptionType,
  OptionSettlementMode,
  OptionStandardType,
  OptionType,
  QotMarket,
  SecurityType,
} from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { hashText } from '../market/hash.ts'
import type { OptionTerms } from '../market/option-class.ts'
import { expiryOn } from '../market/option-expiry.ts'
import type { OptionMarket } from '../market/option-market.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { listingDateOf } from './basic-quote.ts'
import { futureFigures } from './derivative-figures.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { marketDay } from './market-time.ts'

/** The static facts of a security. */
export type StaticInfo = MessageTypes['Qot_Common.SecurityStaticInfo']

/** Qot_GetStaticInfo: static facts of the given securities, or of all securities of one market and type. */
export function getStaticInfo(
  world: World,
  { securityList = [], market, secType }: C2S<'Qot_GetStaticInfo'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetStaticInfo'> | Refusal {
  if (securityList.length > 0) {
    const securities = findSecurities(world, securityList)
    if (isRefusal(securities)) return securities
    return { staticInfoList: securities.map((security) => staticInfoOf(security, nowMs)) }
  }
  if (market === undefined || secType === undefined) return refuse('security_list, or market and sec_type, are needed')
  return { staticInfoList: allOf(world, market, secType, nowMs) }
}

/** All securities of one market and type, without options, whose chains are requested by underlying. */
function allOf(world: World, market: number, securityType: number, nowMs: number): readonly StaticInfo[] {
  const quoteMarket = market === QotMarket.HK_Future ? QotMarket.HK_Security : market
  const found: Security[] = []
  for (const { market: itsMarket, code } of world.market.securities()) {
    const security = itsMarket === quoteMarket ? world.market.security(itsMarket, code) : null
    if (security?.listing.securityType === securityType) found.push(security)
  }
  if (securityType === SecurityType.Future) {
    for (const security of world.market.futuresOn(nowMs)) {
      if (security.instrument.market === quoteMarket) found.push(security)
    }
  }
  return found.map((security) => staticInfoOf(security, nowMs))
}

/** The static facts of one security, including those of its kind. */
export function staticInfoOf(security: Security, nowMs: number): StaticInfo {
  const { instrument, listing, derivative } = security
  const { zone } = security.clock.plan
  const listed = listingDateOf(security, nowMs)
  const isContract = derivative.kind === 'option' || derivative.kind === 'future'
  const basic = {
    security: refOf(security),
    id: stableId(security),
    // For options and futures the "lot" is the size of one contract.
    lotSize: isContract ? instrument.contractMultiplier : instrument.lotSize,
    secType: listing.securityType,
    name: instrument.name,
    listTime: listed.text,
    listTimestamp: listed.timestamp,
    delisting: security.isExpiredAt(nowMs),
    exchType: listing.exchange,
  }
  switch (derivative.kind) {
    case 'option':
      return { basic, optionExData: optionInfo(security, derivative.terms, derivative.optionMarket) }
    case 'warrant': {
      const owner = { market: QotMarket.HK_Security, code: derivative.issue.slot.ownerCode }
      return { basic, warrantExData: { type: derivative.issue.slot.type, owner } }
    }
    case 'future': {
      const figures = futureFigures(security, nowMs)
      const last = marketDay(zone, figures?.lastTradeDay ?? 0)
      const isMainContract = figures?.isMainContract ?? false
      return {
        basic,
        futureExData: { lastTradeTime: last.text, lastTradeTimestamp: last.timestamp, isMainContract },
      }
    }
    case 'none':
      return { basic }
  }
}

function optionInfo(
  security: Security,
  { optionClass, expiryDay, isCall, strike }: OptionTerms,
  optionMarket: OptionMarket,
): MessageTypes['Qot_Common.OptionStaticExData'] {
  const { calendar, plan } = security.clock
  const expiry = marketDay(plan.zone, expiryDay)
  return {
    type: isCall ? OptionType.Call : OptionType.Put,
    owner: { market: optionClass.market, code: optionClass.ownerCode },
    strikeTime: expiry.text,
    strikeTimestamp: expiry.timestamp,
    strikePrice: strike,
    suspend: false,
    market: optionClass.market === QotMarket.US_Security ? 'US' : 'HK',
    indexOptionType: optionClass.isIndex ? IndexOptionType.Normal : IndexOptionType.Unknown,
    expirationCycle: expiryOn(optionMarket.optionClass, calendar, expiryDay)?.cycle,
    optionStandardType: OptionStandardType.Standard,
    optionSettlementMode: OptionSettlementMode.PM,
  }
}

/** A stable id of about 2 ** 46, like Futu's ids of securities. */
function stableId(security: Security): bigint {
  const { market, code } = security.instrument
  return (BigInt(hashText(market, code)) << 14n) | BigInt(hashText(market + 1, code) & 0x3fff)
}
