import { shownName } from '../base/shown-text.ts'

/**
 * Says in a sentence why a text is not acceptable JSON: `line 1 column 9: expected "," or "}"`. Runs only after the
 * engine's parser or the shape check refused the text, so it may be slow; the engine's own words are not used because
 * they quote the body, which can hold a trading password. Columns count UTF-16 units from 1.
 */
export function diagnoseJson(text: string, maxDepth: number): string {
  const reader = new Reader(text, maxDepth)
  reader.readText()
  const { line, column } = positionOf(text, reader.at)
  return `line ${line} column ${column}: ${reader.problem ?? 'not valid JSON'}`
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: offset - lineStart + 1 }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const HEX_4 = /[0-9a-fA-F]{4}/y

/** Reads RFC 8259 JSON up to the first problem. Every `read` method returns whether all was well so far. */
class Reader {
  /** Offset of the next character to read; after a problem, of the character that is wrong. */
  at = 0
  problem: string | null = null
  readonly #text: string
  readonly #maxDepth: number

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  readText(): void {
    if (this.#readValue(0) && this.at < this.#text.length) this.#fail('expected the end of the text')
  }

  /** Reads a value and the white space on both sides of it. */
  #readValue(depth: number): boolean {
    this.#skipSpace()
    if (!this.#readBareValue(depth)) return false
    this.#skipSpace()
    return true
  }

  #readBareValue(depth: number): boolean {
    switch (this.#text[this.at]) {
      case '{':
        return this.#enter(depth) && this.#readObject(depth + 1)
      case '[':
        return this.#enter(depth) && this.#readArray(depth + 1)
      case '"':
        return this.#readString()
      case 't':
        return this.#skip('true') || this.#fail('expected true')
      case 'f':
        return this.#skip('false') || this.#fail('expected false')
      case 'n':
        return this.#skip('null') || this.#fail('expected null')
      default:
        return this.#match(NUMBER) || this.#fail('expected a JSON value')
    }
  }

  #enter(depth: number): boolean {
    if (depth >= this.#maxDepth) return this.#fail(`nested deeper than ${this.#maxDepth} levels`)
    this.at++
    return true
  }

  #readArray(depth: number): boolean {
    this.#skipSpace()
    if (this.#skip(']')) return true
    for (;;) {
      if (!this.#readValue(depth)) return false
      if (this.#skip(']')) return true
      if (!this.#skip(',')) return this.#fail('expected "," or "]"')
    }
  }

  #readObject(depth: number): boolean {
    const names = new Set<string>()
    this.#skipSpace()
    if (this.#skip('}')) return true
    for (;;) {
      if (!this.#readName(names) || !this.#readValue(depth)) return false
      if (this.#skip('}')) return true
      if (!this.#skip(',')) return this.#fail('expected "," or "}"')
    }
  }

  #readName(names: Set<string>): boolean {
    this.#skipSpace()
    const start = this.at
    if (this.#text[start] !== '"') return this.#fail('expected a name in double quotes')
    if (!this.#readString()) return false
    const name = this.#text.slice(start + 1, this.at - 1)
    const escape = name.indexOf('\\')
    if (escape !== -1) {
      this.at = start + 1 + escape
      return this.#fail('a name must be written without escapes')
    }
    if (names.has(name)) {
      this.at = start
      return this.#fail(`the name ${JSON.stringify(shownName(name))} is given twice in one object`)
    }
    names.add(name)
    this.#skipSpace()
    return this.#skip(':') || this.#fail('expected ":"')
  }

  #readString(): boolean {
    for (this.at++; this.at < this.#text.length; this.at++) {
      const char = this.#text.charAt(this.at)
      if (char === '"') return this.#skip('"')
      if (char < ' ') return this.#fail('a control character in a string must be escaped')
      if (char === '\\' && !this.#readEscape()) return false
    }
    return this.#fail('expected the closing quote of a string')
  }

  /** Reads an escape but for its last character. */
  #readEscape(): boolean {
    this.at++
    const char = this.#text.charAt(this.at)
    if (char !== '' && '"\\/bfnrt'.includes(char)) return true
    if (char !== 'u') return this.#fail('expected one of " \\ / b f n r t u after "\\"')
    this.at++
    if (!this.#match(HEX_4)) return this.#fail('expected four hexadecimal digits after "\\u"')
    this.at--
    return true
  }

  #skip(word: string): boolean {
    if (!this.#text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text.charAt(this.at)) && this.at < this.#text.length) this.at++
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.#text)) return false
    this.at = pattern.lastIndex
    return true
  }

  #fail(problem: string): false {
    this.problem = this.at < this.#text.length ? problem : `${problem}, but the text ends`
    return false
  }
}
