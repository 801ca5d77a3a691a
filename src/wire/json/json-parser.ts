import { shownName } from '../../base/shown-text.ts'
import type { JsonValue } from './json-text.ts'

/** The longest 64-bit integers: 18446744073709551615 and -9223372036854775808. Longer ones stay doubles. */
const MAX_INTEGER_CHARS = 20

/** Integers with up to this many digits are below 2^53 - 1 (9007199254740991, 16 digits), so they are exact. */
const MAX_SUMMED_DIGITS = 15

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const INTEGER = /^-?[0-9]+$/
const HEX_4 = /[0-9a-fA-F]{4}/y

const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const DOT = 0x2e
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const COLON = 0x3a
const UPPER_E = 0x45
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const LOWER_E = 0x65
const LOWER_F = 0x66
const LOWER_N = 0x6e
const LOWER_T = 0x74
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** The result of a `#read` method: undefined after a problem. No JSON value is undefined. */
type Maybe<Value> = Value | undefined

/**
 * Parses one text of RFC 8259 JSON, or finds the first error. The rules beyond the RFC are documented at
 * `parseJsonText`. `JSON.parse` is not used: of two members with one name it returns the last, it rounds long integers,
 * and it quotes the body in its errors, which may contain a trading password.
 */
export class JsonParser {
  readonly #text: string
  readonly #maxDepth: number
  /** Offset of the next character; after a problem, of the wrong character. */
  #at = 0
  #problem = ''

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** The value, or undefined when the text is refused; `problem` then describes why. */
  parse(): Maybe<JsonValue> {
    const value = this.#readValue(0)
    if (value === undefined) return undefined
    return this.#at < this.#text.length ? this.#fail('expected the end of the text') : value
  }

  /** The position and the reason of the error: `line 1 column 9: expected "," or "}"`. Columns count UTF-16 units. */
  problem(): string {
    let line = 1
    let lineStart = 0
    for (let at = this.#text.indexOf('\n'); at !== -1 && at < this.#at; at = this.#text.indexOf('\n', at + 1)) {
      line++
      lineStart = at + 1
    }
    return `line ${line} column ${this.#at - lineStart + 1}: ${this.#problem}`
  }

  /** Reads a value with the white space around it. */
  #readValue(depth: number): Maybe<JsonValue> {
    const value = this.#readBareValue(this.#peek(), depth)
    if (value !== undefined) this.#peek()
    return value
  }

  #readBareValue(first: number, depth: number): Maybe<JsonValue> {
    switch (first) {
      case QUOTE:
        return this.#readString()
      case OPEN_BRACE:
        return this.#enter(depth) ? this.#readObject(depth + 1) : undefined
      case OPEN_BRACKET:
        return this.#enter(depth) ? this.#readArray(depth + 1) : undefined
      case LOWER_T:
        return this.#readWord('true', true)
      case LOWER_F:
        return this.#readWord('false', false)
      case LOWER_N:
        return this.#readWord('null', null)
      default:
        return this.#readNumber()
    }
  }

  #enter(depth: number): boolean {
    if (depth >= this.#maxDepth) {
      this.#fail(`nested deeper than ${this.#maxDepth} levels`)
      return false
    }
    this.#at++
    return true
  }

  #readArray(depth: number): Maybe<JsonValue> {
    const list: JsonValue[] = []
    if (this.#peek() === CLOSE_BRACKET) return this.#end(list)
    for (;;) {
      const value = this.#readValue(depth)
      if (value === undefined) return undefined
      list.push(value)
      const next = this.#text.charCodeAt(this.#at)
      if (next === CLOSE_BRACKET) return this.#end(list)
      if (next !== COMMA) return this.#fail('expected "," or "]"')
      this.#at++
    }
  }

  #readObject(depth: number): Maybe<JsonValue> {
    const object: Record<string, JsonValue> = {}
    if (this.#peek() === CLOSE_BRACE) return this.#end(object)
    for (;;) {
      const name = this.#readName(object)
      if (name === undefined) return undefined
      const value = this.#readValue(depth)
      if (value === undefined) return undefined
      // Assigning `__proto__` would set the prototype.
      if (name === '__proto__') Object.defineProperty(object, name, { value, ...PLAIN_MEMBER })
      else object[name] = value
      const next = this.#text.charCodeAt(this.#at)
      if (next === CLOSE_BRACE) return this.#end(object)
      if (next !== COMMA) return this.#fail('expected "," or "}"')
      this.#at++
    }
  }

  #end<Value>(value: Value): Value {
    this.#at++
    return value
  }

  /** Reads a name that is new in the object, and the colon after it. */
  #readName(object: Readonly<Record<string, JsonValue>>): Maybe<string> {
    if (this.#peek() !== QUOTE) return this.#fail('expected a name in double quotes')
    const start = this.#at
    const escape = this.#skipString()
    if (escape === undefined) return undefined
    if (escape !== -1) return this.#fail('a name must be written without escapes', escape)
    const name = this.#text.slice(start + 1, this.#at - 1)
    if (Object.hasOwn(object, name)) {
      return this.#fail(`the name ${JSON.stringify(shownName(name))} is given twice in one object`, start)
    }
    if (this.#peek() !== COLON) return this.#fail('expected ":"')
    this.#at++
    return name
  }

  #readString(): Maybe<string> {
    const start = this.#at
    const escape = this.#skipString()
    if (escape === undefined) return undefined
    if (escape === -1) return this.#text.slice(start + 1, this.#at - 1)
    return String(JSON.parse(this.#text.slice(start, this.#at)))
  }

  /** Moves past the closing quote. Returns the offset of the first escape, or -1. */
  #skipString(): Maybe<number> {
    const text = this.#text
    let escape = -1
    for (let at = this.#at + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return escape
      }
      if (code === BACKSLASH) {
        if (escape === -1) escape = at
        this.#at = at + 1
        if (!this.#skipEscape()) return undefined
        at = this.#at - 1
      } else if (code < SPACE) return this.#fail('a control character in a string must be escaped', at)
      else if (at >= text.length) return this.#fail('expected the closing quote of a string', at)
    }
  }

  /** Moves past an escape whose backslash is read. */
  #skipEscape(): boolean {
    const char = this.#text.charAt(this.#at)
    if (char !== 'u' && (char === '' || !'"\\/bfnrt'.includes(char))) {
      this.#fail('expected one of " \\ / b f n r t u after "\\"')
      return false
    }
    this.#at++
    if (char !== 'u') return true
    HEX_4.lastIndex = this.#at
    if (!HEX_4.test(this.#text)) {
      this.#fail('expected four hexadecimal digits after "\\u"')
      return false
    }
    this.#at += 4
    return true
  }

  #readNumber(): Maybe<number | bigint> {
    const text = this.#text
    const start = this.#at
    let at = start
    let code = text.charCodeAt(at)
    // Fast path: most numbers are short unsigned integers. The expression reads all others.
    let sum = 0
    while (code >= DIGIT_0 && code <= DIGIT_9) {
      sum = sum * 10 + code - DIGIT_0
      code = text.charCodeAt(++at)
    }
    const digits = at - start
    const isPlain = code !== DOT && code !== LOWER_E && code !== UPPER_E
    if (isPlain && digits > 0 && digits <= MAX_SUMMED_DIGITS && (digits === 1 || text.charCodeAt(start) !== DIGIT_0)) {
      this.#at = at
      return sum
    }
    NUMBER.lastIndex = start
    if (!NUMBER.test(text)) return this.#fail('expected a JSON value')
    this.#at = NUMBER.lastIndex
    const source = text.slice(start, this.#at)
    const value = Number(source)
    if (Number.isSafeInteger(value) || source.length > MAX_INTEGER_CHARS || !INTEGER.test(source)) return value
    return BigInt(source)
  }

  #readWord<Value>(word: string, value: Value): Maybe<Value> {
    if (!this.#text.startsWith(word, this.#at)) return this.#fail(`expected ${word}`)
    this.#at += word.length
    return value
  }

  /** Skips white space and returns the code of the next character, NaN at the end. */
  #peek(): number {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) return code
      this.#at++
    }
  }

  #fail(problem: string, at = this.#at): undefined {
    this.#at = at
    this.#problem = at < this.#text.length ? problem : `${problem}, but the text ends`
    return undefined
  }
}

const PLAIN_MEMBER = { enumerable: true, configurable: true, writable: true } as const
