import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_JSON_DEPTH, parseJsonText, type JsonValue } from '../../../src/wire/json/json-text.ts'

function parse(text: string): JsonValue {
  const parsed = parseJsonText(text)
  if (!parsed.ok) assert.fail(JSON.stringify(parsed.failure))
  return parsed.value
}

/** The sentence about a refused text. */
function complaint(text: string): string {
  const parsed = parseJsonText(text)
  if (parsed.ok) assert.fail(`accepted: ${text.slice(0, 80)}`)
  assert.equal(parsed.failure.code, 'request.malformed_json')
  return parsed.failure.code === 'request.malformed_json' ? parsed.failure.detail : ''
}

for (const [text, expected] of [
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['281756455988258911', 281756455988258911n],
  ['18446744073709551615', 18446744073709551615n],
  ['-9223372036854775808', -9223372036854775808n],
  ['12345678901234567.0', 12345678901234568],
  ['0.12345678901234567890', 0.12345678901234568],
  ['1e17', 1e17],
  ['1e999', Infinity],
  ['"281756455988258911"', '281756455988258911'],
  ['{"a":[281756455988258911,{"b":1}]}', { a: [281756455988258911n, { b: 1 }] }],
] as const) {
  test(`the number ${text} is read without loss`, () => assert.deepEqual(parse(text), expected))
}

test('an integer with more digits than any 64-bit one stays a double, however long it is', () => {
  assert.equal(parse('1'.repeat(21)), Number('1'.repeat(21)))
  assert.equal(parse('9'.repeat(262_144)), Infinity)
})

test('names of the prototype are plain data', () => {
  const value = parse('{"__proto__":{"polluted":9007199254740993},"constructor":1}')
  assert.deepEqual(Object.keys(value ?? {}), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal('polluted' in {}, false)
})

function nested(levels: number): string {
  return `${'['.repeat(levels - 1)}{"a":1}${']'.repeat(levels - 1)}`
}

test(`nesting of ${MAX_JSON_DEPTH} levels is read, one more is refused`, () => {
  assert.ok(parseJsonText(nested(MAX_JSON_DEPTH)).ok)
  assert.equal(complaint(nested(MAX_JSON_DEPTH + 1)), 'line 1 column 33: nested deeper than 32 levels')
})

test('brackets inside strings do not nest', () => {
  assert.equal(parse(JSON.stringify('[{"\\'.repeat(100))), '[{"\\'.repeat(100))
})

test('a body of brackets up to the size limit is refused cleanly', () => {
  for (const unit of ['[', '{"a":', '[{"a":']) {
    const text = unit.repeat(262_144 / unit.length)
    assert.match(complaint(text), /nested deeper than 32 levels/)
  }
})

for (const [text, expected] of [
  ['', 'line 1 column 1: expected a JSON value, but the text ends'],
  ['{"a":1', 'line 1 column 7: expected "," or "}", but the text ends'],
  ['{"a":1,}', 'line 1 column 8: expected a name in double quotes'],
  ["{'a':1}", 'line 1 column 2: expected a name in double quotes'],
  ['{a:1}', 'line 1 column 2: expected a name in double quotes'],
  ['{"a" 1}', 'line 1 column 6: expected ":"'],
  ['{\n  "qty": 100\n  "price": 300\n}', 'line 3 column 3: expected "," or "}"'],
  ['[1 2]', 'line 1 column 4: expected "," or "]"'],
  ['[1,]', 'line 1 column 4: expected a JSON value'],
  ['{"a":01}', 'line 1 column 7: expected "," or "}"'],
  ['{"a":NaN}', 'line 1 column 6: expected a JSON value'],
  ['{"a":tru}', 'line 1 column 6: expected true'],
  ['{"a":+1}', 'line 1 column 6: expected a JSON value'],
  ['{"a":1}{', 'line 1 column 8: expected the end of the text'],
  ['"ab', 'line 1 column 4: expected the closing quote of a string, but the text ends'],
  ['"a\nb"', 'line 1 column 3: a control character in a string must be escaped'],
  ['"\\x"', 'line 1 column 3: expected one of " \\ / b f n r t u after "\\"'],
  ['"\\u12g4"', 'line 1 column 4: expected four hexadecimal digits after "\\u"'],
  ['\ufeff{}', 'line 1 column 1: expected a JSON value'],
  ['{"a":1,"b":{"c":2,"c":3}}', 'line 1 column 19: the name "c" is given twice in one object'],
  ['{"a":1,"\\u0061":1}', 'line 1 column 9: a name must be written without escapes'],
  ['{"trd\\u005fenv" : 1}', 'line 1 column 6: a name must be written without escapes'],
  ['[{"\\"":1}]', 'line 1 column 4: a name must be written without escapes'],
  ['{"__proto__":1,"__proto__":2}', 'line 1 column 16: the name "__proto__" is given twice in one object'],
] as const) {
  test(`the text ${JSON.stringify(text)} is refused with its place`, () => assert.equal(complaint(text), expected))
}

test('escapes in values are read, whatever follows them', () => {
  assert.deepEqual(parse('{"a":"\\u0061\\":","b":["\\\\",":\\n"]}'), { a: 'a":', b: ['\\', ':\n'] })
})

test('a refusal never quotes a value of the body', () => {
  const secret = 'e10adc3949ba59abbe56e057f20f883e'
  for (const text of [`{"pwd_md5":${secret}}`, `{"pwd_md5":"${secret}`, `{"pwd_md5":"${secret}" "unlock":true}`]) {
    assert.ok(!complaint(text).includes(secret.slice(0, 4)))
  }
})

test('a very long repeated name is cut in the refusal', () => {
  const name = 'n'.repeat(100_000)
  assert.ok(complaint(`{"${name}":1,"${name}":2}`).length < 200)
})
