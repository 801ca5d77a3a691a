import type { Failure } from '../../base/failure.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import { TrdSide } from '../../../proto/enums.ts'
import type { ExitPrice, Exits } from '../../orders/exits/exit-price.ts'
import { checkFields, type FieldRule, readFields } from '../../wire/json/json-fields.ts'
import { isJsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'

const TICKS_TEXT = /^(\d{1,6}) ?ticks?$/i
const PERCENT_TEXT = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/

const MOST_TICKS = 1_000_000

const POSITIVE: FieldRule<number> = {
  expected: 'a finite number above 0',
  read: (value) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null),
}

const DISTANCE = { price: POSITIVE, percent: POSITIVE, ticks: POSITIVE }

/** An exit price: a number, a text with a unit, or an object with exactly one of price, percent and ticks. */
const EXIT_PRICE: FieldRule<ExitPrice> = {
  expected:
    'a price above 0, or a distance from the fill: {"percent": 2}, {"ticks": 20}, "2%" or "20 ticks"; a percentage below 100',
  read: (value, problems) => {
    if (typeof value === 'number') return exitOf({ price: value })
    if (typeof value === 'string') {
      const [, ticks] = TICKS_TEXT.exec(value.trim()) ?? []
      if (ticks !== undefined) return exitOf({ ticks: Number(ticks) })
      const [, percent] = PERCENT_TEXT.exec(value.trim()) ?? []
      return percent === undefined ? null : exitOf({ percent: Number(percent) })
    }
    if (!isJsonObject(value)) return null
    const given = readFields(value, DISTANCE, problems)
    if (given === null) return null
    const some = Object.entries(given).filter(([, amount]) => amount !== null)
    return some.length === 1 ? exitOf(Object.fromEntries(some)) : null
  },
}

function exitOf({ price, percent, ticks }: { price?: number | null; percent?: number | null; ticks?: number | null }) {
  if (price != null) return price > 0 && Number.isFinite(price) ? ({ kind: 'price', price } as const) : null
  if (percent != null) return percent > 0 && percent < 100 ? ({ kind: 'percent', percent } as const) : null
  if (ticks == null || !Number.isInteger(ticks) || ticks < 1 || ticks > MOST_TICKS) return null
  return { kind: 'ticks', ticks } as const
}

const FIELDS = { take_profit: EXIT_PRICE, stop_loss: EXIT_PRICE }

/** The fields of `POST /api/order` beside those of OpenD's message. */
export const EXIT_FIELDS: readonly string[] = Object.keys(FIELDS)

/** The body of an order without its exits, and the exits; null without any. */
export interface SplitBody {
  readonly rest: JsonValue
  readonly exits: Exits | null
}

/** Takes the exits out of the body of a new order. Failures: `request.invalid_value`. */
export function takeExits({ protocol }: ApiEndpoint, body: JsonValue): Result<SplitBody> {
  if (protocol !== 'Trd_PlaceOrder' || !isJsonObject(body)) return succeed({ rest: body, exits: null })
  // A caller may wrap the message in `c2s`, and write the exits in it or beside it.
  const inner = body['c2s'] ?? null
  const wrapped = isJsonObject(inner) ? inner : {}
  const isExit = ([name]: readonly [string, JsonValue]): boolean => EXIT_FIELDS.includes(name)
  const given = [...Object.entries(wrapped), ...Object.entries(body)].filter(isExit)
  if (given.length === 0) return succeed({ rest: body, exits: null })
  const fields = checkFields(Object.fromEntries(given), FIELDS)
  if (!fields.ok) return fields
  const without = (object: object): [string, JsonValue][] =>
    Object.entries(object).filter((entry: [string, JsonValue]) => !isExit(entry))
  const outer = Object.fromEntries(without(body))
  const rest = isJsonObject(inner) ? { ...outer, c2s: Object.fromEntries(without(wrapped)) } : outer
  const { take_profit: takeProfit, stop_loss: stopLoss } = fields.value
  return succeed({ rest, exits: takeProfit === null && stopLoss === null ? null : { takeProfit, stopLoss } })
}

/** Why exits do not fit to their order; null when they do. */
export function exitsProblem({ takeProfit, stopLoss }: Exits, { trdSide, price }: WireMessage): Failure | null {
  if (trdSide === TrdSide.BuyBack) return invalid('trd_side', 'BUY, SELL or SELL_SHORT for an order with exits')
  const sign = trdSide === TrdSide.Buy ? 1 : -1
  const [profit, stop] = [takeProfit, stopLoss].map((exit) => (exit?.kind === 'price' ? exit.price : null))
  const [above, below] = sign === 1 ? ['above', 'below'] : ['below', 'above']
  const limit = typeof price === 'number' && price > 0 ? price : null
  if (profit != null && limit !== null && sign * (profit - limit) <= 0) {
    return invalid('take_profit', `a price ${above} the order's price ${limit}`)
  }
  if (stop != null && limit !== null && sign * (limit - stop) <= 0) {
    return invalid('stop_loss', `a price ${below} the order's price ${limit}`)
  }
  if (profit != null && stop != null && sign * (profit - stop) <= 0) {
    return invalid('stop_loss', `a price ${below} take_profit`)
  }
  return null
}

/** The exits of a checked order, or why they do not fit. */
export function checkedExits(exits: Exits | null, c2s: WireMessage): Result<Exits | null> {
  const problem = exits === null ? null : exitsProblem(exits, c2s)
  return problem === null ? succeed(exits) : fail(problem)
}

function invalid(path: string, expected: string): Failure {
  return { code: 'request.invalid_value', path, expected }
}
