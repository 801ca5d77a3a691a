import { fail, succeed, type Failed, type Success } from '../base/result.ts'
import { JsonParser } from './json-parser.ts'

/**
 * A JSON value without loss: an integer that a double cannot hold is a bigint, every other number a number. Object
 * members are own properties only, so read them with `Object.entries` or `Object.hasOwn`, never by bare look-up.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject

/** An object of a parsed text. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/**
 * Levels of arrays and objects a body may nest. The deepest request of the schema has 8 and `c2s` adds one. The
 * bound stops bodies made of brackets, which would otherwise choose the depth of our recursion.
 */
export const MAX_JSON_DEPTH = 32

/**
 * Parses a request body. Integers over 2^53 - 1 keep their value and names like `__proto__` are plain data. Stricter
 * than JSON in two points, both about names:
 *
 * - One object may not give a name twice. Readers disagree on which of the two counts, so a filter in front of us
 *   could pass an order that we then read differently.
 * - A name may not use escapes. No field needs one, and they too hide a name from a filter.
 *
 * Fails with `request.malformed_json`, which says where and why and quotes nothing of the body but a repeated name.
 * Object members keep their order, except that names which are array indices come first, as everywhere in JavaScript.
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
