import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CoreRig } from './gateway-rig.ts'

const INTERVAL_MS = 30_000

test('an alarm under which something fails has set the next one before', () => {
  const { gateway, clock, alarms, ...rig } = brokenRig()
  assert.throws(() => gateway.alarm(), /the sockets are gone/)
  assert.deepEqual(alarms, [clock.wallMs() + INTERVAL_MS])
  assert.equal(rig.links.length, 0)
})

test('the next alarm comes no later than the next switch', () => {
  const { gateway, clock, alarms } = brokenRig()
  gateway.orders.killSwitch.cancelAfter('key:a', 7)
  gateway.orders.killSwitch.cancelAfter('key:b', 90)
  assert.deepEqual(alarms.splice(0), [clock.wallMs() + 7_000, clock.wallMs() + 90_000])
  assert.throws(() => gateway.alarm())
  assert.deepEqual(alarms, [clock.wallMs() + 7_000])
})

test('an object that was evicted connects by itself when its alarm comes, and has set the next one', () => {
  const first = new CoreRig()
  first.gateway.start()
  assert.deepEqual(first.alarms, [first.clock.wallMs() + INTERVAL_MS])
  // The alarm makes a new instance, as a call would, and then comes to it.
  const next = new CoreRig()
  next.gateway.start()
  next.gateway.alarm()
  assert.equal(next.links.length, 1)
  assert.deepEqual(new Set(next.alarms), new Set([next.clock.wallMs() + INTERVAL_MS]))
})

test('an alarm connects a gateway whose link is lost and whose timers never fire', async () => {
  const rig = new CoreRig({ hasTimers: false })
  rig.gateway.start()
  rig.links[0]?.closed('the peer closed the connection')
  await rig.clock.runUntil(INTERVAL_MS)
  assert.equal(rig.links.length, 1, 'no timer has connected')
  rig.gateway.alarm()
  assert.equal(rig.links.length, 2)
})

test('a gateway that was shut down sets no alarm and connects to nothing', () => {
  const rig = new CoreRig({ isParked: true })
  rig.gateway.alarm()
  assert.deepEqual([rig.alarms, rig.links], [[], []])
})

function brokenRig(): CoreRig {
  const rig = new CoreRig()
  rig.areSocketsBroken = true
  return rig
}
