import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PushEvent } from '../../src/pushes/push-event.ts'
import { MAX_RETAINED_BYTES, MAX_UNHEARD_STREAMS } from '../../src/base/memory-budget.ts'
import { StreamLog } from '../../src/pushes/stream-log.ts'
import { order, quote, tick } from './sample-pushes.ts'

/** A book that numbers what is put into it. */
class Rig {
  readonly log = new StreamLog<string>()
  #order = 0

  append(event: PushEvent, nowMs = 0): void {
    this.log.append(event, ++this.#order, nowMs)
  }
}

const LONG_NAME = 'x'.repeat(20_000)

test('what is kept stays under its bound: old ticks go first, then values, then trades', () => {
  const rig = new Rig()
  rig.append(order(1n))
  rig.append(quote('00700', 1))
  for (let price = 1; price <= 200; price++) {
    rig.append(tick(`${price % 3}`, price, LONG_NAME))
    assert.ok(rig.log.retainedBytes <= MAX_RETAINED_BYTES)
  }
  assert.ok(rig.log.retainedBytes > MAX_RETAINED_BYTES * 0.9)
  const { frames, isGone } = rig.log.after('4:1_0', 0)
  assert.ok(isGone && frames.length > 10)
  assert.equal(frames.at(-1)?.seq, rig.log.seqOf('4:1_0'), 'the newest are kept')
  assert.equal(rig.log.currentOf('1:1_00700')?.seq, 1)
  for (let code = 0; code < 200; code++) rig.append(quote(`q${code}`, 1, LONG_NAME))
  assert.equal(rig.log.currentOf('4:1_0'), null)
  assert.equal(rig.log.currentOf('1:1_00700'), null, 'of values the oldest')
  assert.equal(rig.log.currentOf('1:1_q199')?.seq, 1)
  assert.deepEqual([rig.log.after('orders:281756', 0).frames.length, rig.log.seqOf('1:1_00700')], [1, 1])
  assert.deepEqual(rig.log.after('1:1_00700', 0), { frames: [], isGone: true })
})

test('streams that nobody listens to are bounded in number, those with listeners stay', () => {
  const rig = new Rig()
  rig.append(quote('kept', 1))
  rig.log.listen('1:1_kept', 'a', 0)
  for (let code = 0; code < MAX_UNHEARD_STREAMS + 100; code++) {
    rig.log.listen(`1:1_${code}`, 'b', 0)
    rig.log.leave(`1:1_${code}`, 'b', 0)
  }
  rig.append(quote('new', 1))
  assert.equal(rig.log.size, MAX_UNHEARD_STREAMS + 2)
  assert.equal(rig.log.currentOf('1:1_kept')?.seq, 1)
})
