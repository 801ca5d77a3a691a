import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exitPriceOf, LEG_KINDS, onStep } from '../../../src/orders/exits/exit-price.ts'

test('an exit is on the price step, on its side of the fill, and not further away than wanted', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LEG_KINDS),
      fc.boolean(),
      fc.constantFrom(0.001, 0.01, 0.05, 0.2, 1),
      fc.integer({ min: 200, max: 100_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      (kind, isLong, step, steps, hundredths) => {
        const fill = onStep(steps * step, step, 'up')
        const percent = hundredths / 100
        const price = exitPriceOf({ kind: 'percent', percent }, kind, { isLong, fill, step })
        assert.ok(price !== null)
        assert.ok(Math.abs(price / step - Math.round(price / step)) < 1e-6, `${price} is not on ${step}`)
        const isAbove = isLong === (kind === 'take_profit')
        const distance = (isAbove ? price - fill : fill - price) / fill
        assert.ok(distance >= -1e-9 && distance <= percent / 100 + 1e-9, `${price} is ${distance} from ${fill}`)
      },
    ),
  )
})

test('without a step, a price is not rounded, and ticks give none; a distance beyond the price gives none', () => {
  const at = { isLong: true, fill: 10, step: null }
  assert.equal(exitPriceOf({ kind: 'price', price: 9.995 }, 'stop_loss', at), 9.995)
  assert.equal(exitPriceOf({ kind: 'ticks', ticks: 3 }, 'stop_loss', at), null)
  assert.equal(exitPriceOf({ kind: 'ticks', ticks: 3_000 }, 'stop_loss', { ...at, step: 0.01 }), null)
})
