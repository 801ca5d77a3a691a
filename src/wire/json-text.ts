import { fail, succeed, type Failed, type Success } from '../base/result.ts'
import { diagnoseJson } from './json-diagnosis.ts'

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

/** A run of so many digits can stand for an integer over 2^53 - 1 (9007199254740991, 16 digits). */
const LONG_RUN_DIGITS = 16

/** The longest 64-bit integers: 18446744073709551615 and -9223372036854775808. Longer ones stay doubles. */
const MAX_INTEGER_CHARS = 20

const INTEGER = /^-?\d+$/

/**
 * Parses a request body. Integers over 2^53 - 1 keep their value and names like `__proto__` are plain data. Stricter
 * than JSON in two points, both about names:
 *
 * - One object may not give a name twice. Readers disagree on which of the two counts, so a filter in front of us
 *   could pass an order that we then read differently.
 * - A name may not use escapes. No field needs one, they too hide a name from a filter, and V8 misreads some of them
 *   (https://crbug.com/521080746).
 *
 * Fails with `request.malformed_json`, which says where and why and quotes nothing of the body but a repeated name.
 * Object members keep their order, except that names which are array indices come first, as everywhere in JavaScript.
 */
export function parseJsonText(text: string): Success<JsonValue> | Failed {
  const shape = scan(text)
  if (shape.depth > MAX_JSON_DEPTH || hasEscapedName(text)) return malformed(text)
  let value: JsonValue
  try {
    value = shape.hasLongNumber ? JSON.parse(text, keepInteger) : JSON.parse(text)
  } catch {
    return malformed(text)
  }
  // The engine keeps the last of two members with one name, so a repeated name shows as a member too few.
  return countMembers(value) === shape.members ? succeed(value) : malformed(text)
}

/** Whether a parsed value is an object. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a parsed value is an array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function malformed(text: string): Failed {
  return fail({ code: 'request.malformed_json', detail: diagnoseJson(text, MAX_JSON_DEPTH) })
}

interface Shape {
  /** Deepest nesting, or the first depth over the bound. */
  readonly depth: number
  /** Name-value pairs as written. */
  readonly members: number
  readonly hasLongNumber: boolean
}

const QUOTE = 0x22
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * One look at the text before the engine's parser: what it nests, how many members it writes, and whether a number
 * is so long that the slower, lossless parse is needed. Says nothing of use about a text that is no JSON.
 */
function scan(text: string): Shape {
  let depth = 0
  let deepest = 0
  let members = 0
  let digits = 0
  let hasLongNumber = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= DIGIT_0 && code <= DIGIT_9) {
      if (++digits === LONG_RUN_DIGITS) hasLongNumber = true
      continue
    }
    digits = 0
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COLON) members++
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth > deepest) deepest = depth
      if (deepest > MAX_JSON_DEPTH) break
    }
  }
  return { depth: deepest, members, hasLongNumber }
}

/** What follows a string that is a name. */
const NAME_END = /[ \t\n\r]*:/y

/** Whether some name is written with a backslash. */
function hasEscapedName(text: string): boolean {
  if (!text.includes('\\')) return false
  for (let start = text.indexOf('"'); start !== -1;) {
    const end = endOfString(text, start)
    NAME_END.lastIndex = end + 1
    if (NAME_END.test(text) && text.slice(start, end).includes('\\')) return true
    start = text.indexOf('"', end + 1)
  }
  return false
}

/** Index of the quote that ends the string which starts at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) break
  }
  return at
}

/**
 * A reviver that reads long integers from their source text. TypeScript's library does not have the third argument
 * yet; Node 24 and workerd do. Without it such a number stays an inexact double, which the 64-bit check refuses.
 */
function keepInteger(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  if (source === undefined || source.length > MAX_INTEGER_CHARS || !INTEGER.test(source)) return value
  return BigInt(source)
}

function countMembers(value: JsonValue): number {
  let members = 0
  if (isJsonArray(value)) {
    for (const element of value) members += countMembers(element)
  } else if (isJsonObject(value)) {
    for (const member of Object.values(value)) members += 1 + countMembers(member)
  }
  return members
}
