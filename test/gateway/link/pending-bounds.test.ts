import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_PENDING } from '../../../src/base/memory-budget.ts'
import { CALL_RANKS } from '../../../src/calls/call-rank.ts'
import { PendingBounds } from '../../../src/gateway/link/pending-bounds.ts'
import { CALL_DEADLINE_MS } from '../../../src/gateway/link/timing.ts'
import { replyFrame, Rig } from './fake-link.ts'

/** A gateway that answers nothing: what one caller leaves pending must not keep the calls of others out. */

function readyRig(): Rig {
  const rig = new Rig()
  rig.connect()
  return rig
}

for (const state of ['up', 'down'] as const) {
  const make = (): Rig => (state === 'up' ? readyRig() : new Rig())

  test(`while the link is ${state}, reads of all callers leave room for orders, cancels and switches`, () => {
    const rig = make()
    for (let i = 0; i < 6_000; i++) rig.call(3004, new Uint8Array(3), { caller: `caller ${i % 50}` })
    assert.equal(rig.codeOf(rig.call(3004, new Uint8Array(3), { caller: 'caller 1' })), 'gateway.busy')
    for (const rank of ['switch', 'cancel', 'order', 'system'] as const) {
      const call = rig.call(3004, new Uint8Array(3), { caller: 'caller 1', rank })
      assert.equal(rig.codeOf(call), 'open', rank)
    }
  })

  test(`while the link is ${state}, one caller holds a quarter of the places of each kind`, () => {
    const rig = make()
    for (const [rank, { calls }] of [
      ['switch', MAX_PENDING.switch],
      ['order', MAX_PENDING.order],
      ['read', MAX_PENDING.read],
    ] as const) {
      const ids = Array.from({ length: calls }, () => rig.call(3004, new Uint8Array(3), { caller: 'flood', rank }))
      assert.equal(ids.filter((id) => rig.codeOf(id) === 'open').length, calls / 4)
      assert.equal(rig.codeOf(rig.call(3004, new Uint8Array(3), { caller: 'other', rank })), 'open')
    }
  })
}

test('large calls of one caller leave room to wait for the link for those of others', () => {
  const rig = new Rig()
  const big = new Uint8Array(200_000)
  const ids = Array.from({ length: 100 }, () => rig.call(3004, big, { caller: 'flood' }))
  const kept = ids.filter((id) => rig.codeOf(id) === 'open').length
  assert.equal(kept, Math.floor(MAX_PENDING.read.bytes / 4 / big.length))
  assert.equal(rig.codeOf(rig.call(3004, big, { caller: 'other' })), 'open')
})

test('callers who hold calls already leave a quarter of the places to those who hold none', () => {
  const rig = readyRig()
  for (let i = 0; i < 8_000; i++) rig.call(3004, new Uint8Array(3), { caller: `caller ${i % 4}`, rank: 'order' })
  for (let i = 0; i < MAX_PENDING.order.calls / 4; i++) {
    assert.equal(rig.codeOf(rig.call(3004, new Uint8Array(3), { caller: `new ${i}`, rank: 'order' })), 'open')
  }
})

test('calls that waited for the link come back by rank, and within a rank as they came', () => {
  const rig = new Rig()
  const ranks = ['read', 'order', 'switch', 'order', 'cancel'] as const
  ranks.forEach((rank, index) => rig.call(3_000 + index, new Uint8Array(3), { rank }))
  rig.connect()
  const sent = rig.sent.map(({ frame }) => frame.header.protoId).filter((id) => id >= 3_000)
  assert.deepEqual(sent, [3_002, 3_004, 3_001, 3_003, 3_000])
})

test('whatever ended the calls, their places are free again', () => {
  const event = fc.record({
    kind: fc.constantFrom('call', 'call', 'call', 'answer', 'cut', 'connect', 'pass'),
    caller: fc.constantFrom('a', 'b', ''),
    rank: fc.constantFrom(...CALL_RANKS),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const rig = new Rig()
      for (const { kind, caller, rank } of events) {
        if (kind === 'call') rig.call(3004, new Uint8Array(100), { caller, rank })
        else if (kind === 'cut') rig.cut()
        else if (kind === 'pass') rig.pass(5_000)
        else if (kind === 'connect' && rig.session.stage.name === 'waiting') rig.connect()
        else if (kind === 'answer' && rig.sentCount(3004) > 0) {
          rig.receive(replyFrame(3004, rig.lastSent(3004).header.serial, new Uint8Array([1])))
        }
      }
      rig.pass(2 * CALL_DEADLINE_MS)
      rig.cut()
      const most = MAX_PENDING.order
      const body = new Uint8Array(most.bytes / 4)
      assert.equal(rig.codeOf(rig.call(3004, body, { caller: 'a', rank: 'order' })), 'open')
    }),
    { numRuns: 100 },
  )
})

test('from the moment in which a second caller exists, room is kept for it', () => {
  const bounds = new PendingBounds(false)
  const first = { rank: 'read', caller: 'a' } as const
  while (bounds.hasRoom(first, 0)) bounds.add(first, 0, 1)
  const all = MAX_PENDING.read.calls
  for (let count = 0; count < all / 2; count++) bounds.add(first, 0, -1)
  assert.ok(bounds.hasRoom(first, 0))
  bounds.share()
  assert.ok(!bounds.hasRoom(first, 0), 'the first caller has more than its part')
  assert.ok(bounds.hasRoom({ rank: 'read', caller: 'b' }, 0))
})
