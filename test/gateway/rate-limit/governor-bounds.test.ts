import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Governor } from '../../../src/gateway/rate-limit/governor.ts'
import { MAX_LIMITERS, MAX_WAITING_READ_BYTES, MAX_WAITING_READS } from '../../../src/base/memory-budget.ts'
import { MAX_WAITING_PER_CALLER, MAX_WAITING_PER_QUEUE } from '../../../src/gateway/rate-limit/fair-queue.ts'
import { bodyOf, GovernorRig, specOf, START_MS } from './governor-rig.ts'

const SNAPSHOT = { protoId: 3203, rank: 'system' } as const

test('one caller cannot fill the queue, and all together fill it only so far', () => {
  const rig = new GovernorRig()
  for (let i = 0; i < 60; i++) rig.submit(SNAPSHOT)
  rig.pass(29_000)
  const own = Array.from({ length: 40 }, () => rig.submit({ ...SNAPSHOT, caller: 'flood' }).kind)
  assert.equal(own.filter((kind) => kind === 'wait').length, MAX_WAITING_PER_CALLER)
  for (let i = 0; i < 100; i++) rig.submit({ ...SNAPSHOT, caller: `caller ${i}` })
  assert.ok(rig.governor.waiting <= MAX_WAITING_PER_QUEUE)
  assert.equal(rig.submit({ ...SNAPSHOT, caller: 'late' }).kind, 'refused')
})

test('waiting reads are bounded in number and in bytes, over all counters; an order is not kept out by them', () => {
  for (const paddingBytes of [0, 8_192]) {
    const governor = new Governor()
    let callId = 0
    const submit = (protoId: number, accId: bigint, body: Uint8Array, nowMs: number): string => {
      const rank = protoId === 2202 ? 'order' : 'read'
      return governor.submit({ callId: callId++, protoId, body, caller: `of ${accId}`, rank }, nowMs).kind
    }
    const accounts = Array.from({ length: 150 }, (_, i) => BigInt(i + 1))
    const bodies = accounts.map((accId) => padded(bodyOf(specOf({ protoId: 2101, accId })), paddingBytes))
    const readAll = (nowMs: number): void => {
      for (const [index, body] of bodies.entries()) {
        for (let i = 0; i < 10; i++) submit(2101, accounts[index] ?? 0n, body, nowMs)
      }
    }
    readAll(START_MS)
    assert.equal(governor.waiting, 0)
    readAll(START_MS + 29_000)
    const bytesEach = bodies[0]?.length ?? 0
    const most = Math.min(MAX_WAITING_READS, Math.floor(MAX_WAITING_READ_BYTES / bytesEach))
    assert.ok(governor.waiting <= most && governor.waiting > most * 0.98, `${governor.waiting} of ${most} wait`)
    const order = bodyOf(specOf({ protoId: 2202 }))
    assert.equal(submit(2202, 7n, order, START_MS + 29_000), 'send')
    assert.equal(submit(2202, 7n, order, START_MS + 29_000), 'wait')
    governor.release(START_MS + 30_500)
    assert.equal(governor.waiting, 0)
    readAll(START_MS + 60_000)
    assert.ok(governor.waiting > most * 0.98, 'what was sent has made room')
  }
})

/** The body with a field that no message has, which decoders skip. */
function padded(body: Uint8Array, bytes: number): Uint8Array {
  if (bytes === 0) return body
  const key = [0xfa, 0x7f, (bytes & 0x7f) | 0x80, bytes >> 7]
  const whole = new Uint8Array(body.length + key.length + bytes)
  whole.set(body)
  whole.set(key, body.length)
  return whole
}

test('invented accounts do not fill the memory; those that come late share a counter until it is idle', () => {
  const governor = new Governor({ isShared: false })
  const submit = (accId: bigint, nowMs: number): string => {
    const body = bodyOf(specOf({ protoId: 2101, accId }))
    return governor.submit({ callId: Number(accId), protoId: 2101, body, caller: 'a', rank: 'read' }, nowMs).kind
  }
  for (let acc = 1n; acc <= BigInt(MAX_LIMITERS); acc++) assert.equal(submit(acc, START_MS), 'send')
  assert.equal(governor.limiters, MAX_LIMITERS)
  const late = Array.from({ length: 11 }, (_, i) => submit(10_000n + BigInt(i), START_MS))
  assert.deepEqual(late.slice(9), ['send', 'refused'])
  assert.equal(governor.limiters, MAX_LIMITERS + 1)
  // Orders of an account that comes late are not held up by it: their counters are its own.
  const order = bodyOf(specOf({ protoId: 2202, accId: 5_000n }))
  const other = bodyOf(specOf({ protoId: 2202, accId: 5_001n }))
  for (const body of [order, other]) {
    const call = { callId: 0, protoId: 2202, body, caller: 'b', rank: 'order' } as const
    assert.equal(governor.submit(call, START_MS).kind, 'send')
  }
  // An account with a counter of its own is none the worse for it.
  assert.equal(submit(1n, START_MS), 'send')
  for (let i = 0; i < 2_000; i++) submit(20_000n + BigInt(i), START_MS + 31_000 + i)
  assert.ok(governor.limiters < MAX_LIMITERS, `${governor.limiters} limiters`)
})

test('one caller holds a quarter of the waiting reads where there are others', () => {
  const governor = new Governor({ isShared: true })
  let callId = 0
  const readAll = (caller: string, nowMs: number): void => {
    for (let acc = 1n; acc <= 150n; acc++) {
      const body = bodyOf(specOf({ protoId: 2101, accId: acc }))
      for (let i = 0; i < 7; i++)
        governor.submit({ callId: callId++, protoId: 2101, body, caller, rank: 'read' }, nowMs)
    }
  }
  readAll('flood', START_MS)
  readAll('flood', START_MS + 29_000)
  assert.equal(governor.waiting, MAX_WAITING_READS / 4)
})
