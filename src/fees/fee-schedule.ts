import { SecurityType } from '../../proto/enums.ts'
import type { FeeRule } from './fee-rule.ts'
import { HONG_KONG_EXEMPT, HONG_KONG_STOCK_OPTIONS, HONG_KONG_STOCKS } from './hong-kong-fees.ts'
import { A_SHARES, MAINLAND_ETFS } from './stock-connect-fees.ts'
import { usOptionFees, usStockFees } from './us-fees.ts'

/** The trading fees of a kind of security. */
export interface FeeSchedule {
  /** `Trd_Common.Currency` name. */
  readonly currency: string
  readonly rules: readonly FeeRule[]
  /** The smallest quantity to which it applies. US brokers have another tariff for less than one share. */
  readonly minQty: number
}

/**
 * Classes of index options, by the prefix of their codes. The exchange fee of these depends on the index, so the tables
 * for stock options do not apply.
 */
const INDEX_OPTIONS: ReadonlySet<string> = new Set([
  ...['HSI', 'MHI', 'HHI', 'MCH', 'HTI'],
  ...['SPX', 'SPXW', 'XSP', 'NDX', 'NDXP', 'XND', 'RUT', 'RUTW', 'MRUT', 'VIX', 'VIXW', 'DJX', 'OEX', 'XEO'],
])

/** Hong Kong codes that trade in renminbi: 80000 to 89999. */
const RENMINBI_COUNTER = /^8\d{4}$/

/**
 * The schedule of a security (`HK.00700`) of a `Qot_Common.SecurityType` at a time (Unix ms); null without a schedule.
 *
 * Futures have no schedule: every contract has its own fee, and the broker's part is not published for Hong Kong
 * accounts. Singapore, Japan, Australia, Malaysia and Canada have no schedule, because the group's other brokers have
 * their own prices and taxes there. Cryptocurrencies, event contracts and funds have no schedule either.
 */
export function scheduleOf(symbol: string, securityType: number, atMs: number): FeeSchedule | null {
  const [market, ...rest] = symbol.split('.')
  const code = rest.join('.')
  if (market === 'HK') return schedule('HKD', hongKongRules(code, securityType), 0)
  if (market === 'US') return schedule('USD', usRules(code, securityType, atMs), 1)
  if (market === 'SH' || market === 'SZ') return schedule('CNH', mainlandRules(securityType), 0)
  return null
}

function schedule(currency: string, rules: readonly FeeRule[] | null, minQty: number): FeeSchedule | null {
  return rules === null ? null : { currency, rules, minQty }
}

function hongKongRules(code: string, securityType: number): readonly FeeRule[] | null {
  if (RENMINBI_COUNTER.test(code)) return null
  switch (securityType) {
    case SecurityType.Eqty:
      return HONG_KONG_STOCKS
    case SecurityType.Trust:
    case SecurityType.Warrant:
    case SecurityType.Bwrt:
    case SecurityType.Bond:
      return HONG_KONG_EXEMPT
    case SecurityType.Drvt:
      return isIndexOption(code) ? null : HONG_KONG_STOCK_OPTIONS
    default:
      return null
  }
}

function usRules(code: string, securityType: number, atMs: number): readonly FeeRule[] | null {
  switch (securityType) {
    case SecurityType.Eqty:
    case SecurityType.Trust:
      return usStockFees(atMs)
    case SecurityType.Drvt:
      return isIndexOption(code) ? null : usOptionFees(atMs)
    default:
      return null
  }
}

function mainlandRules(securityType: number): readonly FeeRule[] | null {
  if (securityType === SecurityType.Eqty) return A_SHARES
  return securityType === SecurityType.Trust ? MAINLAND_ETFS : null
}

function isIndexOption(code: string): boolean {
  return INDEX_OPTIONS.has(/[A-Z]+/.exec(code)?.[0] ?? '')
}
