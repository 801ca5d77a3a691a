import { QotMarket } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf } from '../../base/time/civil-date.ts'
import type { PriceLadder } from './price-ladder.ts'
import { CENT_LADDER, POINT_LADDER } from './tick-tables.ts'

/** All options on one underlying. */
export interface OptionClass {
  readonly market: number
  /** Prefix of the option codes: HKATS code in Hong Kong (`TCH`), the ticker in the US. */
  readonly prefix: string
  readonly ownerCode: string
  /** Shares of one contract, or money per index point. */
  readonly contractSize: number
  readonly ladder: PriceLadder
  readonly isIndex: boolean
  /** Whether every week has an expiry, not only every month. */
  readonly hasWeeklies: boolean
}

/** A parsed option code. */
export interface OptionTerms {
  readonly optionClass: OptionClass
  /** Epoch day of the last trading day. */
  readonly expiryDay: number
  readonly isCall: boolean
  readonly strike: number
}

const CLASSES: readonly OptionClass[] = [
  hkStock('TCH', '00700', 100, true),
  hkStock('ALB', '09988', 100, true),
  hkStock('MET', '03690', 100, true),
  hkStock('HKB', '00005', 400, false),
  hkStock('HEX', '00388', 100, false),
  hkStock('AIA', '01299', 200, false),
  hkStock('PAI', '02318', 500, false),
  hkStock('CHT', '00941', 500, false),
  hkStock('CNC', '00883', 1000, false),
  hkStock('BYD', '01211', 500, false),
  hkStock('MIU', '01810', 1000, false),
  hkStock('CKH', '00001', 500, false),
  hkStock('TRF', '02800', 500, false),
  hkIndex('HSI', '800000', 50),
  hkIndex('HHI', '800100', 50),
  hkIndex('HTI', '800700', 50),
  ...`AAPL TSLA NVDA MSFT AMZN META BABA FUTU SPY QQQ AMD NFLX PLTR GOOGL GOOG INTC COIN AVGO MU JPM BAC DIS UBER HOOD
    MSTR SMCI TSM ORCL CRM NIO PDD JD IWM GLD SLV TLT XLF TQQQ SQQQ IBIT SOFI BA F T V WMT XOM KO`
    .split(/\s+/)
    .map(usStock),
]

const BY_OWNER = new Map(CLASSES.map((one) => [`${one.market}.${one.ownerCode}`, one]))
const BY_PREFIX = new Map(CLASSES.map((one) => [`${one.market}.${one.prefix}`, one]))

/** All listed classes of options. */
export function optionClasses(): readonly OptionClass[] {
  return CLASSES
}

/** The options on that underlying; null without options. */
export function optionClassOf(market: number, ownerCode: string): OptionClass | null {
  return BY_OWNER.get(`${market}.${ownerCode}`) ?? null
}

/** Futu's compact form: prefix, expiry as YYMMDD, C or P, strike times 1000 (`TCH261230C300000`). */
export function optionCode({ optionClass, expiryDay, isCall, strike }: OptionTerms): string {
  const { year, month, day } = civilDateOf(expiryDay)
  const date = [year % 100, month, day].map((part) => String(part).padStart(2, '0')).join('')
  return `${optionClass.prefix}${date}${isCall ? 'C' : 'P'}${Math.round(strike * 1000)}`
}

/** Parses an option code; null if it is invalid or has no class in that market. It may still not be listed. */
export function parseOptionCode(market: number, code: string): OptionTerms | null {
  const match = /^([A-Z]{1,5})(\d{2})(\d{2})(\d{2})([CP])(\d{1,9})$/.exec(code)
  if (match === null) return null
  const optionClass = BY_PREFIX.get(`${market}.${match[1]}`)
  if (optionClass === undefined) return null
  const [year, month, day] = [Number(match[2]), Number(match[3]), Number(match[4])]
  const expiryDay = epochDayOf(2000 + year, month, day)
  const read = civilDateOf(expiryDay)
  if (read.month !== month || read.day !== day) return null
  return { optionClass, expiryDay, isCall: match[5] === 'C', strike: Number(match[6]) / 1000 }
}

function hkStock(prefix: string, ownerCode: string, contractSize: number, hasWeeklies: boolean): OptionClass {
  const market = QotMarket.HK_Security
  return { market, prefix, ownerCode, contractSize, ladder: CENT_LADDER, isIndex: false, hasWeeklies }
}

function hkIndex(prefix: string, ownerCode: string, contractSize: number): OptionClass {
  const market = QotMarket.HK_Security
  return { market, prefix, ownerCode, contractSize, ladder: POINT_LADDER, isIndex: true, hasWeeklies: true }
}

function usStock(ticker: string): OptionClass {
  const market = QotMarket.US_Security
  return {
    market,
    prefix: ticker,
    ownerCode: ticker,
    contractSize: 100,
    ladder: CENT_LADDER,
    isIndex: false,
    hasWeeklies: true,
  }
}
