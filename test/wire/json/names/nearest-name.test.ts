import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nearestName } from '../../../../src/wire/json/names/nearest-name.ts'

const KNOWN = [
  'market',
  'code',
  'security_list',
  'qty',
  'price',
  'acc_id',
  'filter_pl_ratio_min',
  'filter_pl_ratio_max',
]

for (const [given, expected] of [
  ['marke', 'market'],
  ['makret', 'market'],
  ['markett', 'market'],
  ['AccID', 'acc_id'],
  ['ACC-ID', 'acc_id'],
  ['secuirty_lists', 'security_list'],
  ['prise', 'price'],
  ['cod', 'code'],
  // Equally near: the first known name wins, so the answer does not change from call to call.
  ['filter_pl_ratio_mix', 'filter_pl_ratio_min'],
  ['quantity', null],
  ['xy', null],
  ['', null],
  ['__proto__', null],
] as const) {
  test(`the known name nearest to "${given}" is ${expected}`, () => {
    assert.equal(nearestName(given, KNOWN), expected)
  })
}

test('a name as long as a body is near to nothing', () => {
  assert.equal(nearestName('market'.repeat(40_000), KNOWN), null)
})

test('one slip in a known name always leads back to a name that is one slip away', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN), fc.nat(30), fc.constantFrom('drop', 'add', 'swap'), (name, place, slip) => {
      const at = place % (name.length - 1)
      const head = name.slice(0, at)
      const [first, second, rest] = [name.charAt(at), name.charAt(at + 1), name.slice(at + 2)]
      const mistyped =
        slip === 'drop'
          ? head + second + rest
          : slip === 'add'
            ? `${head}z${first}${second}${rest}`
            : head + second + first + rest
      const found = nearestName(mistyped, KNOWN)
      // The minimum and maximum of a range differ by two letters, so a slip there may be nearer to the other.
      assert.ok(found === name || (found?.startsWith('filter_pl_ratio_') && name.startsWith('filter_pl_ratio_')))
    }),
  )
})
