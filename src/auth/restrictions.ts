import { describeField } from '../base/field-problem.ts'
import type { ValueLimit } from '../limits/key-limits.ts'
import {
  ACCOUNT_ID,
  type FieldRule,
  type FieldValues,
  listOf,
  readFields,
  textLike,
  wholeNumber,
} from '../wire/json/json-fields.ts'
import { JsonProblems } from '../wire/json/json-problem.ts'
import { readUint64 } from '../wire/json/json-scalar.ts'
import { isJsonObject, parseJsonText } from '../wire/json/json-text.ts'
import { nonEmpty, ORDER_LIMIT_RULES, type OrderLimits, orderLimitsFrom } from './order-limits.ts'

/** The restrictions of a key or of a JWT. */
export interface Restrictions {
  /** Accounts that may be read and traded, by id; null without a restriction by id. */
  readonly accIds: readonly bigint[] | null
  /** Further accounts, by card number (16 digits or the last 4); null without a restriction by card. */
  readonly cardNums: readonly string[] | null
  /** Most subscription units over all connections of the caller; null without such a limit. */
  readonly subscriptionQuota: number | null
  readonly limits: OrderLimits
}

/** An account id as a bigint, without rounding. */
const ACC_ID: FieldRule<bigint> = { expected: ACCOUNT_ID.expected, read: readUint64 }

/** The restrictions in a key record, flat or under `limits`, in `JWT_DEFAULT_LIMITS` and in a token's claim. */
export const RESTRICTION_RULES = {
  ...ORDER_LIMIT_RULES,
  allowed_acc_ids: listOf(ACC_ID),
  allowed_card_nums: listOf(textLike(/^(?:\d{4}|\d{16})$/, 'a card number: 16 digits or the last 4')),
  /** 0 is refused: a key that may not read quotes lacks the scope `qot:read` instead. */
  subscription_quota: wholeNumber(1),
}

/** The restrictions in the fields of a record. */
export function restrictionsFrom(fields: FieldValues<typeof RESTRICTION_RULES>): Restrictions {
  return {
    accIds: nonEmpty(fields.allowed_acc_ids),
    cardNums: nonEmpty(fields.allowed_card_nums),
    subscriptionQuota: fields.subscription_quota,
    limits: orderLimitsFrom(fields),
  }
}

/** Reads restrictions outside of a key record, as JSON text. Every mistake is added to `problems`. */
export function parseRestrictions(text: string, where: string, problems: string[]): Restrictions | null {
  const parsed = parseJsonText(text)
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    problems.push(`${where} must be a JSON object of limits, such as {"max_orders_per_minute": 5}.`)
    return null
  }
  const found = new JsonProblems()
  const fields = readFields(parsed.value, RESTRICTION_RULES, found)
  problems.push(...sentencesOf(found, where))
  return fields === null ? null : restrictionsFrom(fields)
}

/** Problems of a configured text as sentences. `where` is the name of the text. */
export function sentencesOf(problems: JsonProblems, where: string): readonly string[] {
  return problems.toFieldProblems().map((problem) => {
    const text = describeField(problem)
    return `${where}: ${text}${text.endsWith('?') ? '' : '.'}`
  })
}

/**
 * The intersection of two restrictions: the common members of lists, and the smaller of two numbers. Null when it
 * cannot be computed: for different trading hours or time zones, and for accounts in both of which one is by card.
 */
export function tighter(one: Restrictions, other: Restrictions): Restrictions | null {
  const { limits: a } = one
  const { limits: b } = other
  if (differ(a.hoursWindow, b.hoursWindow) || differ(a.timeZone, b.timeZone)) return null
  const hasCards = one.cardNums !== null || other.cardNums !== null
  const isAccountClash = hasCards && (one.accIds ?? one.cardNums) !== null && (other.accIds ?? other.cardNums) !== null
  if (isAccountClash) return null
  return {
    accIds: inBoth(one.accIds, other.accIds),
    cardNums: one.cardNums ?? other.cardNums,
    subscriptionQuota: smaller(one.subscriptionQuota, other.subscriptionQuota),
    limits: {
      allowedMarkets: inBoth(a.allowedMarkets, b.allowedMarkets),
      allowedSymbols: inBoth(a.allowedSymbols, b.allowedSymbols),
      allowedTrdSides: inBoth(a.allowedTrdSides, b.allowedTrdSides),
      hoursWindow: a.hoursWindow ?? b.hoursWindow,
      timeZone: a.timeZone ?? b.timeZone,
      maxOrderValue: smallerValue(a.maxOrderValue, b.maxOrderValue),
      maxDailyValue: smallerValue(a.maxDailyValue, b.maxDailyValue),
      maxOrdersPerMinute: smaller(a.maxOrdersPerMinute, b.maxOrdersPerMinute),
      // A wider band gives an order a higher value, so it is the stricter one.
      marketPriceBandPercent: larger(a.marketPriceBandPercent, b.marketPriceBandPercent),
    },
  }
}

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b
}

function inBoth<Item>(a: readonly Item[] | null, b: readonly Item[] | null): readonly Item[] | null {
  if (a === null || b === null) return a ?? b
  const others = new Set(b)
  return a.filter((item) => others.has(item))
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

/** A currency that is missing in one of two tables may not be traded. */
function smallerValue(a: ValueLimit | null, b: ValueLimit | null): ValueLimit | null {
  if (a === null || b === null) return a ?? b
  if (typeof a === 'number' && typeof b === 'number') return Math.min(a, b)
  const names = typeof a === 'object' ? Object.keys(a) : typeof b === 'object' ? Object.keys(b) : []
  const capOf = (limit: ValueLimit, name: string): number | undefined =>
    typeof limit === 'number' ? limit : limit[name]
  const caps = names.flatMap((name) => {
    const [first, second] = [capOf(a, name), capOf(b, name)]
    return first === undefined || second === undefined ? [] : [[name, Math.min(first, second)] as const]
  })
  return Object.fromEntries(caps)
}
