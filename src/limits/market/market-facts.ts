import { SecurityType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { shownText } from '../../base/shown-text.ts'

/** The facts of a security that are needed to value an order. Null for unknown facts. */
export interface MarketFacts {
  /** The latest price. Only orders without a limit need it (`needsLastPrice`). */
  readonly lastPrice: number | null
  /** Units of the underlying in one contract; 1 for shares. */
  readonly contractMultiplier: number | null
  /** `Trd_Common.Currency` name of its prices. Only futures, crypto, event contracts and funds need it. */
  readonly currency: string | null
  /** OpenD's text for the currency of a future when the text is unknown; otherwise null. */
  readonly unknownCurrency: string | null
  /** `Qot_Common.SecurityType`. Limits do not use it; fees depend on it. */
  readonly securityType: number | null
}

/** The facts of a security without a snapshot. */
export const NOTHING_KNOWN: MarketFacts = {
  lastPrice: null,
  contractMultiplier: null,
  currency: null,
  unknownCurrency: null,
  securityType: null,
}

type Snapshot = MessageTypes['Qot_GetSecuritySnapshot.Snapshot']
type FutureInfo = MessageTypes['Qot_GetFutureInfo.FutureInfo']

/** Security types with a contract multiplier of 1. */
const BY_THE_PIECE: ReadonlySet<number> = new Set([
  SecurityType.Bond,
  SecurityType.Bwrt,
  SecurityType.Eqty,
  SecurityType.Trust,
  SecurityType.Warrant,
  SecurityType.Crypto,
])

/** OpenD names the currency of a future in the language of its installation. Other texts are unknown. */
const CURRENCY_TEXTS: Readonly<Record<string, readonly string[]>> = {
  HKD: ['HKD', '港元', '港币', '港幣'],
  USD: ['USD', '美元'],
  CNH: ['CNH', 'CNY', 'RMB', '人民币', '人民幣'],
  JPY: ['JPY', '日元', '日圆', '日圓'],
  SGD: ['SGD', '新加坡元', '新元', '坡元'],
  AUD: ['AUD', '澳元'],
  CAD: ['CAD', '加元'],
  MYR: ['MYR', '令吉', '马来西亚林吉特'],
  NZD: ['NZD', '新西兰元', '紐元', '纽元'],
}

/** Reads a security's snapshot, and the contract of a future (null for other securities or when it is not known). */
export function marketFactsOf(snapshot: Snapshot, future: FutureInfo | null): MarketFacts {
  const { curPrice, lastClosePrice } = snapshot.basic
  const currency = future === null ? null : currencyNamed(future.quoteCurrency)
  return {
    // Before the first trade of a day the last close is the latest price.
    lastPrice: curPrice > 0 ? curPrice : lastClosePrice > 0 ? lastClosePrice : null,
    contractMultiplier: multiplierOf(snapshot, future),
    currency,
    unknownCurrency: future === null || currency !== null ? null : shownText(future.quoteCurrency),
    securityType: snapshot.basic.type,
  }
}

function multiplierOf({ basic, optionExData }: Snapshot, future: FutureInfo | null): number | null {
  if (basic.type === SecurityType.Future) return future?.contractSize ?? null
  if (basic.type !== SecurityType.Drvt) return BY_THE_PIECE.has(basic.type) ? 1 : null
  if (optionExData === undefined) return null
  // Options on shares have a size, options on an index a multiplier too. The larger one is never too small.
  const { contractSize, contractSizeFloat, contractMultiplier } = optionExData
  return Math.max(contractSizeFloat ?? contractSize, contractMultiplier ?? 0)
}

function currencyNamed(text: string): string | null {
  const entry = Object.entries(CURRENCY_TEXTS).find(([, texts]) => texts.includes(text.trim()))
  return entry?.[0] ?? null
}
