import { fail, succeed, type Failed, type Success } from '../../base/result.ts'
import { JsonParser } from './json-parser.ts'

/**
 * A JSON value without loss: an integer beyond the precision of a double is a bigint, every other number a number.
 * Object members are own properties, so read them with `Object.entries` or `Object.hasOwn`, not by plain access.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject

/** An object of a parsed text. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/**
 * Maximum nesting of arrays and objects in a body. The deepest request of the schema has 8 levels, and `c2s` adds one.
 * The bound limits the recursion of the parser.
 */
export const MAX_JSON_DEPTH = 32

/**
 * Parses a request body. Integers over 2^53 - 1 keep their value and names like `__proto__` are plain data. Stricter
 * than JSON in two points, both about names:
 *
 * - An object may not contain a name twice. Parsers differ in which of the two they use, so a filter in front of the
 *   gateway could accept an order that the gateway then reads differently.
 * - A name may not contain escapes. No field needs one, and an escape could hide a name from a filter.
 *
 * Fails with `request.malformed_json`. Its detail has the position and the reason, and quotes only a repeated name.
 * Object members are in order, except that names which are array indices come first, as always in JavaScript.
 */
export function parseJsonText(text: string): Success<JsonValue> | Failed {
  const parser = new JsonParser(text, MAX_JSON_DEPTH)
  const value = parser.parse()
  return value === undefined ? fail({ code: 'request.malformed_json', detail: parser.problem() }) : succeed(value)
}

/** Whether a parsed value is an object. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a parsed value is an array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
