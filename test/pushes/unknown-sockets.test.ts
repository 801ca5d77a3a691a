import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnknownSockets } from '../../src/pushes/unknown-sockets.ts'

/** Adds sockets as the gateway does: the one that must go is closed. Returns those that were closed, in order. */
function open(
  sockets: UnknownSockets,
  count: number,
  nameOf: (index: number) => readonly [id: string, network: string],
) {
  const closed: string[] = []
  for (let index = 0; index < count; index++) {
    const victim = sockets.add(...nameOf(index))
    if (victim === null) continue
    closed.push(victim)
    sockets.delete(victim)
  }
  return closed
}

test('a flood from one network closes its own oldest sockets, and a page from elsewhere stays', () => {
  const sockets = new UnknownSockets()
  assert.deepEqual(
    open(sockets, 1, () => ['page', '198.51.100.1']),
    [],
  )
  const closed = open(sockets, 1_000, (index) => [`f${index}`, '203.0.113.7'])
  assert.equal(closed.length, 1_000 - 32)
  assert.deepEqual(closed.slice(0, 2), ['f0', 'f1'])
})

test('a flood from many networks closes sockets of those that have many', () => {
  const sockets = new UnknownSockets()
  open(sockets, 1, () => ['page', '198.51.100.1'])
  const closed = open(sockets, 2_000, (index) => [`f${index}`, `203.0.113.${index % 20}`])
  assert.equal(closed.length, 2_000 - 255)
  assert.equal(closed.includes('page'), false)
})

test('when each comes from a network of its own the oldest goes, never the new one', () => {
  const sockets = new UnknownSockets()
  const closed = open(sockets, 258, (index) => [`f${index}`, `2001:db8:0:${index}::/64`])
  assert.deepEqual(closed, ['f0', 'f1'])
})

test('who says who it is, or leaves, makes room', () => {
  const sockets = new UnknownSockets()
  open(sockets, 32, (index) => [`f${index}`, '203.0.113.7'])
  sockets.delete('f5')
  sockets.delete('f5')
  assert.equal(sockets.add('next', '203.0.113.7'), null)
  assert.equal(sockets.add('one more', '203.0.113.7'), 'f0')
})
