import { OrderType, Session, TimeInForce, TrdEnv, TrdSecMarket, TrdSide } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState } from './account-state.ts'
import { MAX_HISTORY_DAYS } from './bounds.ts'
import { parseMarketTime, zoneOfSecMarket } from './market-time.ts'
import type { TradingFloor } from './order-life.ts'
import { isConditional, orderTypeName, ruleOf, supportsOrderType } from './order-rules.ts'
import type { OrderRequest } from './place-order.ts'
import { refusals } from './refusals.ts'
import { phaseOf } from './session-phase.ts'
import { secMarketOf } from './venues.ts'

/** OpenD's own limit. */
const MAX_REMARK_BYTES = 64

const MS_PER_DAY = 86_400_000
const MS_PER_MINUTE = 60_000

/** The limits of simulated accounts in OpenD's documentation: limit and market orders, good for the day. */
export function checkSimulated(
  account: AccountState,
  { orderType, timeInForce, session }: OrderRequest,
): Refusal | null {
  if (account.profile.trdEnv !== TrdEnv.Simulate) return null
  if (orderType !== OrderType.Normal && orderType !== OrderType.Market) return refusals.simulatedOrderType()
  if (timeInForce !== TimeInForce.DAY) return refusals.simulatedDayOnly()
  return session === Session.ALL || session === Session.OVERNIGHT ? refusals.simulatedNoOvernight() : null
}

/** The checks that do not depend on the order's terms or the account: side, type, time, session, remark. */
export function checkManner(
  floor: TradingFloor,
  instrument: Instrument,
  request: OrderRequest,
  nowMs: number,
): Refusal | null {
  const { side, orderType, timeInForce } = request
  if (side < TrdSide.Buy || side > TrdSide.BuyBack) return refusals.unknownSide()
  if (!supportsOrderType(orderType, secMarketOf(instrument), instrument.kind)) {
    return refusals.orderTypeNotSupported(orderTypeName(orderType))
  }
  if (request.remark !== null && utf8Length(request.remark) > MAX_REMARK_BYTES) return refusals.remarkTooLong()
  const rule = ruleOf(orderType)
  const isPlainLimit = orderType === OrderType.Normal
  const isLasting = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD
  if (isLasting && !isPlainLimit && !isConditional(orderType)) return refusals.badTimeInForce()
  if (timeInForce === TimeInForce.IOC && !isPlainLimit) return refusals.badTimeInForce()
  const isAtOnce = orderType === OrderType.Market || rule.isImmediate || timeInForce === TimeInForce.IOC
  const expiryMs = floor.market.expiryMs(instrument)
  if (expiryMs !== null && expiryMs <= nowMs) return refusals.contractExpired(instrument.code)
  if (floor.market.lastPrice(instrument, nowMs) <= 0) return refusals.notListedYet(instrument.code)
  const phase = phaseOf(floor.market.tradingState(instrument, nowMs))
  const isUs = secMarketOf(instrument) === TrdSecMarket.US
  const isExtended = request.session !== null && request.session > Session.RTH
  if (isUs && rule.isAtMarket && isExtended) return refusals.badSession()
  if (isAtOnce && phase !== 'regular') return refusals.marketClosed()
  if (rule.isAuction && phase === 'regular') return refusals.notInAuction()
  return null
}

/** The expiry of a good-till order, on a full minute; null for an order that ends with its day or at once. */
export function expiryOf(request: OrderRequest, secMarket: number, nowMs: number): number | null | Refusal {
  const latestMs = Math.ceil((nowMs + MAX_HISTORY_DAYS * MS_PER_DAY) / MS_PER_MINUTE) * MS_PER_MINUTE
  switch (request.timeInForce) {
    case TimeInForce.GTC:
      return latestMs
    case TimeInForce.GTD: {
      const span = parseMarketTime(zoneOfSecMarket(secMarket), (request.expireTime ?? '').slice(0, 10))
      if (span === null || span.lastMs < nowMs || span.lastMs > latestMs) return refusals.badExpireTime()
      return span.lastMs + 1
    }
    case TimeInForce.DAY:
    case TimeInForce.IOC:
      return null
    default:
      return refusals.badTimeInForce()
  }
}

/** Bytes of a string in UTF-8. An unpaired surrogate counts as the replacement character. */
function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes += 1
    else if (point < 0x800) bytes += 2
    else bytes += point < 0x1_0000 ? 3 : 4
  }
  return bytes
}
