import { isPointer, MAPPED_FIELDS, type FieldSource } from './presets/field-map.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import { type AddressRange, parseAddressRange } from '../auth/address-range.ts'
import { ORDER_LIMIT_RULES } from '../auth/order-limits.ts'
import {
  ACCOUNT_ID,
  FLAG,
  type FieldRule,
  type FieldValues,
  listOf,
  objectOf,
  oneOf,
  parsedText,
  readFields,
  required,
  tableOf,
  textLike,
  wholeNumber,
} from '../wire/json/json-fields.ts'
import { JsonProblems } from '../wire/json/json-problem.ts'
import type { JsonObject } from '../wire/json/json-text.ts'
import { parseSecurityText, securityText } from '../wire/json/security-text.ts'
import { ALERT_ORDER_TYPES, ALERT_TIMES_IN_FORCE, SIZE_KINDS } from './alert.ts'
import { POSITIVE, UNSIGNED } from './alert-fields.ts'
import { EXIT_PRICE } from './exit-price.ts'

/** The forms of alert bodies: see `presets/`. `message` is a text of words, `fields` is a map of the hook's own. */
export const PRESETS = ['tradingview', 'plain', 'message', 'traderspost', 'signal_bot', 'openalgo', 'fields'] as const

/** What an alert may say of its own order. Everything else is fixed by the hook, and refused in an alert. */
export const OVERRIDES = ['size', 'order_type', 'time_in_force', 'extended_hours', 'exits'] as const

type Override = (typeof OVERRIDES)[number]

/** Oldest alert that is carried out, seconds: by default a minute, at most a day. */
const DEFAULT_MAX_AGE_SECONDS = 60
const MAX_AGE_SECONDS = 86_400

/**
 * Alerts with the same content and time within this time are one, seconds. TradingView repeats a delivery that failed
 * after 5 s, three times at most.
 */
const DEFAULT_DUPLICATE_SECONDS = 60

/** Most rows of the ticker table and of the field map: bounds the stored record. */
const MAX_TICKERS = 200

const TICKER_SYMBOL: FieldRule<string> = parsedText((text) => {
  const security = parseSecurityText(text)
  return security === null ? null : securityText(security)
}, 'a security such as "HK.00700"')

const CONSTANT: FieldRule<string | number | boolean> = {
  expected: 'a text, a number, true or false',
  read: (value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null,
}

/** A JSON pointer as a text, or `{"constant": ...}`. */
const FIELD_SOURCE: FieldRule<FieldSource> = {
  expected: 'a JSON pointer such as "/order/side", or {"constant": "buy"}',
  read: (value, problems) => {
    if (typeof value === 'string') return isPointer(value) ? { pointer: value } : null
    const object = objectOf({ constant: required(CONSTANT) }).read(value, problems)
    return object === null ? null : { constant: object.constant }
  },
}

/** The four addresses from which TradingView sends. Source: "About webhooks" (TradingView help, 43000529348). */
const TRADINGVIEW_ADDRESSES = ['52.89.214.238', '34.212.75.30', '54.218.53.128', '52.32.178.7']

/** Most rows of the list of sources. */
const MAX_SOURCES = 50

const SOURCE: FieldRule<readonly AddressRange[]> = parsedText((text) => {
  const ranges = (text === 'tradingview' ? TRADINGVIEW_ADDRESSES : [text]).map(parseAddressRange)
  return ranges.includes(null) ? null : ranges.filter((range) => range !== null)
}, '"tradingview" for its four addresses, or an address range such as "203.0.113.0/24"')

/** The fields that the owner of a hook sets. */
export const HOOK_RULES = {
  name: textLike(/^[^\p{Cc}]{1,100}$/u, '1 to 100 characters in one line'),
  acc_id: required(ACCOUNT_ID),
  preset: oneOf(PRESETS),
  fields: tableOf(FIELD_SOURCE, `a table of pointers by ${MAPPED_FIELDS.join(', ')}`, (name) =>
    MAPPED_FIELDS.includes(name),
  ),
  tickers: tableOf(
    TICKER_SYMBOL,
    `a table of at most ${MAX_TICKERS} securities by ticker`,
    (name) => name.length <= 64,
  ),
  /** `position`: the order takes the position where the strategy says it is, instead of repeating its orders. */
  follow: oneOf(['orders', 'position']),
  size: objectOf({ kind: required(oneOf(SIZE_KINDS)), amount: required(POSITIVE) }),
  order_type: oneOf(ALERT_ORDER_TYPES),
  /** How far a limit price without one in the alert may be from the last price, per cent towards a worse price. */
  limit_offset_percent: UNSIGNED,
  time_in_force: oneOf(ALERT_TIMES_IN_FORCE),
  extended_hours: FLAG,
  take_profit: EXIT_PRICE,
  stop_loss: EXIT_PRICE,
  may_override: listOf(oneOf(OVERRIDES), OVERRIDES.length),
  allows_delayed: FLAG,
  max_age_seconds: wholeNumber(1, MAX_AGE_SECONDS),
  duplicate_seconds: wholeNumber(0, MAX_AGE_SECONDS),
  on_position_gap: oneOf(['flag', 'pause']),
  /** An alert is expected in every such time, seconds, within the hook's trading hours. */
  expect_every_seconds: wholeNumber(60, 30 * MAX_AGE_SECONDS),
  limits: objectOf(ORDER_LIMIT_RULES),
  sources: listOf(SOURCE, MAX_SOURCES),
} as const

/** The settings of a hook, with the defaults filled in. */
export type HookSettings = ReturnType<typeof hookSettings>

/** Reads the settings in the fields of a record. Failures: `request.*` about its fields. */
export function readSettings(fields: JsonObject): Result<HookSettings> {
  const problems = new JsonProblems()
  const read = readFields(fields, HOOK_RULES, problems)
  if (read === null || problems.count > 0) return problems.toFailed()
  const settings = hookSettings(read)
  if ((settings.preset === 'fields') === (settings.fields === null)) {
    const expected = 'a table of pointers with the preset fields, and none with another preset'
    return fail({ code: 'request.invalid_value', path: 'fields', expected })
  }
  return succeed(settings)
}

/** The settings in the fields of a record. */
export function hookSettings(fields: FieldValues<typeof HOOK_RULES>) {
  return {
    name: fields.name,
    accId: fields.acc_id,
    preset: fields.preset ?? (fields.fields === null ? 'tradingview' : 'fields'),
    fields: fields.fields,
    tickers: fields.tickers ?? new Map<string, string>(),
    follow: fields.follow ?? 'orders',
    size: fields.size,
    orderType: fields.order_type ?? 'market',
    limitOffsetPercent: fields.limit_offset_percent ?? 0,
    timeInForce: fields.time_in_force ?? 'day',
    isExtendedHours: fields.extended_hours ?? false,
    exits: { takeProfit: fields.take_profit, stopLoss: fields.stop_loss },
    overrides: new Set<Override>(fields.may_override ?? ['size']),
    allowsDelayed: fields.allows_delayed ?? false,
    maxAgeMs: (fields.max_age_seconds ?? DEFAULT_MAX_AGE_SECONDS) * 1_000,
    duplicateMs: (fields.duplicate_seconds ?? DEFAULT_DUPLICATE_SECONDS) * 1_000,
    pausesOnPositionGap: fields.on_position_gap === 'pause',
    expectEveryMs: fields.expect_every_seconds === null ? null : fields.expect_every_seconds * 1_000,
    limits: fields.limits,
    sources: fields.sources?.flat() ?? null,
  } as const
}
