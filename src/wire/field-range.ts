import { ALL_CALLS, type Range } from '../calls.ts'
import { messageType, type Field } from './schema.ts'

let byField: ReadonlyMap<Field, Range> | null = null

/**
 * The range of a request's field that OpenD documents; null for one that takes every number of its kind. A number outside
 * would cost a subscription or a round trip before OpenD refuses it.
 */
export function rangeOf(field: Field): Range | null {
  byField ??= readRanges()
  return byField.get(field) ?? null
}

/** What a field with a range takes. */
export function describeRange([least, most]: Range): string {
  return most === null ? `an integer, ${least} or more` : `an integer from ${least} to ${most}`
}

function readRanges(): ReadonlyMap<Field, Range> {
  const found = new Map<Field, Range>()
  for (const { name, ranges = {} } of ALL_CALLS) {
    for (const [fieldName, range] of Object.entries(ranges)) {
      const field = messageType(`${name}.C2S`).byName.get(fieldName)
      if (field === undefined) throw new Error(`no ${fieldName} in ${name}`)
      found.set(field, range)
    }
  }
  return found
}
