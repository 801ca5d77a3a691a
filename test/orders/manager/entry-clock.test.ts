import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { OrderPathRig } from '../order-rig.ts'
import { placed } from '../sample-replies.ts'

test('an order that ends after the creation of another never has an earlier time than that', async () => {
  for (const restarts of [false, true]) {
    const rig = new OrderPathRig()
    let answer: (outcome: CallOutcome) => void = () => undefined
    rig.answers.set(2202, () => new Promise<CallOutcome>((resolve) => (answer = resolve)))
    const first = rig.place()
    await rig.pass(1_000)
    rig.answers.set(2202, () => placed(2n))
    await rig.done(rig.place())
    const second = rig.latest
    rig.clock.step(-60_000)
    if (restarts) rig.restart()
    else answer(placed(1n))
    await rig.pass(1_000)
    const ended = rig.entries.at(-1)
    assert.equal(ended?.state, restarts ? 'unknown' : 'accepted')
    assert.ok(ended !== undefined && ended.updatedAtMs >= second.createdAtMs, JSON.stringify({ restarts }))
    if (!restarts) await rig.done(first)
  }
})
