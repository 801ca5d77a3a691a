import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BoundedMap } from '../../../src/base/collections/bounded-map.ts'

test('the entry that was set longest ago makes room; reading renews nothing, setting does', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.deepEqual(
    [...map],
    [
      ['b', 2],
      ['c', 3],
    ],
  )
  map.set('b', 4)
  map.set('d', 5)
  assert.deepEqual(
    [...map],
    [
      ['b', 4],
      ['d', 5],
    ],
  )
})

test('setting a key that is there pushes nothing out', () => {
  const map = new BoundedMap<string, number>(2)
  for (const key of ['a', 'b', 'a', 'b', 'a']) map.set(key, 0)
  assert.equal(map.size, 2)
})

test('a missing value is made once, and a value of undefined is a value', () => {
  const map = new BoundedMap<string, number | undefined>(2)
  let made = 0
  const make = (): undefined => void made++
  assert.equal(map.getOrSet('a', make), undefined)
  assert.equal(map.getOrSet('a', make), undefined)
  assert.equal(made, 1)
  assert.equal(
    map.getOrSet('b', () => 7),
    7,
  )
  assert.equal(
    map.getOrSet('b', () => 8),
    7,
  )
})

test('it is the newest part of a map without a bound', () => {
  const step = fc.tuple(fc.constantFrom('set', 'delete', 'clear', 'make'), fc.nat(9), fc.nat())
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (most, steps) => {
      const map = new BoundedMap<number, number>(most)
      let model: [number, number][] = []
      const put = (key: number, value: number): void => {
        model = [...model.filter(([other]) => other !== key), [key, value] as [number, number]].slice(-most)
      }
      for (const [action, key, value] of steps) {
        const known = model.find(([other]) => other === key)
        if (action === 'set') map.set(key, value)
        if (action === 'set' || (action === 'make' && known === undefined)) put(key, value)
        if (action === 'make')
          assert.equal(
            map.getOrSet(key, () => value),
            known?.[1] ?? value,
          )
        if (action === 'delete') assert.equal(map.delete(key), known !== undefined)
        if (action === 'delete') model = model.filter(([other]) => other !== key)
        if (action === 'clear') map.clear()
        if (action === 'clear') model = []
        assert.deepEqual([...map], model)
        assert.equal(
          map.has(key),
          model.some(([other]) => other === key),
        )
      }
    }),
  )
})
