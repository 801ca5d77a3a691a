import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubRig } from './hub-rig.ts'
import { kLine, order, quote, tick } from './sample-pushes.ts'

const QUOTE = '1:1_00700'
const TICKS = '4:1_00700'
const BARS = '11:1_00700:1'
const ORDERS = 'orders:281756'

test('a quiet client gets a push at once; then values replace each other, ticks do not, until the next bundle', () => {
  const rig = new HubRig()
  rig.add('a')
  rig.set('a', [QUOTE, TICKS])
  rig.push(quote('00700', 1))
  assert.deepEqual(rig.short('a'), [`${QUOTE}#1`])
  rig.push(quote('00700', 2), tick('00700', 2), quote('00700', 3), tick('00700', 3))
  rig.pass(49)
  assert.deepEqual(rig.short('a'), [])
  rig.pass(1)
  assert.deepEqual(rig.short('a'), [`${QUOTE}#3`, `${TICKS}#1`, `${TICKS}#2`])
  rig.push(quote('00700', 4))
  rig.pass(49)
  assert.deepEqual(rig.short('a'), [], 'the bundle counts as a send')
  rig.pass(1)
  assert.deepEqual(rig.short('a'), [`${QUOTE}#4`])
  rig.pass(50)
  rig.push(quote('00700', 5))
  assert.deepEqual(rig.short('a'), [`${QUOTE}#5`], 'quiet again')
  const { framesSent, conflated, dropped } = rig.hub.counts
  assert.deepEqual([framesSent, conflated, dropped], [6, 1, 0])
})

test('a client with conflate_ms 0 gets every push, and 10,000 ms is the slowest', () => {
  const rig = new HubRig()
  rig.add('fast', { conflateMs: 0 })
  rig.add('slow', { conflateMs: 1e9 })
  rig.set('fast', [QUOTE])
  rig.set('slow', [QUOTE])
  rig.push(quote('00700', 1), quote('00700', 2), quote('00700', 3))
  assert.deepEqual(rig.short('fast'), [`${QUOTE}#1`, `${QUOTE}#2`, `${QUOTE}#3`])
  assert.deepEqual(rig.short('slow'), [`${QUOTE}#1`])
  rig.pass(10_000)
  assert.deepEqual(rig.short('slow'), [`${QUOTE}#3`])
})

test('a batched client gets every message as an array, a bundle as one', () => {
  const rig = new HubRig()
  rig.add('a', { isBatched: true })
  rig.set('a', [QUOTE, TICKS])
  rig.sendControl('a', { type: 'hello' })
  rig.push(quote('00700', 1), tick('00700', 1), tick('00700', 2))
  rig.pass(50)
  const sizes = rig.texts('a').map((text) => (JSON.parse(text) as readonly unknown[]).length)
  assert.deepEqual(sizes, [1, 1, 2])
  assert.deepEqual(rig.short('a'), ['hello', `${QUOTE}#1`, `${TICKS}#1`, `${TICKS}#2`])
})

test('a batched message stays under what client libraries take', () => {
  const rig = new HubRig()
  rig.add('a', { isBatched: true })
  rig.set('a', [TICKS])
  rig.push(tick('00700', 0))
  const name = 'x'.repeat(2_000)
  for (let price = 1; price <= 50; price++) rig.push(tick('00700', price, name))
  const codes = Array.from({ length: 300 }, (_, index) => `${index}`)
  rig.set('a', [TICKS, ...codes.map((code) => `1:1_${code}`)])
  for (const code of codes) rig.push(quote(code, 1, name))
  rig.pass(50)
  const sizes = rig.texts('a').map((text) => text.length)
  assert.ok(sizes.length <= 5 && Math.max(...sizes) < 300_000, sizes.join(' '))
  assert.equal(rig.take('a').length, 351)
})

test('base64 clients and JSON clients get the same event', () => {
  const rig = new HubRig()
  rig.add('json')
  rig.add('base64', { form: 'base64' })
  for (const id of ['json', 'base64']) rig.set(id, [QUOTE])
  const event = quote('00700', 1)
  rig.push(event)
  const [bytes] = rig.take('base64')
  assert.deepEqual(Buffer.from(bytes?.body_b64 ?? '', 'base64'), Buffer.from(event.body))
  assert.equal(bytes?.data, undefined)
  assert.ok(rig.take('json')[0]?.data !== undefined)
})

test('a new stream begins with its current value, marked, when one is wanted and known', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1), quote('00700', 2), tick('00700', 1), order(1n))
  rig.add('a')
  rig.set('a', [QUOTE, TICKS, ORDERS, '1:1_00005'])
  assert.deepEqual(rig.short('a'), [`*${QUOTE}#2`, `*${TICKS}#1`], 'an order twice would be an order too many')
  rig.add('b')
  rig.set('b', [QUOTE], false)
  assert.deepEqual(rig.short('b'), [])
  rig.pass(50)
  rig.push(quote('00700', 3), quote('00005', 1))
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`${QUOTE}#3`, '1:1_00005#1'])
})

test('setting the same streams again shows nothing again', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1))
  rig.add('a')
  rig.set('a', [QUOTE])
  rig.set('a', [QUOTE, TICKS])
  assert.deepEqual(rig.short('a'), [`*${QUOTE}#1`])
  assert.deepEqual(rig.hub.streamsOf('a'), [QUOTE, TICKS])
})

test('what was pushed over a lost link is no current value, until a new push; numbers go on', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1), tick('00700', 1))
  rig.hub.linkLost()
  rig.add('a')
  rig.set('a', [QUOTE, TICKS])
  assert.deepEqual(rig.short('a'), [])
  rig.push(quote('00700', 2))
  rig.add('b')
  rig.set('b', [QUOTE, TICKS])
  assert.deepEqual(rig.short('a'), [`${QUOTE}#2`])
  assert.deepEqual(rig.short('b'), [`*${QUOTE}#2`])
})

test('a stream that is no longer set sends nothing, not even what waits', () => {
  const rig = new HubRig()
  rig.add('a')
  rig.set('a', [QUOTE, TICKS, ORDERS])
  rig.push(order(1n), quote('00700', 1), tick('00700', 1), order(2n), tick('00700', 2))
  rig.set('a', [QUOTE])
  rig.push(tick('00700', 3), order(3n))
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`${ORDERS}#1`, `${QUOTE}#1`])
  rig.hub.remove('a', rig.nowMs)
  rig.push(quote('00700', 2))
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [])
})

test('a control message goes at once, after what waits for the next bundle', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 10_000 })
  rig.set('a', [QUOTE])
  rig.push(quote('00700', 1), quote('00700', 2))
  rig.sendControl('a', { type: 'gateway', up: false })
  assert.deepEqual(rig.short('a'), [`${QUOTE}#1`, `${QUOTE}#2`, 'gateway'])
  rig.push(quote('00700', 3))
  rig.pass(9_999)
  assert.deepEqual(rig.short('a'), [])
  rig.pass(1)
  assert.deepEqual(rig.short('a'), [`${QUOTE}#3`])
})

test('a value that comes after a control message is not shown before it', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 0 })
  rig.set('a', [QUOTE, TICKS])
  rig.makeConfirm('a')
  const name = 'x'.repeat(10_000)
  for (let price = 1; price <= 60; price++) rig.push(quote('00700', price, name))
  assert.ok(rig.short('a').length < 60, 'the window is full')
  rig.sendControl('a', { type: 'gateway', up: false })
  rig.push(quote('00700', 61))
  rig.pong('a')
  assert.deepEqual(rig.short('a'), ['gateway', `${QUOTE}#61`])
})

test('between two bundles the last word on a bar is not replaced by the next bar', () => {
  const rig = new HubRig()
  rig.add('a')
  rig.set('a', [BARS])
  rig.push(kLine('00700', ['2026-05-05 10:00:00', 1]))
  rig.take('a')
  rig.push(
    kLine('00700', ['2026-05-05 10:01:00', 1]),
    kLine('00700', ['2026-05-05 10:01:00', 2]),
    kLine('00700', ['2026-05-05 10:02:00', 3]),
    kLine('00700', ['2026-05-05 10:02:00', 4]),
  )
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`${BARS}#3`, `${BARS}#5`])
  rig.push(kLine('00700', ['2026-05-05 10:02:00', 5]))
  rig.push(kLine('00700', ['2026-05-05 10:02:00', 6], ['2026-05-05 10:03:00', 7]))
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`${BARS}#7`], 'the second has all that the first had')
})

test('the ends of sockets cross with what is on the way to them', () => {
  const rig = new HubRig()
  rig.add('a')
  assert.throws(() => rig.add('a'), /already/)
  rig.hub.remove('a', rig.nowMs)
  rig.hub.remove('a', rig.nowMs)
  rig.sendControl('a', { type: 'note' })
  rig.hub.pong('a', 1, rig.nowMs)
  rig.hub.recordActivity('a', rig.nowMs)
  assert.equal(rig.set('a', [QUOTE]).size, 0)
  assert.equal(rig.hub.resume('a', 'run-1', new Map([[QUOTE, 1]]), rig.nowMs).size, 0)
  rig.push(quote('00700', 1))
  assert.deepEqual(rig.short('a'), [])
  assert.equal(rig.hub.counts.clients, 0)
  assert.equal(rig.flushAtMs, Infinity)
})
