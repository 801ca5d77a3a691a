import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  SILENCE_MS,
  STALL_MS,
  TRUSTED_BURST_BYTES,
  TRUSTED_BYTES_PER_SECOND,
  WINDOW_BYTES,
} from '../../src/pushes/outbox/flow.ts'
import { MAX_WAITING_CONTROLS, MAX_WAITING_EVENTS, MAX_WAITING_TRADES } from '../../src/pushes/outbox/outbox.ts'
import { MAX_OUTBOXES_BYTES } from '../../src/base/memory-budget.ts'
import { HubRig } from './hub-rig.ts'
import { fill, notice, order, quote, tick } from './sample-pushes.ts'

const QUOTE = '1:1_00700'
const TICKS = '4:1_00700'
const ORDERS = 'orders:281756'
const FILLS = 'fills:281756'

/** Long enough to fill a window with a few dozen frames. */
const LONG_NAME = 'x'.repeat(10_000)

/** A confirming client whose window is full. */
function stalled(rig: HubRig, id: string, streams: readonly string[]): void {
  rig.add(id, { conflateMs: 0 })
  rig.set(id, [...streams, `1:1_${id}`])
  rig.makeConfirm(id)
  // The last one waits, and one more replaces it.
  for (const before = rig.hub.counts.conflated; rig.hub.counts.conflated === before;) rig.push(quote(id, 1, LONG_NAME))
  rig.take(id)
}

test('a client that stops answering gets a window and no more; its answer brings the rest', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 0 })
  rig.set('a', [TICKS])
  rig.makeConfirm('a')
  for (let price = 1; price <= 60; price++) rig.push(tick('00700', price, LONG_NAME))
  const first = rig.take('a')
  const bytes = first.length * 10_300
  assert.ok(bytes >= WINDOW_BYTES && bytes < WINDOW_BYTES + 20_000, `${bytes} bytes`)
  rig.pass(60_000)
  assert.equal(rig.take('a').length, 0)
  assert.ok(rig.pong('a'))
  const rest = rig.take('a')
  assert.deepEqual(
    [...first, ...rest].map(({ seq }) => seq),
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
})

test('a client that never answers gets its burst, then its steady rate', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 0 })
  rig.set('a', ['1:1_0', '1:1_1'])
  let bytes = 0
  rig.onReceive = (_, message) => (bytes += JSON.stringify(message).length)
  const start = rig.nowMs
  // 10 KiB each 10 ms: eight times the rate.
  for (let step = 0; step < 3_000; step++) {
    rig.push(quote(`${step % 2}`, step, LONG_NAME))
    rig.pass(10)
  }
  const allowed = TRUSTED_BURST_BYTES + ((rig.nowMs - start) * TRUSTED_BYTES_PER_SECOND) / 1_000
  assert.ok(bytes > allowed * 0.95 && bytes < allowed * 1.02, `${bytes} of ${allowed}`)
  const fair = rig.take('a').slice(-20)
  assert.equal(new Set(fair.map(({ stream }) => stream)).size, 2, 'no stream starves')
})

test('what was dropped is counted in a lagged message that comes first, then the rest in order', () => {
  const rig = new HubRig()
  stalled(rig, 'a', [TICKS, QUOTE])
  for (let price = 1; price <= MAX_WAITING_EVENTS + 200; price++) rig.push(tick('00700', price), quote('00700', price))
  rig.pong('a')
  const [filler, ...got] = rig.take('a').toSorted((one, other) => one.type.localeCompare(other.type))
  assert.equal(filler?.type, 'lagged')
  const ticks = got.filter(({ stream }) => stream === TICKS).map(({ seq }) => seq ?? 0)
  assert.equal(filler?.dropped, MAX_WAITING_EVENTS + 200 - ticks.length)
  assert.deepEqual(filler?.streams, [TICKS])
  assert.equal(ticks.at(-1), MAX_WAITING_EVENTS + 200)
  assert.equal(ticks[0], (filler?.dropped ?? 0) + 1)
  assert.deepEqual(
    got.filter(({ stream }) => stream === QUOTE).map(({ seq }) => seq),
    [MAX_WAITING_EVENTS + 200],
    'a conflated value is not a dropped one',
  )
  assert.ok(got.every(({ snapshot }) => snapshot === undefined))
})

test('lagged is the very first thing, before control messages that waited', () => {
  const rig = new HubRig()
  stalled(rig, 'a', [TICKS])
  rig.sendControl('a', { type: 'note' })
  for (let price = 1; price <= MAX_WAITING_EVENTS + 1; price++) rig.push(tick('00700', price))
  rig.pong('a')
  const short = rig.short('a')
  assert.equal(short[0], 'lagged')
  assert.ok(short.indexOf('note') > 0 && short.indexOf('note') < 3)
})

test('a stream that lost all that waited is shown by its current value, unless the link is lost', () => {
  for (const isLost of [false, true]) {
    const rig = new HubRig()
    stalled(rig, 'a', [TICKS, '4:1_QUIET'])
    rig.push(tick('QUIET', 1))
    for (let price = 1; price <= MAX_WAITING_EVENTS; price++) rig.push(tick('00700', price))
    if (isLost) rig.hub.linkLost()
    rig.pong('a')
    const [lagged, snapshot] = rig.take('a')
    assert.deepEqual([lagged?.dropped, lagged?.streams], [1, ['4:1_QUIET']])
    assert.deepEqual([snapshot?.stream, snapshot?.snapshot], isLost ? ['1:1_a', undefined] : ['4:1_QUIET', true])
  }
})

test('a snapshot that could not wait is no missing event; the stream is shown anew', () => {
  const rig = new HubRig()
  rig.push(tick('QUIET', 1))
  stalled(rig, 'a', [TICKS])
  rig.set('a', [TICKS, '1:1_a', '4:1_QUIET'])
  for (let price = 1; price <= MAX_WAITING_EVENTS; price++) rig.push(tick('00700', price))
  rig.pong('a')
  const got = rig.take('a')
  assert.ok(got.every(({ type }) => type !== 'lagged'))
  assert.deepEqual([got[0]?.stream, got[0]?.snapshot], ['4:1_QUIET', true])
  assert.equal(got.filter(({ stream }) => stream === '4:1_QUIET').length, 1)
})

test('what was lost is told even when nothing else waits any more', () => {
  const rig = new HubRig()
  stalled(rig, 'a', [TICKS, ORDERS, 'notify'])
  rig.push(notice('1'))
  for (let price = 1; price <= MAX_WAITING_EVENTS; price++) rig.push(tick('00700', price))
  rig.set('a', ['notify'])
  rig.pong('a')
  rig.push(notice('2'))
  assert.deepEqual(rig.short('a'), ['lagged', 'notify#2'])
})

test('a push does not overtake what waits when the allowance has grown before the next flush', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 0 })
  rig.set('a', [TICKS])
  let price = 0
  // Until one waits.
  while (rig.hub.counts.waitingBytes === 0) rig.push(tick('00700', ++price, 'x'.repeat(1_000)))
  rig.nowMs += 19
  rig.push(tick('00700', ++price))
  rig.pass(1_000)
  assert.deepEqual(
    rig.take('a').map(({ seq }) => seq),
    Array.from({ length: price }, (_, index) => index + 1),
  )
})

test('lagged names 50 streams and says that there are more', () => {
  const rig = new HubRig()
  const codes = Array.from({ length: 60 }, (_, index) => `${index}`)
  stalled(rig, 'a', [TICKS, ...codes.map((code) => `4:1_${code}`)])
  for (const code of codes) rig.push(tick(code, 1))
  for (let price = 1; price <= MAX_WAITING_EVENTS; price++) rig.push(tick('00700', price))
  rig.pong('a')
  const [lagged] = rig.take('a')
  assert.equal(lagged?.streams?.length, 50)
  assert.equal(lagged.more, true)
})

test('orders and fills outlast any flood of ticks and notices, and have a bound of their own', () => {
  const rig = new HubRig()
  stalled(rig, 'a', [TICKS, ORDERS, FILLS, 'notify'])
  rig.push(order(1n), fill(1n))
  for (let price = 1; price <= MAX_WAITING_EVENTS * 2; price++) rig.push(tick('00700', price), notice('again'))
  rig.pong('a')
  rig.pong('a')
  const trades = rig.take('a').filter(({ type }) => type === 'trade')
  assert.deepEqual(
    trades.map(({ stream, seq }) => `${stream}#${seq}`),
    [`${ORDERS}#1`, `${FILLS}#1`],
  )
  stalled(rig, 'b', [ORDERS])
  for (let number = 1; number <= MAX_WAITING_TRADES + 5; number++) rig.push(order(BigInt(number)))
  rig.pong('b')
  rig.pong('b')
  rig.pong('b')
  const got = rig.take('b')
  assert.equal(got[0]?.type, 'lagged')
  const orders = got.filter(({ stream }) => stream === ORDERS)
  assert.equal(orders.length + (got[0]?.dropped ?? 0), MAX_WAITING_TRADES + 5)
  assert.ok(orders.every(({ snapshot }) => snapshot === undefined))
})

test('a confirming client whose window stays full for 2 minutes is closed, one that moves is not', () => {
  const rig = new HubRig()
  stalled(rig, 'slow', [])
  const beforeMs = rig.nowMs
  stalled(rig, 'stopped', [])
  rig.pass(STALL_MS - (rig.nowMs - beforeMs) - 1)
  assert.equal(rig.closed.size, 0)
  rig.pong('slow')
  rig.pass(5_000)
  assert.equal(rig.closed.size, 0)
  rig.pass(1)
  assert.deepEqual(
    [...rig.closed].map(([id, { code }]) => [id, code]),
    [['stopped', 4408]],
  )
  assert.equal(rig.hub.counts.clients, 1)
  assert.equal(rig.hub.counts.closedSlow, 1)
})

test('a client that never confirms is closed after 16 MiB and 5 silent minutes, and told how to avoid it', () => {
  const rig = new HubRig()
  rig.add('silent')
  rig.add('alive')
  for (const id of ['silent', 'alive']) rig.set(id, [QUOTE])
  const event = quote('00700', 1, LONG_NAME)
  for (let second = 0; second < SILENCE_MS / 1_000; second++) {
    for (let part = 0; part < 10; part++) {
      rig.push(event)
      rig.pass(100)
    }
    if (second === 200) rig.hub.recordActivity('alive', rig.nowMs)
    assert.ok(second >= SILENCE_MS / 1_000 - 1 || !rig.closed.has('silent'))
  }
  assert.deepEqual([...rig.closed.keys()], ['silent'])
  assert.match(rig.closed.get('silent')?.reason ?? '', /pings/)
  rig.pass(202_000)
  assert.deepEqual([...rig.closed.keys()], ['silent', 'alive'], 'also when nothing more is pushed')
})

test('replies are never dropped, so who never reads them is closed', () => {
  const rig = new HubRig()
  stalled(rig, 'a', [])
  for (let number = 0; number <= MAX_WAITING_CONTROLS; number++) {
    assert.equal(rig.closed.size, 0)
    rig.sendControl('a', { type: 'reply', number })
  }
  assert.equal(rig.closed.get('a')?.code, 4408)
})

test('what waits for all together is bounded: who makes most of it is closed, and nobody else', () => {
  const rig = new HubRig()
  // 11 clients for which 3 MiB wait each, of trades alone, and one with some ticks more.
  const ids = Array.from({ length: 11 }, (_, index) => `stalled-${index}`)
  for (const id of ids) stalled(rig, id, id === 'stalled-5' ? [ORDERS, TICKS] : [ORDERS])
  rig.push(tick('00700', 1))
  const remark = 'x'.repeat(4_000)
  for (let number = 0; rig.closed.size === 0; number++) {
    assert.ok(number < 100)
    rig.push(order(BigInt(number), remark))
    assert.ok(rig.hub.counts.waitingBytes <= MAX_OUTBOXES_BYTES)
  }
  assert.deepEqual(
    [...rig.closed].map(([id, { code }]) => [id, code]),
    [['stalled-5', 4408]],
  )
  assert.ok(rig.hub.counts.waitingBytes > MAX_OUTBOXES_BYTES / 2)
  for (const id of ids) rig.hub.remove(id, rig.nowMs)
  assert.equal(rig.hub.counts.waitingBytes, 0)
})
