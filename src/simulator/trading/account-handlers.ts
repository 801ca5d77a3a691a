import { Currency, TrdCategory, TrdEnv } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { HandlerTable, Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import { openAccount } from './account-access.ts'
import { type AccountProfile, type AccountState, type OrderState, findOrder } from './account-state.ts'
import { accountView } from './account-view.ts'
import { HELD_CURRENCIES } from './exchange-rates.ts'
import { fundsView } from './funds-view.ts'
import { readFilter } from './list-filter.ts'
import { marginTermsOf } from './margin.ts'
import { zoneOfTrdMarket } from './market-time.ts'
import { maxQuantities } from './max-quantities.ts'
import { scaledPriceOf, type ScaledPrice } from './money.ts'
import { orderTypeName, ruleOf, supportsOrderType } from './order-rules.ts'
import { plRatioOf, positionView } from './position-view.ts'
import { atMarketLimit, snapToGrid } from './price-grid.ts'
import { refusals } from './refusals.ts'
import { findTradable } from './tradable-security.ts'
import type { TradingMarket } from './trading-market.ts'
import { isFuturesMarket, secMarketOf, venuesOf } from './venues.ts'

/** OpenD's own limit of one margin-ratio call. */
const MAX_MARGIN_RATIO_SECURITIES = 100

/** The calls that read accounts, and the unlock. */
export const accountHandlers: HandlerTable = {
  Trd_GetAccList: (world, { trdCategory = TrdCategory.Unknown, needGeneralSecAccount = true }) => {
    const listed = world.accounts
      .profiles()
      .filter((profile) => isOfCategory(profile, trdCategory))
      .filter((profile) => needGeneralSecAccount || !isGeneral(profile))
    return { accList: listed.map(accountView) }
  },

  Trd_UnlockTrade: (world, { unlock, pwdMD5, securityFirm }) => {
    const firm = securityFirm === undefined || securityFirm === 0 ? null : securityFirm
    return world.accounts.setLock(unlock, pwdMD5 ?? null, firm) ?? {}
  },

  Trd_GetFunds: (world, { header, currency }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const shown = currencyFor(account, currency ?? 0)
    if (typeof shown !== 'number') return shown
    return { header, funds: fundsView(world.accounts, account, shown, nowMs) }
  },

  Trd_GetPositionList: (world, c2s, { nowMs }) => {
    const { header, filterConditions, filterPLRatioMin = -Infinity, filterPLRatioMax = Infinity } = c2s
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const filter = readFilter(filterConditions, zoneOfTrdMarket(header.trdMarket))
    if ('refusal' in filter) return filter
    const hasRatioFilter = c2s.filterPLRatioMin !== undefined || c2s.filterPLRatioMax !== undefined
    const shown = account.positions.filter((position) => {
      const { code, positionId: id, trdMarket } = position
      if (!filter.passes({ code, id, orderIdEx: null, trdMarket, timeMs: null })) return false
      if (!hasRatioFilter) return true
      const ratio = plRatioOf(world.accounts, position, nowMs)
      return ratio !== null && ratio > filterPLRatioMin && ratio < filterPLRatioMax
    })
    return { header, positionList: shown.map((position) => positionView(world.accounts, account, position, nowMs)) }
  },

  Trd_GetMaxTrdQtys: (world, c2s, { nowMs }) => {
    const { header } = c2s
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const secMarket = c2s.secMarket === undefined || c2s.secMarket === 0 ? null : c2s.secMarket
    const { market } = world.accounts
    const instrument = findTradable(market, account.profile, header.trdMarket, secMarket, c2s.code, nowMs)
    if ('refusal' in instrument) return instrument
    if (!supportsOrderType(c2s.orderType, secMarketOf(instrument), instrument.kind)) {
      return refusals.orderTypeNotSupported(orderTypeName(c2s.orderType))
    }
    const replaced = findReplaced(account, c2s.orderID ?? 0n, c2s.orderIDEx ?? '')
    if (replaced !== null && 'refusal' in replaced) return replaced
    const price = ruleOf(c2s.orderType).isAtMarket
      ? atMarketLimit(world.accounts.market, instrument, true, nowMs)
      : validPrice(world.accounts.market, instrument, c2s)
    if (price <= 0) return refusals.missingPrice()
    return { header, maxTrdQtys: maxQuantities(world.accounts, account, instrument, price, replaced, nowMs) }
  },

  Trd_GetMarginRatio: (world, { header, securityList = [] }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    if (securityList.length > MAX_MARGIN_RATIO_SECURITIES) {
      return refusals.tooMany('securities', MAX_MARGIN_RATIO_SECURITIES)
    }
    const markets = new Set(venuesOf(header.trdMarket).map((venue) => venue.qotMarket))
    const marginRatioInfoList = []
    for (const security of securityList) {
      const instrument = markets.has(security.market)
        ? world.accounts.market.instrument(security.market, security.code)
        : null
      if (instrument === null) return refusals.unknownSecurity(security.code)
      marginRatioInfoList.push(marginRatioOf(instrument))
    }
    return { header, marginRatioInfoList }
  },
}

/** Whether an account has a category: `Future` selects accounts with a futures market, 0 selects all accounts. */
function isOfCategory(profile: AccountProfile, category: number): boolean {
  if (category === TrdCategory.Unknown) return true
  return (category === TrdCategory.Future) === profile.trdMarkets.some(isFuturesMarket)
}

/** Whether an account has several markets; a caller can exclude these. */
function isGeneral(profile: AccountProfile): boolean {
  return profile.trdEnv === TrdEnv.Real && profile.trdMarkets.length > 1
}

/**
 * The currency of the funds in a reply. Accounts with one currency always use it. Accounts with several accept each of
 * them, with the base currency as the default.
 */
function currencyFor(account: AccountState, requested: number): number | Refusal {
  const { baseCurrency } = account.profile
  if (account.cash.length <= 1 || requested === Currency.Unknown) return baseCurrency
  return HELD_CURRENCIES.includes(requested) ? requested : refusals.unsupportedCurrency('HKD, USD, CNH')
}

/** The order that a maximum-quantity call refers to; null if it does not name one. */
function findReplaced(account: AccountState, orderId: bigint, orderIdEx: string): OrderState | Refusal | null {
  if (orderId === 0n && orderIdEx === '') return null
  return findOrder(account, orderId, orderIdEx) ?? refusals.unknownOrder()
}

/** The requested price, adjusted to a valid one if the caller allows it; not positive without a price. */
function validPrice(
  market: TradingMarket,
  instrument: Instrument,
  { price, adjustPrice, adjustSideAndLimit = 0 }: { price: number; adjustPrice?: boolean; adjustSideAndLimit?: number },
): ScaledPrice {
  if (!(price > 0) || !Number.isFinite(price)) return 0
  return adjustPrice === true ? snapToGrid(market, instrument, price, adjustSideAndLimit > 0) : scaledPriceOf(price)
}

function marginRatioOf(instrument: Instrument): MessageTypes['Trd_GetMarginRatio.MarginRatioInfo'] {
  const terms = marginTermsOf(instrument)
  return {
    security: { market: instrument.market, code: instrument.code },
    isLongPermit: terms.isLongPermit,
    isShortPermit: terms.isShortPermit,
    shortPoolRemain: terms.shortPoolRemain,
    shortFeeRate: terms.shortFeeRate,
    alertLongRatio: terms.long.alert,
    alertShortRatio: terms.short.alert,
    imLongRatio: terms.long.initial,
    imShortRatio: terms.short.initial,
    mcmLongRatio: terms.long.marginCall,
    mcmShortRatio: terms.short.marginCall,
    mmLongRatio: terms.long.maintenance,
    mmShortRatio: terms.short.maintenance,
  }
}
