import { TickerDirection } from '../../../proto/enums.ts'
import { quoteMarketOfPrefix } from '../../wire/market-prefix.ts'

/** One recorded print. */
export interface RecordedTick {
  /** Line number in the recording, from 1. */
  readonly line: number
  readonly timeMs: number
  /** `Qot_Common.QotMarket`. */
  readonly market: number
  readonly code: string
  readonly price: number
  readonly volume: number
  /** `Qot_Common.TickerDirection`. */
  readonly direction: number
}

/** An invalid line of a recording. */
export interface TapeProblem {
  /** Line number in the file, from 1. */
  readonly line: number
  readonly problem: string
}

/** A parsed recording, or its problems. */
export type TapeReading =
  | { readonly ok: true; readonly ticks: readonly RecordedTick[] }
  | { readonly ok: false; readonly problems: readonly TapeProblem[] }

/** Most problems reported for one file. */
const MAX_PROBLEMS = 20

/** Most prints of a recording: a few busy days. More would not fit into a Durable Object's memory. */
const MAX_TICKS = 2_000_000

const HEADER = 'time,market,code,price,volume,direction'

/** Markets by the prefix that a recording may use. */
const MARKET_NAMES: readonly string[] = ['HK', 'US', 'SH', 'SZ']

const DIRECTIONS: Readonly<Record<string, number>> = {
  BUY: TickerDirection.Bid,
  SELL: TickerDirection.Ask,
  NEUTRAL: TickerDirection.Neutral,
  '1': TickerDirection.Bid,
  '2': TickerDirection.Ask,
  '3': TickerDirection.Neutral,
}

/**
 * Reads a recording: CSV with the header `time,market,code,price,volume,direction`. The time is ISO 8601 with a zone
 * (`2026-11-20T09:30:00.250+08:00`) or Unix milliseconds; the market is `HK`, `US`, `SH` or `SZ`, or the number of
 * `Qot_Common.QotMarket`; the direction is `BUY`, `SELL` or `NEUTRAL`, or 1, 2, 3. Prints of one security must be in
 * time order. Empty lines are skipped.
 */
export function readTape(text: string): TapeReading {
  const ticks: RecordedTick[] = []
  const problems: TapeProblem[] = []
  const lastTimes = new Map<string, number>()
  const lines = text.split('\n')
  for (const [at, raw] of lines.entries()) {
    if (problems.length >= MAX_PROBLEMS) break
    const line = raw.trim()
    if (at === 0) {
      if (line.replace(/^\uFEFF/, '') !== HEADER) problems.push({ line: 1, problem: `the header is not "${HEADER}"` })
      continue
    }
    if (line === '') continue
    const tick = readLine(line, at + 1)
    if (typeof tick === 'string') {
      problems.push({ line: at + 1, problem: tick })
      continue
    }
    const key = `${tick.market}.${tick.code}`
    if (tick.timeMs < (lastTimes.get(key) ?? 0))
      problems.push({ line: at + 1, problem: `the time is earlier than that of the previous print` })
    lastTimes.set(key, tick.timeMs)
    if (ticks.length >= MAX_TICKS)
      return { ok: false, problems: [{ line: at + 1, problem: `more than ${MAX_TICKS} prints` }] }
    ticks.push(tick)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, ticks }
}

function readLine(text: string, line: number): RecordedTick | string {
  const fields = text.split(',').map((field) => field.trim())
  const [time = '', marketName = '', code = '', priceText = '', volumeText = '', directionName = ''] = fields
  if (fields.length !== 6) return `${fields.length} fields instead of 6`
  const timeMs = /^\d{12,14}$/.test(time) ? Number(time) : readIsoTime(time)
  if (timeMs === null) return `"${time}" is not a time with a zone`
  const market = marketOf(marketName)
  if (market === null) return `"${marketName}" is not a market`
  if (!/^[0-9A-Za-z.]{1,32}$/.test(code)) return `"${code}" is not a code`
  const price = readNumber(priceText)
  if (price === null || price <= 0) return `"${priceText}" is not a price`
  const volume = readNumber(volumeText)
  if (volume === null || volume < 1 || !Number.isSafeInteger(volume)) return `"${volumeText}" is not a volume`
  const direction = DIRECTIONS[directionName.toUpperCase()]
  if (direction === undefined) return `"${directionName}" is not a direction`
  return { line, timeMs, market, code, price, volume, direction }
}

function marketOf(name: string): number | null {
  const isMeant = (prefix: string): boolean =>
    prefix === name.toUpperCase() || String(quoteMarketOfPrefix(prefix)) === name
  const prefix = MARKET_NAMES.find(isMeant)
  return prefix === undefined ? null : quoteMarketOfPrefix(prefix)
}

function readIsoTime(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null
  const timeMs = Date.parse(text)
  return Number.isNaN(timeMs) ? null : timeMs
}

function readNumber(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}
