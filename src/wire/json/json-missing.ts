import { describeExpectation } from './json-expectation.ts'
import { jsonNameOf } from '../schema-row.ts'
import { JsonProblem, type JsonProblems } from './json-problem.ts'
import { isJsonObject, type JsonObject } from './json-text.ts'
import { REFUSED, type WireDraft, type WireValue } from './json-wire-value.ts'
import { messageType, type Field, type MessageType } from '../schema.ts'

const NO_FIELDS: readonly string[] = []

/**
 * Reports the missing required fields of a message, in the order of the field numbers. Those in `optional` (proto
 * names) may be missing.
 */
export function reportMissing(
  type: MessageType,
  message: Readonly<WireDraft>,
  problems: JsonProblems,
  optional: readonly string[] = NO_FIELDS,
): void {
  for (const field of type.fields) {
    if (field.rule !== 'required' || Object.hasOwn(message, field.name) || optional.includes(field.name)) continue
    problems.add(JsonProblem.missing(field.jsonName, describeExpectation(field)))
  }
}

/** Reports the first of the fields (proto names) as missing when the message has none of them. */
export function reportNoneOf(
  type: MessageType,
  message: Readonly<WireDraft>,
  problems: JsonProblems,
  names: readonly string[],
): void {
  const [first, ...others] = names
  if (first === undefined || names.some((name) => isGiven(message[name]))) return
  const name = jsonNameOf(first)
  const what = type.byName.get(first)?.rule === 'repeated' ? 'at least one entry' : name
  problems.add(JsonProblem.missing(name, [what, ...others.map(jsonNameOf)].join(' or ')))
}

/** Whether a value is set: an empty list, an empty text, the id 0 and false are not. */
export function isGiven(value: WireValue | undefined): value is WireValue {
  return (
    value !== undefined &&
    value !== '' &&
    value !== 0n &&
    value !== false &&
    !(Array.isArray(value) && value.length === 0)
  )
}

/**
 * Adds the trade header to the message after all members are read, and reports its missing fields. A field that the
 * message also has (`trd_market` of Trd_ModifyOrder) is copied to the header if the header does not have it. The path
 * of a missing field is in the header if the body has one, otherwise at the level of the flat fields. Without any
 * header field, the whole header is reported as missing.
 */
export function completeHeader(
  headerField: Field,
  object: JsonObject,
  message: WireDraft,
  header: WireDraft,
  problems: JsonProblems,
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
