import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gateway } from '../../src/core/gateway.ts'
import type { Connect } from '../../src/transport/link.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Rng } from '../orders/simulation/rng.ts'
import { Disk } from '../orders/simulation/disk.ts'
import { StoredLedger, StoredSwitches } from '../orders/simulation/stored-tables.ts'
import { VirtualClock } from '../orders/simulation/virtual-clock.ts'

/** A link that never comes up. */
const NOWHERE: Connect = () => ({ send: () => undefined, close: () => undefined })

/** A gateway whose sockets fail when they are looked at. */
function brokenGateway(): { readonly gateway: Gateway; readonly clock: VirtualClock; readonly alarms: number[] } {
  const clock = new VirtualClock()
  const volume = new Disk(clock, new Rng(1)).open()
  const alarms: number[] = []
  let isBroken = false
  const sockets = {
    size: 0,
    all: () => {
      if (isBroken) throw new Error('the sockets are gone')
      return []
    },
    ...{
      byId: () => null,
      ofCaller: () => [],
      identify: () => undefined,
      forget: () => undefined,
      pingedAtMs: () => null,
    },
  }
  const gateway = new Gateway({
    timers: { nowMs: () => clock.wallMs(), after: (ms, run) => clock.after(ms, run) },
    session: { sha1, random: () => 0.5, encryption: null },
    isParked: false,
    connect: NOWHERE,
    ledger: new StoredLedger(
      volume,
      () => true,
      () => undefined,
    ),
    switches: new StoredSwitches(volume, () => true),
    subscriptions: { all: () => [], put: () => undefined, remove: () => undefined },
    sockets,
    secureRandom: () => 0.5,
    run: 'test',
    identify: async () => ({ ok: false, failure: { code: 'auth.invalid_token' } }),
    standing: () => 'valid',
    orderStanding: () => 'valid',
    alarmBy: (atMs) => void alarms.push(atMs),
    onRefused: () => undefined,
    onContradiction: () => undefined,
    onError: () => undefined,
  })
  isBroken = true
  return { gateway, clock, alarms }
}

test('an alarm under which something fails has set the next one before', () => {
  const { gateway, clock, alarms } = brokenGateway()
  assert.throws(() => gateway.alarm(), /the sockets are gone/)
  assert.deepEqual(alarms, [clock.wallMs() + 30_000])
})

test('the next alarm comes no later than the next switch', () => {
  const { gateway, clock, alarms } = brokenGateway()
  gateway.orders.cancelAfter('key:a', 7)
  gateway.orders.cancelAfter('key:b', 90)
  assert.deepEqual(alarms.splice(0), [clock.wallMs() + 7_000, clock.wallMs() + 90_000])
  assert.throws(() => gateway.alarm())
  assert.deepEqual(alarms, [clock.wallMs() + 7_000])
})
