import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEEP_UNHEARD_MS } from '../../src/pushes/stream-log.ts'
import { HubRig, RUN } from './hub-rig.ts'
import { fill, notice, order, quote, tick } from './sample-pushes.ts'

const QUOTE = '1:1_00700'
const TICKS = '4:1_00700'
const ORDERS = 'orders:281756'

/** What a resume did, as rows. */
function resume(rig: HubRig, id: string, positions: Readonly<Record<string, number>>, run = RUN): readonly unknown[] {
  const report = rig.hub.resume(id, run, new Map(Object.entries(positions)), rig.nowMs)
  return [...report].map(([stream, { state, replayed }]) => [stream, state, replayed])
}

/** Adds a client that comes back, without current values. */
function comeBack(rig: HubRig, id: string, streams: readonly string[]): void {
  rig.add(id)
  rig.set(id, streams, false)
}

test('ticks and trades are replayed in full, of a value the last, and none of it is marked as a snapshot', () => {
  const rig = new HubRig()
  const streams = [QUOTE, TICKS, ORDERS, 'fills:281756', 'notify']
  for (let price = 1; price <= 3; price++) {
    rig.push(quote('00700', price), tick('00700', price), order(BigInt(price)), fill(1n), notice('x'))
  }
  comeBack(rig, 'a', streams)
  const report = resume(rig, 'a', { [QUOTE]: 1, [TICKS]: 1, [ORDERS]: 0, 'fills:281756': 3, notify: 2 })
  assert.deepEqual(report, [
    [QUOTE, 'resumed', 1],
    [TICKS, 'resumed', 2],
    [ORDERS, 'resumed', 3],
    ['fills:281756', 'resumed', 0],
    ['notify', 'resumed', 1],
  ])
  const sent = [`${QUOTE}#3`, `${TICKS}#2`, `${TICKS}#3`, `${ORDERS}#1`, `${ORDERS}#2`, `${ORDERS}#3`, 'notify#3']
  assert.deepEqual(rig.short('a'), sent)
  rig.pass(50)
  rig.push(tick('00700', 4))
  assert.deepEqual(rig.short('a'), [`${TICKS}#4`], 'and on it goes')
})

test('a position in another run means nothing: all is gone, and current values are shown', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1), tick('00700', 1), order(1n))
  comeBack(rig, 'a', [QUOTE, TICKS, ORDERS])
  assert.deepEqual(resume(rig, 'a', { [QUOTE]: 1, [TICKS]: 0, [ORDERS]: 0 }, 'run-0'), [
    [QUOTE, 'gone', 0],
    [TICKS, 'gone', 0],
    [ORDERS, 'gone', 0],
  ])
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`*${QUOTE}#1`, `*${TICKS}#1`])
})

test('what is older than the last 256 ticks is gone, and the 256 are replayed', () => {
  const rig = new HubRig()
  for (let price = 1; price <= 300; price++) rig.push(tick('00700', price))
  comeBack(rig, 'a', [TICKS])
  assert.deepEqual(resume(rig, 'a', { [TICKS]: 43 }), [[TICKS, 'gone', 256]])
  assert.equal(rig.short('a')[0], `${TICKS}#45`)
  comeBack(rig, 'b', [TICKS])
  assert.deepEqual(resume(rig, 'b', { [TICKS]: 44 }), [[TICKS, 'resumed', 256]])
})

test('a long replay is sent as it goes and needs no room in the outbox', () => {
  const rig = new HubRig()
  const codes = ['0', '1', '2']
  const name = 'x'.repeat(400)
  for (const code of codes) for (let price = 1; price <= 256; price++) rig.push(tick(code, price, name))
  const streams = codes.map((code) => `4:1_${code}`)
  comeBack(rig, 'a', streams)
  resume(rig, 'a', Object.fromEntries(streams.map((stream) => [stream, 0])))
  assert.equal(rig.take('a').length, 768)
  assert.equal(rig.hub.counts.dropped, 0)
})

test('a position from the future is none, and the current value is shown', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1), tick('00700', 1))
  comeBack(rig, 'a', [QUOTE, TICKS])
  assert.deepEqual(resume(rig, 'a', { [QUOTE]: 2, [TICKS]: 2 }), [
    [QUOTE, 'gone', 0],
    [TICKS, 'gone', 0],
  ])
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`*${QUOTE}#1`, `*${TICKS}#1`])
})

test('who was shown the current value is not shown anything before it, nor the value again', () => {
  const rig = new HubRig()
  rig.push(quote('00700', 1), tick('00700', 1), tick('00700', 2))
  rig.add('a')
  rig.set('a', [QUOTE, TICKS])
  assert.deepEqual(resume(rig, 'a', { [QUOTE]: 0, [TICKS]: 0 }), [
    [QUOTE, 'resumed', 0],
    [TICKS, 'gone', 0],
  ])
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`*${QUOTE}#1`, `*${TICKS}#2`])
})

test('a stream that is set after the resume goes on from its position, without a snapshot', () => {
  const rig = new HubRig()
  rig.push(tick('00700', 1), tick('00700', 2))
  rig.add('a')
  assert.deepEqual(resume(rig, 'a', { [TICKS]: 1, [QUOTE]: 0 }), [
    [TICKS, 'waits', 0],
    [QUOTE, 'waits', 0],
  ])
  rig.push(tick('00700', 3))
  assert.deepEqual(rig.short('a'), [])
  assert.deepEqual([...rig.set('a', [TICKS])], [[TICKS, { state: 'resumed', replayed: 2 }]])
  assert.deepEqual(rig.short('a'), [`${TICKS}#2`, `${TICKS}#3`])
  rig.set('a', [])
  rig.set('a', [TICKS])
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`*${TICKS}#3`], 'the position was for once')
})

test('what was given already is not followed by what came before it', () => {
  const rig = new HubRig()
  rig.push(tick('00700', 1), tick('00700', 2), quote('00700', 1))
  comeBack(rig, 'a', [TICKS, QUOTE])
  rig.push(tick('00700', 3), quote('00700', 2))
  assert.deepEqual(resume(rig, 'a', { [TICKS]: 1, [QUOTE]: 1 }), [
    [TICKS, 'gone', 0],
    [QUOTE, 'resumed', 0],
  ])
  comeBack(rig, 'b', [TICKS])
  resume(rig, 'b', { [TICKS]: 1 })
  assert.deepEqual(resume(rig, 'b', { [TICKS]: 1 }), [[TICKS, 'gone', 0]], 'a second time')
  rig.pass(50)
  assert.deepEqual(rig.short('a'), [`${TICKS}#3`, `${QUOTE}#2`])
  assert.deepEqual(rig.short('b'), [`${TICKS}#2`, `${TICKS}#3`])
})

test('a stream is kept for five minutes without listeners; an old position is never taken for a new one', () => {
  const rig = new HubRig()
  rig.add('a')
  rig.set('a', [TICKS])
  for (let price = 1; price <= 5; price++) rig.push(tick('00700', price))
  rig.hub.remove('a', rig.nowMs)
  rig.pass(KEEP_UNHEARD_MS - 1)
  rig.push(tick('00700', 6))
  comeBack(rig, 'b', [TICKS])
  assert.deepEqual(resume(rig, 'b', { [TICKS]: 5 }), [[TICKS, 'resumed', 1]])
  rig.hub.remove('b', rig.nowMs)

  rig.pass(KEEP_UNHEARD_MS + 60_000)
  // The stream is forgotten with the next push of any kind, and begins anew.
  rig.push(quote('00005', 1))
  for (let price = 7; price <= 20; price++) rig.push(tick('00700', price))
  comeBack(rig, 'c', [TICKS])
  assert.deepEqual(resume(rig, 'c', { [TICKS]: 5 }), [[TICKS, 'gone', 14]])
  assert.deepEqual(rig.short('c')[0], `${TICKS}#7`, 'numbers are not used twice')
})

test('a stream with listeners is never forgotten', () => {
  const rig = new HubRig()
  rig.add('a')
  rig.set('a', [QUOTE])
  rig.push(quote('00700', 1))
  rig.pass(KEEP_UNHEARD_MS * 2)
  rig.push(tick('00700', 1))
  comeBack(rig, 'b', [QUOTE])
  assert.deepEqual(resume(rig, 'b', { [QUOTE]: 0 }), [[QUOTE, 'resumed', 1]])
})
