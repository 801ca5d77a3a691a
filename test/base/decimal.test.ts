import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimalOf, excess, isMore, larger, plusPercent, powerOfTen, product, sum } from '../../src/base/decimal.ts'
import type { Decimal } from '../../src/base/decimal.ts'
import { capOf, moneyAtLeast, moneyText } from '../../src/base/money.ts'

const double = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })

test('every double becomes the decimal that it prints as', () => {
  fc.assert(
    fc.property(double, (value) => {
      const { digits, scale } = read(value)
      assert.ok(scale >= 0)
      assert.equal(Number(`${digits}e-${scale}`), value)
    }),
  )
})

test('what is no amount is not read', () => {
  for (const value of [Number.NaN, Infinity, -Infinity, -1, -1e-300]) {
    assert.equal(decimalOf(value), null)
    assert.equal(capOf(value), null)
  }
  assert.deepEqual(decimalOf(-0), { digits: 0n, scale: 0 })
})

test('a tenth and two tenths are three tenths', () => {
  assert.equal(isMore(sum(read(0.1), read(0.2)), read(0.3)), false)
  assert.equal(isMore(read(0.3), sum(read(0.1), read(0.2))), false)
  assert.equal(moneyAtLeast(product(read(1.1), read(3))), capOf(3.3))
})

test('sums, products and shares are exact for all doubles', () => {
  fc.assert(
    fc.property(double, double, (first, second) => {
      const [a, b] = [read(first), read(second)]
      // Everything as whole numbers of one fine unit.
      const unit = a.scale + b.scale + 2
      const whole = ({ digits, scale }: Decimal): bigint => digits * powerOfTen(unit - scale)
      assert.equal(whole(sum(a, b)), whole(a) + whole(b))
      assert.equal(whole(product(a, b)), a.digits * b.digits * 100n)
      assert.equal(whole(plusPercent(a, b)), whole(a) + a.digits * b.digits)
      const difference = whole(a) - whole(b)
      assert.equal(whole(excess(a, b)), difference > 0n ? difference : 0n)
      assert.equal(whole(larger(a, b)), difference > 0n ? whole(a) : whole(b))
    }),
  )
})

test('a value is never rounded under a cap, and a cap on the grid is met exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.nat({ max: 20 }), (digits, scale) => {
      const value = moneyAtLeast({ digits, scale })
      const exact = digits * powerOfTen(20 - scale)
      const unit = powerOfTen(11)
      assert.ok(value * unit >= exact && (value - 1n) * unit < exact)
    }),
  )
  assert.equal(capOf(0.0000000019), 1n)
  assert.equal(moneyAtLeast(read(0.0000000011)), 2n)
  assert.equal(moneyAtLeast(read(1e21)), capOf(1e21))
})

test('amounts are written in full, with at least two decimals', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.00'],
    [27_000, '27000.00'],
    [0.5, '0.50'],
    [1.005, '1.005'],
    [0.000000001, '0.000000001'],
    [123_456_789.123, '123456789.123'],
  ]
  for (const [amount, text] of cases) assert.equal(moneyText(capOf(amount) ?? -1n), text)
})

function read(value: number): Decimal {
  const decimal = decimalOf(value)
  assert.ok(decimal !== null)
  return decimal
}
