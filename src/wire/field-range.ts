import { ALL_CALLS, type Range } from '../calls.ts'
import { messageType, type Field } from './schema.ts'

let byField: ReadonlyMap<Field, Range> | null = null

/**
 * The documented range of a request field; null for a field without one. A number out of range would cost a
 * subscription or a round trip before OpenD refuses it.
 */
export function rangeOf(field: Field): Range | null {
  byField ??= readRanges()
  return byField.get(field) ?? null
}

/** The expected value of a field with a range. */
export function describeRange([least, most]: Range): string {
  return most === null ? `an integer, ${least} or more` : `an integer from ${least} to ${most}`
}

function readRanges(): ReadonlyMap<Field, Range> {
  const found = new Map<Field, Range>()
  for (const { name, ranges = {} } of ALL_CALLS) {
    for (const [fieldName, range] of Object.entries(ranges)) {
      const field = messageType(`${name}.C2S`).byName.get(fieldName)
      if (field === undefined) throw new Error(`the schema has no ${fieldName} in ${name}`)
      found.set(field, range)
    }
  }
  return found
}
