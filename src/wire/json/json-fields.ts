import { succeed, type Result } from '../../base/result.ts'
import { JsonProblem, JsonProblems } from './json-problem.ts'
import { readUint64 } from './json-scalar.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-text.ts'
import { nearestName } from './names/nearest-name.ts'
import { otherFieldName } from './names/other-names.ts'

/**
 * One field of an object that is not a message of OpenD: of a small body, a query, a socket message or a configured
 * record. The rules are those of messages: values are not guessed or converted, null is the same as an absent field,
 * unknown fields are refused, and a problem has the path.
 */
export interface FieldRule<Value> {
  /** Completes "expected ...". */
  readonly expected: string
  /** Returns the value, or null if it is invalid. A rule for a list or object adds inner problems to `problems`. */
  readonly read: (value: JsonValue, problems: JsonProblems) => Value | null
}

/** A field that must be given. */
export interface RequiredRule<Value> extends FieldRule<Value> {
  readonly isRequired: true
}

/** The fields of an object, by name. */
export type FieldRules = Readonly<Record<string, FieldRule<unknown>>>

/** The given values; null for absent fields. */
export type FieldValues<Rules extends FieldRules> = {
  readonly [Name in keyof Rules]: Rules[Name] extends RequiredRule<infer Value>
    ? Value
    : Rules[Name] extends FieldRule<infer Value>
      ? Value | null
      : never
}

/** Checks an object. Failures: `request.unknown_field`, `request.invalid_value`, `request.missing_field`. */
export function checkFields<Rules extends FieldRules>(object: JsonObject, rules: Rules): Result<FieldValues<Rules>> {
  const problems = new JsonProblems()
  const values = readFields(object, rules, problems)
  return values === null ? problems.toFailed() : succeed(values)
}

/** The same for a nested object: adds problems to `problems` and then returns null. */
export function readFields<Rules extends FieldRules>(
  object: JsonObject,
  rules: Rules,
  problems: JsonProblems,
): FieldValues<Rules> | null {
  const before = problems.count
  const values = new Map<string, unknown>()
  const known = Object.keys(rules)
  for (const [name, value] of Object.entries(object)) {
    if (problems.isFull) return null
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined)
      problems.add(JsonProblem.unknown(name, otherFieldName(name, known) ?? nearestName(name, known), known))
    else if (value !== null) values.set(name, readInside(rule, name, value, problems))
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (values.has(name)) continue
    if ('isRequired' in rule) problems.add(JsonProblem.missing(name, rule.expected))
    values.set(name, null)
  }
  if (problems.count > before || problems.isFull) return null
  // The type of the map does not contain the type of each field.
  return Object.fromEntries(values) as FieldValues<Rules>
}

/** Reads a member or element; an inner problem gets its name or index. */
function readInside<Value>(
  rule: FieldRule<Value>,
  segment: string | number,
  value: JsonValue,
  problems: JsonProblems,
): Value | null {
  const before = problems.count
  const read = rule.read(value, problems)
  if (read === null && problems.count === before) problems.add(JsonProblem.invalid(rule.expected))
  problems.moveUnder(segment, before)
  return read
}

/** Makes a field required. */
export function required<Value>(rule: FieldRule<Value>): RequiredRule<Value> {
  return { ...rule, isRequired: true }
}

/** true or false. */
export const FLAG: FieldRule<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : null),
}

/** Any text. */
export const TEXT = parsedText((text) => text, 'a string')

/** A finite number that is not negative. */
export const AMOUNT: FieldRule<number> = {
  expected: 'a finite number, 0 or more',
  read: (value) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null),
}

/** An account id in decimal digits. */
export const ACCOUNT_ID = decimalId('an account id')

/** An order id in decimal digits. */
export const ORDER_ID = decimalId('an order id')

/** An unsigned 64-bit integer, as decimal text. */
function decimalId(what: string): FieldRule<string> {
  const read = (value: JsonValue): string | null => readUint64(value)?.toString() ?? null
  return { expected: `${what}: a JSON integer or a decimal string`, read }
}

/** An integer between two bounds, both included. The default upper bound is 2^53 - 1. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): FieldRule<number> {
  const read = (value: JsonValue): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : null
  const range = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`
  return { expected: `a whole number${range}`, read }
}

/** One of the given words, in exactly this form. The problem of another text names the most similar word. */
export function oneOf<const Word extends string>(words: readonly Word[]): FieldRule<Word> {
  const expected = `one of ${words.join(', ')}`
  const read = (value: JsonValue, problems: JsonProblems): Word | null => {
    const word = words.find((one) => one === value) ?? null
    const meant = word === null && typeof value === 'string' ? nearestName(value, words) : null
    if (meant !== null) problems.add(JsonProblem.invalid(`${expected}; did you mean ${meant}?`))
    return word
  }
  return { expected, read }
}

/** A text that matches a pattern. */
export function textLike(form: RegExp, expected: string): FieldRule<string> {
  return parsedText((text) => (form.test(text) ? text : null), expected)
}

/** A text that represents a value. `parse` returns null for an invalid text. */
export function parsedText<Value>(parse: (text: string) => Value | null, expected: string): FieldRule<Value> {
  return { expected, read: (value) => (typeof value === 'string' ? parse(value) : null) }
}

/** A list of at most `max` elements. */
export function listOf<Value>(rule: FieldRule<Value>, max = Infinity): FieldRule<readonly Value[]> {
  const bound = max === Infinity ? '' : ` of at most ${max}`
  const read = (value: JsonValue, problems: JsonProblems): readonly Value[] | null => {
    if (!isJsonArray(value) || value.length > max) return null
    return readAll(rule, value.entries(), problems)?.map(([, element]) => element) ?? null
  }
  return { expected: `a list${bound}, each element ${rule.expected}`, read }
}

/** An object with arbitrary names and values of one kind. `isName` checks the names. */
export function tableOf<Value>(
  rule: FieldRule<Value>,
  expected: string,
  isName: (name: string) => boolean = () => true,
): FieldRule<ReadonlyMap<string, Value>> {
  const read = (value: JsonValue, problems: JsonProblems): ReadonlyMap<string, Value> | null => {
    if (!isJsonObject(value) || !Object.keys(value).every(isName)) return null
    const entries = readAll(rule, Object.entries(value), problems)
    return entries === null ? null : new Map(entries)
  }
  return { expected, read }
}

/** A nested object with these fields. */
export function objectOf<Rules extends FieldRules>(rules: Rules): FieldRule<FieldValues<Rules>> {
  return {
    expected: 'an object',
    read: (value, problems) => (isJsonObject(value) ? readFields(value, rules, problems) : null),
  }
}

function readAll<Segment extends string | number, Value>(
  rule: FieldRule<Value>,
  entries: Iterable<readonly [Segment, JsonValue]>,
  problems: JsonProblems,
): readonly (readonly [Segment, Value])[] | null {
  const before = problems.count
  const read: (readonly [Segment, Value])[] = []
  for (const [segment, value] of entries) {
    if (problems.isFull) return null
    const one = readInside(rule, segment, value, problems)
    if (one !== null) read.push([segment, one])
  }
  return problems.count > before ? null : read
}
