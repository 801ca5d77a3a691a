import type { Failure } from '../../base/failure.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import { TrdSide } from '../../../proto/enums.ts'
import type { Exits } from '../../orders/exits/exit-price.ts'
import { EXIT_PRICE } from '../../orders/exits/exit-price-field.ts'
import { checkFields } from '../../wire/json/json-fields.ts'
import { isJsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'

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
  const profit = takeProfit?.kind === 'price' ? takeProfit.price : null
  const stop = stopLoss?.kind === 'price' ? stopLoss.price : null
  const [above, below] = sign === 1 ? ['above', 'below'] : ['below', 'above']
  const limit = typeof price === 'number' && price > 0 ? price : null
  if (profit !== null && limit !== null && sign * (profit - limit) <= 0) {
    return invalid('take_profit', `a price ${above} the order's price ${limit}`)
  }
  if (stop !== null && limit !== null && sign * (limit - stop) <= 0) {
    return invalid('stop_loss', `a price ${below} the order's price ${limit}`)
  }
  if (profit !== null && stop !== null && sign * (profit - stop) <= 0) {
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
