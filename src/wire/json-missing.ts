import { Problem } from './json-problem.ts'
import { describeExpectation } from './json-expectation.ts'
import type { JsonObject } from './json-text.ts'
import type { WireDraft } from './json-wire-value.ts'
import { messageType, type Field, type MessageType } from './schema.ts'

const NOTHING_OPTIONAL: readonly string[] = []

/**
 * The first required field, in the order of the field numbers, that a message lacks. The `optional` ones, by proto
 * name, it may lack.
 */
export function findMissing(
  type: MessageType,
  message: Readonly<WireDraft>,
  optional: readonly string[] = NOTHING_OPTIONAL,
): Problem | null {
  for (const field of type.fields) {
    if (field.rule !== 'required' || Object.hasOwn(message, field.name) || optional.includes(field.name)) continue
    return Problem.missing(field.jsonName, describeExpectation(field))
  }
  return null
}

/**
 * Puts the trade header into the message once all members are read, and returns what it still lacks. A field that
 * the message has too (`trd_market` of Trd_ModifyOrder) fills the header where the header lacks it. A missing field
 * is asked for in the header when the body has one, else beside the other flat ones, else the whole header is.
 */
export function completeHeader(
  headerField: Field,
  object: JsonObject,
  message: WireDraft,
  header: WireDraft,
): Problem | null {
  const type = messageType(headerField.messageName ?? '')
  for (const { name } of type.fields) {
    const own = message[name]
    if (own !== undefined && !Object.hasOwn(header, name)) header[name] = own
  }
  const isGiven = Object.hasOwn(object, headerField.name) && object[headerField.name] !== null
  if (!isGiven && Object.keys(header).length === 0) return null
  message[headerField.name] = header
  const missing = findMissing(type, header)
  return isGiven ? (missing?.under(headerField.jsonName) ?? null) : missing
}
