import { OptionCondType, OptionType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { optionCode, type OptionTerms } from '../market/option-class.ts'
import type { OptionExpiry } from '../market/option-expiry.ts'
import type { OptionMarket } from '../market/option-market.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { optionFigures } from './derivative-figures.ts'
import { findSecurity, isRefusal, symbolOf } from './lookup.ts'
import { BAD_SPAN, BAD_TIME, marketDay, readSpan } from './market-time.ts'
import { dayFigures } from './session-figures.ts'
import { staticInfoOf } from './static-info.ts'

const MS_PER_DAY = 86_400_000

/** OpenD's limit of the span of expiries in one call; the extra hour allows for a daylight saving change. */
const MAX_SPAN_MS = 31 * MS_PER_DAY + 3_600_000

/** Qot_GetOptionChain: the options on a security by expiry and strike. */
export function getOptionChain(
  world: World,
  c2s: C2S<'Qot_GetOptionChain'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetOptionChain'> | Refusal {
  const owner = findSecurity(world, c2s.owner)
  if (isRefusal(owner)) return owner
  const span = readSpan(owner.clock.plan.zone, c2s.beginTime, c2s.endTime)
  if (span === null) return refuse(BAD_TIME)
  if (span.fromMs > span.toMs) return refuse(BAD_SPAN)
  if (span.toMs - span.fromMs > MAX_SPAN_MS) return refuse('begin_time and end_time must be at most 30 days apart')
  const optionMarket = world.market.optionMarket(c2s.owner.market, c2s.owner.code)
  if (optionMarket === null) return refuse(`${symbolOf(c2s.owner)} has no options`)

  const request = { world, c2s, owner, optionMarket, nowMs }
  const optionChain = optionMarket
    .expiriesOn(owner.clock.dayIndexAt(nowMs))
    .map((expiry) => ({ expiry, day: marketDay(owner.clock.plan.zone, expiry.expiryDay) }))
    .filter(({ day }) => day.timestamp * 1000 >= span.fromMs && day.timestamp * 1000 <= span.toMs)
    .map(({ expiry, day }) => ({
      strikeTime: day.text,
      strikeTimestamp: day.timestamp,
      option: itemsOf(request, expiry),
    }))
    .filter(({ option }) => option.length > 0)
  return { optionChain }
}

/** Qot_GetOptionExpirationDate: the expiries of the options on a security. */
export function getOptionExpirationDate(
  world: World,
  c2s: C2S<'Qot_GetOptionExpirationDate'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetOptionExpirationDate'> | Refusal {
  const owner = findSecurity(world, c2s.owner)
  if (isRefusal(owner)) return owner
  const optionMarket = world.market.optionMarket(c2s.owner.market, c2s.owner.code)
  if (optionMarket === null) return refuse(`${symbolOf(c2s.owner)} has no options`)
  const dayIndex = owner.clock.dayIndexAt(nowMs)
  const today = owner.clock.calendar.dayAt(dayIndex)
  return {
    dateList: optionMarket.expiriesOn(dayIndex).map(({ expiryDay, cycle }) => {
      const day = marketDay(owner.clock.plan.zone, expiryDay)
      return {
        strikeTime: day.text,
        strikeTimestamp: day.timestamp,
        optionExpiryDateDistance: expiryDay - today,
        cycle,
      }
    }),
  }
}

interface ChainRequest {
  readonly world: World
  readonly c2s: C2S<'Qot_GetOptionChain'>
  readonly owner: Security
  readonly optionMarket: OptionMarket
  readonly nowMs: number
}

function itemsOf(
  request: ChainRequest,
  expiry: OptionExpiry,
): readonly MessageTypes['Qot_GetOptionChain.OptionItem'][] {
  const { type = OptionType.Unknown } = request.c2s
  return request.optionMarket.strikesOf(expiry).flatMap((strike) => {
    const call = type === OptionType.Put ? undefined : infoOf(request, expiry, strike, true)
    const put = type === OptionType.Call ? undefined : infoOf(request, expiry, strike, false)
    return call === undefined && put === undefined ? [] : [{ call, put }]
  })
}

/** The option if it passes the filters. */
function infoOf(
  { world, c2s, owner, optionMarket, nowMs }: ChainRequest,
  { expiryDay }: OptionExpiry,
  strike: number,
  isCall: boolean,
): MessageTypes['Qot_Common.SecurityStaticInfo'] | undefined {
  const terms: OptionTerms = { optionClass: optionMarket.optionClass, expiryDay, isCall, strike }
  const spot = dayFigures(owner, nowMs).last
  const isInside = isCall ? strike <= spot : strike >= spot
  if (c2s.condition === OptionCondType.WithIn && !isInside) return undefined
  if (c2s.condition === OptionCondType.Outside && isInside) return undefined
  const security = world.market.security(terms.optionClass.market, optionCode(terms))
  if (security === null) return undefined
  const filter = c2s.dataFilter
  if (filter !== undefined && !passes(filter, world, security, terms, optionMarket, nowMs)) return undefined
  return staticInfoOf(security, nowMs)
}

function passes(
  filter: MessageTypes['Qot_GetOptionChain.DataFilter'],
  world: World,
  security: Security,
  terms: OptionTerms,
  optionMarket: OptionMarket,
  nowMs: number,
): boolean {
  const figures = optionFigures(world, security, terms, optionMarket, nowMs)
  const volume = dayFigures(security, nowMs).volume
  return (
    within(figures.impliedVolatility, filter.impliedVolatilityMin, filter.impliedVolatilityMax) &&
    within(figures.delta, filter.deltaMin, filter.deltaMax) &&
    within(figures.gamma, filter.gammaMin, filter.gammaMax) &&
    within(figures.vega, filter.vegaMin, filter.vegaMax) &&
    within(figures.theta, filter.thetaMin, filter.thetaMax) &&
    within(figures.rho, filter.rhoMin, filter.rhoMax) &&
    within(figures.netOpenInterest, filter.netOpenInterestMin, filter.netOpenInterestMax) &&
    within(figures.openInterest, filter.openInterestMin, filter.openInterestMax) &&
    within(volume, filter.volMin, filter.volMax)
  )
}

/** Whether a value is in a range. Bounds are inclusive, and a missing bound is open. */
export function within(value: number, min: number | undefined, max: number | undefined): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max)
}
