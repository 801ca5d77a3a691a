import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RouteOrder } from '../../../src/gateway/link/route-order.ts'
import { STABLE_LINK_MS } from '../../../src/gateway/link/timing.ts'
import { plainRoute } from './plain-route.ts'

function orderOf(count: number): RouteOrder {
  const [first, ...others] = Array.from({ length: count }, () => plainRoute())
  return new RouteOrder([first ?? plainRoute(), ...others])
}

test('the ways are tried in their order, and a round ends after the last', () => {
  const order = orderOf(3)
  const tried = [order.index]
  const rounds = [1, 2, 3, 4].map(() => {
    const isRoundOver = order.failed(null)
    tried.push(order.index)
    return isRoundOver
  })
  assert.deepEqual(tried, [0, 1, 2, 0, 1])
  assert.deepEqual(rounds, [false, false, true, false])
})

test('a link that was up for a while is tried again where it was', () => {
  const order = orderOf(2)
  order.failed(null)
  assert.equal(order.index, 1)
  assert.equal(order.failed(STABLE_LINK_MS), true)
  assert.equal(order.index, 1, 'a short interruption does not change the way')
  assert.equal(order.failed(null), false)
  assert.equal(order.index, 0)
})

test('a link that comes up and breaks at once counts as a failure', () => {
  const order = orderOf(2)
  order.failed(STABLE_LINK_MS - 1)
  assert.equal(order.index, 1)
})

test('whatever breaks, each way is tried within as many failures as there are ways', () => {
  const upMs = fc.constantFrom(null, 0, STABLE_LINK_MS - 1)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(upMs, { maxLength: 20 }), (count, before) => {
      const order = orderOf(count)
      for (const one of before) order.failed(one)
      const tried = new Set<number>()
      for (let i = 0; i < count; i++) {
        tried.add(order.index)
        order.failed(null)
      }
      assert.equal(tried.size, count)
    }),
  )
})
