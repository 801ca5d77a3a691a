import { RehabType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { barPeriodOf, type BarPeriod } from '../market/bar-period.ts'
import type { Bar } from '../market/bar.ts'
import { barsBetween, latestBars } from '../market/bars.ts'
import type { Security } from '../market/security.ts'
import { badSession, hoursAsked } from '../market/trading-hours.ts'
import type { World } from '../world.ts'
import { countOf, percentOf, rounded } from './figures.ts'
import { findSecurity, isRefusal, refOf } from './lookup.ts'
import { BAD_SPAN, BAD_TIME, marketTime, readSpan } from './market-time.ts'

/** OpenD's limit of bars in one reply, for both calls. */
export const MAX_BARS = 1000

/** Qot_GetKL: the latest bars in the hours of the subscription, including the unfinished one. */
export function getKL(world: World, c2s: C2S<'Qot_GetKL'>, { nowMs, hours }: CallContext): S2C<'Qot_GetKL'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const period = readPeriod(c2s.klType, c2s.rehabType)
  if (isRefusal(period)) return period
  if (c2s.reqNum <= 0 || c2s.reqNum > MAX_BARS) return refuse(`req_num must be from 1 to ${MAX_BARS}`)
  const bars = latestBars(security, { period, rehabType: c2s.rehabType, nowMs, hours }, c2s.reqNum)
  return {
    security: c2s.security,
    name: security.instrument.name,
    klList: bars.map((bar) => kLineOf(security, bar)),
  }
}

/** Qot_RequestHistoryKL: bars of a span of time, in pages. */
export function requestHistoryKL(
  world: World,
  c2s: C2S<'Qot_RequestHistoryKL'>,
  { nowMs }: CallContext,
): S2C<'Qot_RequestHistoryKL'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  const period = readPeriod(c2s.klType, c2s.rehabType)
  if (isRefusal(period)) return period
  const span = readSpan(security.clock.plan.zone, c2s.beginTime, c2s.endTime)
  if (span === null) return refuse(BAD_TIME)
  if (span.fromMs > span.toMs) return refuse(BAD_SPAN)
  const pageSize = c2s.maxAckKLNum ?? 0
  if (pageSize < 0 || pageSize > MAX_BARS) return refuse(`max_ack_kl_num must be from 1 to ${MAX_BARS}`)
  const limit = pageSize === 0 ? MAX_BARS : pageSize

  const key = c2s.nextReqKey
  const fromMs = key === undefined || key.length === 0 ? span.fromMs : readPageKey(key)
  if (fromMs === null || fromMs < span.fromMs || fromMs > span.toMs)
    return refuse('next_req_key does not belong to this request')
  // One additional bar shows whether there is another page and where it begins.
  const hours = hoursAsked(c2s.extendedTime, c2s.session)
  if (hours === null) return refuse(badSession(c2s.session))
  const query = { period, rehabType: c2s.rehabType, nowMs, hours }
  const bars = barsBetween(security, query, fromMs, span.toMs, limit + 1)
  const following = bars[limit]
  const fields = c2s.needKLFieldsFlag === undefined ? null : Number(c2s.needKLFieldsFlag)
  const klList = bars.slice(0, limit).map((bar) => wantedFields(kLineOf(security, bar), fields))
  const page = { security: refOf(security), name: security.instrument.name, klList }
  return following === undefined ? page : { ...page, nextReqKey: writePageKey(following.timeMs) }
}

/** A bar, as in messages. */
export function kLineOf(security: Security, bar: Bar): MessageTypes['Qot_Common.KLine'] {
  const { text, timestamp } = marketTime(security, bar.timeMs)
  const { fundamentals } = security.listing
  const line = {
    time: text,
    isBlank: false,
    openPrice: bar.open,
    highPrice: bar.high,
    lowPrice: bar.low,
    closePrice: bar.close,
    lastClosePrice: bar.lastClose,
    volume: countOf(bar.volume),
    turnover: rounded(bar.turnover, 3),
    changeRate: percentOf(bar.close - bar.lastClose, bar.lastClose),
    timestamp,
  }
  if (fundamentals === null) return line
  return {
    ...line,
    // A fraction, not a percentage, unlike the turnover rate of a quote.
    turnoverRate: rounded(bar.volume / fundamentals.issuedShares, 6),
    pe: fundamentals.earningsPerShare === 0 ? 0 : rounded(bar.close / fundamentals.earningsPerShare, 3),
  }
}

function readPeriod(klType: number, rehabType: number): BarPeriod | Refusal {
  const isRehab = rehabType === RehabType.None || rehabType === RehabType.Forward || rehabType === RehabType.Backward
  if (!isRehab) return refuse(`unknown rehab_type ${rehabType}`)
  return barPeriodOf(klType) ?? refuse(`unknown kl_type ${klType}`)
}

/** The members of a K-line that `needKLFieldsFlag` selects, by their bits of `Qot_Common.KLFields`. */
const FIELD_BITS = [
  ['highPrice', 1],
  ['openPrice', 2],
  ['lowPrice', 4],
  ['closePrice', 8],
  ['lastClosePrice', 16],
  ['volume', 32],
  ['turnover', 64],
  ['turnoverRate', 128],
  ['pe', 256],
  ['changeRate', 512],
] as const satisfies readonly (readonly [keyof MessageTypes['Qot_Common.KLine'], number])[]

function wantedFields(line: MessageTypes['Qot_Common.KLine'], flags: number | null): MessageTypes['Qot_Common.KLine'] {
  if (flags === null || flags === 0) return line
  const left = { ...line }
  for (const [name, bit] of FIELD_BITS) if ((flags & bit) === 0) delete left[name]
  return left
}

/** A page key is the label of the page's first bar: Unix ms in decimal digits. */
function writePageKey(timeMs: number): Uint8Array {
  return Uint8Array.from(String(timeMs), (digit) => digit.charCodeAt(0))
}

function readPageKey(key: Uint8Array): number | null {
  const text = String.fromCharCode(...key.subarray(0, 16))
  return /^\d{1,15}$/.test(text) && key.length <= 15 ? Number(text) : null
}
