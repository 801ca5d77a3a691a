import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import { parseClock, startOfRun } from '../../../src/cli/opend/clock.ts'
import type { OpendOptions } from '../../../src/simulator/opend.ts'
import { Bench, FRIDAY_MORNING_MS } from './tcp-client.ts'

const PAPER_HK = 281756479345015383n

/** What a run with these options gives its first clients: ids of orders and connections, as text. */
function idsOf(options: Partial<OpendOptions>, bench = new Bench(options)): readonly string[] {
  const client = bench.login()
  const orders = Array.from({ length: 5 }, (_, index) => {
    bench.pass(1000)
    const placed = client.call('Trd_PlaceOrder', {
      packetID: { connID: client.connId, serialNo: index + 1 },
      header: { trdEnv: TrdEnv.Simulate, accID: PAPER_HK, trdMarket: TrdMarket.HK },
      trdSide: TrdSide.Buy,
      orderType: OrderType.Normal,
      code: '00700',
      secMarket: 1,
      qty: 100,
      price: 300,
    })
    assert.equal(placed.retType, 0, placed.retMsg)
    return String(placed.s2c?.orderID)
  })
  return [String(client.connId), ...orders]
}

test('the ids of a run that begins later are not those of an earlier run, even when nothing was stored', () => {
  const first = idsOf({ startedMs: FRIDAY_MORNING_MS })
  const second = idsOf({ startedMs: FRIDAY_MORNING_MS + 60_000 })
  assert.equal(new Set([...first, ...second]).size, 12)
})

test('a run that goes on from a stored state, of this or an earlier version, has ids of its own too', () => {
  const bench = new Bench()
  const first = idsOf({}, bench)
  const state = bench.opend.snapshot(bench.nowMs)
  const second = idsOf({ state, startedMs: FRIDAY_MORNING_MS })
  assert.equal(new Set([...first, ...second]).size, 12)
  const ahead = new Bench({ startedMs: FRIDAY_MORNING_MS + 60_000 })
  const earlier = idsOf({}, ahead)
  const clockSetBack = idsOf({ state: ahead.opend.snapshot(ahead.nowMs), startedMs: FRIDAY_MORNING_MS })
  assert.equal(new Set([...earlier, ...clockSetBack]).size, 12, 'a clock that was set back takes nothing back')
})

test('the same seed, clock, start and input give the same ids', () => {
  assert.deepEqual(idsOf({}), idsOf({}))
  assert.deepEqual(idsOf({ startedMs: FRIDAY_MORNING_MS }), idsOf({ startedMs: FRIDAY_MORNING_MS }))
})

test('a command line with a clock of stated times repeats its ids; one that runs from now on does not', () => {
  const startOf = (text: string): number | null => {
    const clock = parseClock(text, FRIDAY_MORNING_MS)
    assert.ok(clock !== null)
    return startOfRun(clock, FRIDAY_MORNING_MS)
  }
  assert.equal(startOf('real'), FRIDAY_MORNING_MS)
  assert.equal(startOf('fast:60'), FRIDAY_MORNING_MS)
  assert.equal(startOf('frozen:2026-11-20T02:00:00Z'), null)
  assert.equal(startOf('fast:60@2026-11-19T02:00:00Z'), null)
})
