import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isJsonArray, isJsonObject, parseJsonText, type JsonValue } from '../../../src/wire/json/json-text.ts'

/** A JSON text as it is written: members in a list, so that a name can stand twice, and numbers as their own text. */
type Written =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly elements: readonly Written[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Written])[] }

const NUMBERS = ['0', '-0', '7', '-1.50', '1e3', '2E-2', '0.1e+2', '9007199254740993', '-9223372036854775808', '1e999']

const numberText = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
)

/** Any UTF-16 text, lone surrogates too, bare or with escapes. */
const stringText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\ud800"', '"\\ud800\\u0041"', '"\\/\\b\\n\\""', '"\ud83d\\ude00"', '":,{[]}"', '""'),
)

const scalar = fc
  .oneof(numberText, stringText, fc.constantFrom('true', 'false', 'null'))
  .map((text): Written => ({ kind: 'scalar', text }))

const memberName = fc.constantFrom(
  'a',
  'b',
  'c',
  '',
  ' ',
  '__proto__',
  'constructor',
  '0',
  '1',
  '\u00e9',
  '\u2028',
  ':',
)

const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('written'), { maxLength: 4 }).map((elements): Written => ({ kind: 'array', elements })),
    fc
      .array(fc.tuple(memberName, tie('written')), { maxLength: 4 })
      .map((members): Written => ({ kind: 'object', members })),
  ),
}))

const SPACES = ['', '', '', ' ', '\n', '\r\n\t ']

/** The text of it, with white space of `seed`'s choice around every token. */
function render(value: Written, seed: number): string {
  let turn = seed
  const space = (): string => SPACES[turn++ % SPACES.length] ?? ''
  const list = (open: string, items: readonly string[], close: string): string =>
    `${open}${items.length === 0 ? space() : items.join(',')}${close}`
  const textOf = (one: Written): string => {
    if (one.kind === 'scalar') return space() + one.text + space()
    if (one.kind === 'array') return space() + list('[', one.elements.map(textOf), ']') + space()
    const members = one.members.map(([name, member]) => `${space()}${JSON.stringify(name)}${space()}:${textOf(member)}`)
    return space() + list('{', members, '}') + space()
  }
  return textOf(value)
}

function repeatsName(value: Written): boolean {
  if (value.kind === 'scalar') return false
  if (value.kind === 'array') return value.elements.some(repeatsName)
  const names = value.members.map(([name]) => name)
  return new Set(names).size < names.length || value.members.some(([, member]) => repeatsName(member))
}

/** The value as the engine reads it: integers as doubles. */
function withoutBigints(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (isJsonArray(value)) return value.map(withoutBigints)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutBigints(member)]))
}

test('a text is read as the engine reads it, unless an object gives a name twice: then it is refused', () => {
  let refused = 0
  fc.assert(
    fc.property(written, fc.nat(), (value, seed) => {
      const text = render(value, seed)
      const parsed = parseJsonText(text)
      if (repeatsName(value)) {
        refused++
        assert.ok(!parsed.ok && parsed.failure.code === 'request.malformed_json')
        assert.match(parsed.failure.detail, /given twice in one object$/)
      } else {
        assert.ok(parsed.ok, text)
        assert.deepEqual(withoutBigints(parsed.value), JSON.parse(text))
      }
    }),
    { numRuns: 3000 },
  )
  assert.ok(refused > 100)
})

test('a 64-bit integer keeps every digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (integer) => {
      const parsed = parseJsonText(`[${integer}]`)
      assert.ok(parsed.ok && isJsonArray(parsed.value))
      const [value] = parsed.value
      assert.ok(typeof value === 'bigint' || typeof value === 'number')
      assert.equal(String(value), String(integer))
    }),
  )
})

const EDIT_CHARS = '{}[]",:0123456789eE+-.\\/truefalsn u\n\t\u0001\u00e9'.split('')

/** JSON with a few characters dropped, put in or copied: mostly broken, sometimes still right. */
const editedText = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('drop', 'add', 'copy'), fc.constantFrom(...EDIT_CHARS)), {
      maxLength: 3,
    }),
  )
  .map(([json, edits]) => {
    let text = json
    for (const [place, edit, char] of edits) {
      const at = place % (text.length + 1)
      const rest = text.slice(edit === 'drop' ? at + 1 : at)
      const put = edit === 'add' ? char : edit === 'copy' ? text.slice(at, at + 8) : ''
      text = text.slice(0, at) + put + rest
    }
    return text
  })

test('an edited text is refused with its place where the engine refuses it, and read alike where both accept it', () => {
  fc.assert(
    fc.property(editedText, (text) => {
      const byEngine = engineReading(text)
      const parsed = parseJsonText(text)
      if (parsed.ok) {
        assert.ok(byEngine !== null)
        assert.deepEqual(withoutBigints(parsed.value), byEngine.value)
        return
      }
      assert.ok(parsed.failure.code === 'request.malformed_json')
      assert.match(parsed.failure.detail, /^line [1-9]\d* column [1-9]\d*: ./)
      if (byEngine !== null) assert.match(parsed.failure.detail, /given twice|nested deeper|without escapes/)
    }),
    { numRuns: 3000 },
  )
})

/** What the engine's own parser makes of a text; null when it refuses. */
function engineReading(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}
