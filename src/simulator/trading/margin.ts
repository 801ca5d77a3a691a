import { TrdSecMarket } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'
import { secMarketOf } from './venues.ts'

/** Margin terms of one security, in whole per cent of its market value. */
export interface MarginTerms {
  readonly isLongPermit: boolean
  readonly isShortPermit: boolean
  /** Shares that can still be borrowed. */
  readonly shortPoolRemain: number
  /** Interest on borrowed shares, per cent a year. */
  readonly shortFeeRate: number
  readonly long: MarginLevels
  readonly short: MarginLevels
}

/** The four margin levels, from the one for opening a position down to the one for its forced closing. */
export interface MarginLevels {
  readonly initial: number
  readonly alert: number
  readonly marginCall: number
  readonly maintenance: number
}

/** No loan: the whole value is margin. */
const FULL: MarginLevels = { initial: 100, alert: 100, marginCall: 100, maintenance: 100 }

/** Margin grades of stocks, from the lowest to the highest margin. */
const LONG_GRADES: readonly MarginLevels[] = [
  { initial: 30, alert: 28, marginCall: 26, maintenance: 25 },
  { initial: 40, alert: 37, marginCall: 35, maintenance: 30 },
  { initial: 50, alert: 45, marginCall: 43, maintenance: 40 },
  { initial: 70, alert: 65, marginCall: 62, maintenance: 60 },
]

const SHORT_GRADES: readonly MarginLevels[] = [
  { initial: 50, alert: 45, marginCall: 42, maintenance: 40 },
  { initial: 60, alert: 55, marginCall: 52, maintenance: 50 },
  { initial: 80, alert: 75, marginCall: 72, maintenance: 70 },
  { initial: 100, alert: 95, marginCall: 92, maintenance: 90 },
]

/** Futures: the exchange's margin per contract, as a share of its notional value. */
const FUTURE_LEVELS: MarginLevels = { initial: 12, alert: 11, marginCall: 10, maintenance: 9 }

/** Written options: the simulator requires a multiple of the premium, instead of the usual share of the underlying. */
const WRITTEN_OPTION_LEVELS: MarginLevels = { initial: 400, alert: 360, marginCall: 330, maintenance: 300 }

const NO_LENDING: MarginTerms = {
  isLongPermit: false,
  isShortPermit: false,
  shortPoolRemain: 0,
  shortFeeRate: 0,
  long: FULL,
  short: FULL,
}

/** Terms by the kind of security; the grade of a stock or fund derives from its code. */
export function marginTermsOf(instrument: Instrument): MarginTerms {
  const { kind } = instrument
  if (kind === 'stock' || kind === 'etf') return lendingTermsOf(instrument)
  if (kind === 'future') {
    return { ...NO_LENDING, isLongPermit: true, isShortPermit: true, long: FUTURE_LEVELS, short: FUTURE_LEVELS }
  }
  return kind === 'option' ? { ...NO_LENDING, isShortPermit: true, short: WRITTEN_OPTION_LEVELS } : NO_LENDING
}

function lendingTermsOf(instrument: Instrument): MarginTerms {
  const secMarket = secMarketOf(instrument)
  const hash = codeHash(instrument.code)
  const grade = hash % LONG_GRADES.length
  const long = LONG_GRADES[grade] ?? FULL
  // Mainland shares cannot be borrowed through Stock Connect.
  if (secMarket !== TrdSecMarket.HK && secMarket !== TrdSecMarket.US) return { ...NO_LENDING, isLongPermit: true, long }
  return {
    isLongPermit: true,
    isShortPermit: true,
    shortPoolRemain: (1 + (hash % 97)) * 1000 * instrument.lotSize,
    shortFeeRate: 0.5 * (grade + 1),
    long,
    short: SHORT_GRADES[grade] ?? FULL,
  }
}

/** FNV-1a over the code, for a fixed and even distribution. */
function codeHash(code: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < code.length; index += 1) {
    hash = Math.imul(hash ^ code.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
