import { describeExpectation } from './json-expectation.ts'
import { jsonNameOf } from './json-name.ts'
import { Problem, type Problems } from './json-problem.ts'
import { isJsonObject, type JsonObject } from './json-text.ts'
import { REFUSED, type WireDraft, type WireValue } from './json-wire-value.ts'
import { messageType, type Field, type MessageType } from './schema.ts'

const NOTHING_OPTIONAL: readonly string[] = []

/**
 * Reports the required fields that a message lacks, in the order of the field numbers. The `optional` ones, by proto
 * name, it may lack.
 */
export function reportMissing(
  type: MessageType,
  message: Readonly<WireDraft>,
  problems: Problems,
  optional: readonly string[] = NOTHING_OPTIONAL,
): void {
  for (const field of type.fields) {
    if (field.rule !== 'required' || Object.hasOwn(message, field.name) || optional.includes(field.name)) continue
    problems.add(Problem.missing(field.jsonName, describeExpectation(field)))
  }
}

/** Reports the first of the fields of that proto name when the message gives not one of them. */
export function reportNoneOf(
  type: MessageType,
  message: Readonly<WireDraft>,
  problems: Problems,
  names: readonly string[],
): void {
  const [first, ...others] = names
  if (first === undefined || names.some((name) => isGiven(message[name]))) return
  const what = type.byName.get(first)?.rule === 'repeated' ? 'at least one entry' : 'it'
  const expected = [what, ...others.map((name) => `or ${jsonNameOf(name)}`)].join(' ')
  problems.add(Problem.missing(jsonNameOf(first), expected))
}

/** Whether a value gives something: an empty list, an empty text and the id 0 do not. */
export function isGiven(value: WireValue | undefined): value is WireValue {
  return value !== undefined && value !== '' && value !== 0n && !(Array.isArray(value) && value.length === 0)
}

/**
 * Puts the trade header into the message once all members are read, and reports what it still lacks. A field that
 * the message has too (`trd_market` of Trd_ModifyOrder) fills the header where the header lacks it. A missing field
 * is asked for in the header when the body has one, else beside the other flat ones, else the whole header is.
 */
export function settleHeader(
  headerField: Field,
  object: JsonObject,
  message: WireDraft,
  header: WireDraft,
  problems: Problems,
): void {
  const type = messageType(headerField.messageName ?? '')
  for (const { name } of type.fields) {
    const own = message[name]
    if (own !== undefined && !Object.hasOwn(header, name)) header[name] = own
  }
  const given = object[headerField.name] ?? null
  if (given === null && Object.keys(header).length === 0) return
  const isRefused = given !== null && !isJsonObject(given)
  message[headerField.name] = isRefused ? REFUSED : header
  if (isRefused) return
  const before = problems.count
  reportMissing(type, header, problems)
  if (given !== null) problems.moveUnder(headerField.jsonName, before)
}
