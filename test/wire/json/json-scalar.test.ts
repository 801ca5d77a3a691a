import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkScalar } from '../../../src/wire/json/json-scalar.ts'
import type { JsonValue } from '../../../src/wire/json/json-text.ts'
import type { WireScalar } from '../../../src/wire/json/json-wire-value.ts'
import type { Field, ScalarKind } from '../../../src/wire/schema.ts'

function fieldOf(kind: ScalarKind): Field {
  return { name: 'x', jsonName: 'x', number: 1, rule: 'optional', kind, messageName: null, enumName: null }
}

const CASES: Readonly<
  Record<ScalarKind, { accepted: readonly (readonly [JsonValue, WireScalar])[]; refused: readonly JsonValue[] }>
> = {
  int32: {
    accepted: [
      [0, 0],
      [-0, 0],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [-(2 ** 31), -(2 ** 31)],
    ],
    refused: [2 ** 31, -(2 ** 31) - 1, 1.5, 1e300, Infinity, 9007199254740993n, '1', '', true, null, [], {}, [1]],
  },
  uint32: {
    accepted: [
      [0, 0],
      [2 ** 32 - 1, 2 ** 32 - 1],
    ],
    refused: [-1, 2 ** 32, 0.5, '1', false, null],
  },
  int64: {
    accepted: [
      [0, 0n],
      [-0, 0n],
      [-5, -5n],
      [Number.MAX_SAFE_INTEGER, 9007199254740991n],
      [9007199254740993n, 9007199254740993n],
      ['9223372036854775807', 2n ** 63n - 1n],
      ['-9223372036854775808', -(2n ** 63n)],
      ['-0', 0n],
    ],
    refused: [
      '9223372036854775808',
      '-9223372036854775809',
      2n ** 63n,
      2 ** 53, // a double that lost the digits it may have had
      1e17,
      1.5,
      '1.0',
      '1e3',
      '+1',
      ' 1',
      '1 ',
      '01',
      '0x10',
      '1n',
      '-',
      '',
      '9'.repeat(200_000),
      true,
      null,
      [],
      {},
    ],
  },
  uint64: {
    accepted: [
      ['18446744073709551615', 2n ** 64n - 1n],
      [18446744073709551615n, 2n ** 64n - 1n],
      ['281756455988258911', 281756455988258911n],
      [1, 1n],
    ],
    refused: [-1, '-1', '18446744073709551616', 2n ** 64n, Infinity, null],
  },
  double: {
    accepted: [
      [300, 300],
      [0.1, 0.1],
      [-1.5e300, -1.5e300],
      [9007199254740993n, 9007199254740992],
    ],
    refused: [Infinity, -Infinity, '300', '', true, null, [1], {}],
  },
  float: { accepted: [[1.5, 1.5]], refused: [1e39, -1e39, Infinity, '1', null] },
  bool: {
    accepted: [
      [true, true],
      [false, false],
    ],
    refused: [0, 1, 'true', '', null, [], {}],
  },
  string: {
    accepted: [
      ['', ''],
      ['腾讯控股 😀', '腾讯控股 😀'],
    ],
    refused: ['\ud83d', 'x\udc00', 700, true, null, ['00700'], {}],
  },
  bytes: {
    accepted: [
      ['', new Uint8Array()],
      ['AP8Q', Uint8Array.of(0, 255, 16)],
    ],
    refused: ['AP8', 'AP8Q\n', 'AP_Q', 0, null, [0, 255, 16]],
  },
}

for (const [kind, { accepted, refused }] of Object.entries(CASES)) {
  const field = fieldOf(kind as ScalarKind)
  test(`${kind}: what it takes becomes the encoder's value, exactly`, () => {
    for (const [given, expected] of accepted) assert.deepEqual(checkScalar(field, given), expected)
  })
  test(`${kind}: nothing else is taken, converted or cut`, () => {
    for (const given of refused) assert.equal(checkScalar(field, given), null)
  })
}

test('an enum field takes numbers and names, never another type', () => {
  const field: Field = { ...fieldOf('int32'), enumName: 'Trd_Common.TrdSide' }
  assert.equal(checkScalar(field, 'buy'), 1)
  for (const given of [true, null, 1n, [1], { value: 1 }, 5, 'hold']) assert.equal(checkScalar(field, given), null)
})
