import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus, Session, TimeInForce } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { isDayOver, joinDay, mayTrade, phaseOf } from '../../../src/simulator/trading/session-phase.ts'
import { REAL_US, TradingRig } from './trading-rig.ts'

const MINUTE_MS = 60_000
const market = new Market({ seed: 5 })
const apple = market.instrument(11, 'AAPL')

function newYork(time: string): number {
  return Date.parse(`${time}-05:00`)
}

type Terms = Partial<Pick<OrderState, 'session' | 'fillOutsideRth'>>

/** The hours of New York in which a day order with these terms may trade, and when its day ends. */
function lifeOf(placed: string, terms: Terms): { readonly hours: readonly string[]; readonly ended: string } {
  if (apple === null) throw new Error('not listed')
  const rig = new TradingRig(newYork(placed)).unlock()
  const draft = rig.place({ header: REAL_US, code: 'AAPL', qty: 1, price: 1 })
  const order: OrderState = { ...draft, fillOutsideRth: false, hasMetDay: false, activeDate: null, ...terms }
  const hours = new Set<string>()
  let nowMs = newYork(placed)
  for (; nowMs < newYork(placed) + 6 * 86_400_000; nowMs += 10 * MINUTE_MS) {
    const state = market.tradingState(apple, nowMs)
    if (isDayOver(order, state)) break
    joinDay(order, state)
    const local = new Date(nowMs - 5 * 3_600_000).toISOString()
    if (mayTrade(order, phaseOf(state))) hours.add(local.slice(8, 13))
  }
  return { hours: [...hours], ended: new Date(nowMs - 5 * 3_600_000).toISOString().slice(8, 16) }
}

const REGULAR_HOURS = ['09', '10', '11', '12', '13', '14', '15']
const DAY_HOURS = ['04', '05', '06', '07', '08', ...REGULAR_HOURS, '16', '17', '18', '19']
const on = (day: string, hours: readonly string[]): readonly string[] => hours.map((hour) => `${day}T${hour}`)

test('a day order trades in the sessions of its day that it asked for, and ends with the last of them', () => {
  const sunday = '2026-11-15T12:00'
  const night = [...on('15', ['20', '21', '22', '23']), ...on('16', ['00', '01', '02', '03'])]
  assert.deepEqual(lifeOf(sunday, {}), { hours: on('16', REGULAR_HOURS), ended: '16T16:00' })
  const extended = { hours: on('16', DAY_HOURS), ended: '16T20:00' }
  assert.deepEqual(lifeOf(sunday, { fillOutsideRth: true }), extended)
  assert.deepEqual(lifeOf(sunday, { session: Session.ETH }), extended)
  assert.deepEqual(lifeOf(sunday, { session: Session.ALL }), {
    hours: [...night, ...on('16', DAY_HOURS)],
    ended: '16T20:00',
  })
  assert.deepEqual(lifeOf(sunday, { session: Session.OVERNIGHT }), { hours: night, ended: '16T04:00' })
})

test('an order of the evening belongs to the next day once the night has begun', () => {
  assert.deepEqual(lifeOf('2026-11-17T21:00', {}), { hours: on('18', REGULAR_HOURS), ended: '18T16:00' })
  assert.deepEqual(lifeOf('2026-11-17T17:00', {}), { hours: on('18', REGULAR_HOURS), ended: '18T16:00' })
  const afterHours = { hours: on('17', ['17', '18', '19']), ended: '17T20:00' }
  assert.deepEqual(lifeOf('2026-11-17T17:00', { fillOutsideRth: true }), afterHours)
  assert.deepEqual(lifeOf('2026-11-17T17:00', { session: Session.ALL }), afterHours)
  assert.equal(lifeOf('2026-11-17T11:00', { session: Session.OVERNIGHT }).ended, '18T04:00')
})

test('orders fill in the pre-market, after hours and at night by the prints of these sessions', () => {
  const fillMsOf = (placed: string, terms: object, price: number): number | null => {
    const rig = new TradingRig(newYork(placed))
    rig.reopen(Accounts.open(market, { openedMs: newYork(placed) })).unlock()
    const order = rig.place({ header: REAL_US, code: 'AAPL', qty: 1, price, timeInForce: TimeInForce.GTC, ...terms })
    for (let at = 1; at <= 10; at++) rig.advanceTo(newYork(placed) + at * 6 * MINUTE_MS)
    return order.status === OrderStatus.Filled_All ? order.updateMs : null
  }
  if (apple === null) throw new Error('not listed')
  for (const [placed, outside] of [
    ['2026-11-17T05:00', { fillOutsideRTH: true }],
    ['2026-11-17T17:00', { session: Session.ETH }],
    ['2026-11-17T22:00', { session: Session.ALL }],
    ['2026-11-17T22:00', { session: Session.OVERNIGHT }],
  ] as const) {
    const best: number = market.book(apple, newYork(placed)).bids[0]?.price ?? 0
    const filledMs = fillMsOf(placed, outside, best)
    assert.ok(filledMs !== null && filledMs >= newYork(placed), `${placed} ${JSON.stringify(outside)}`)
    assert.equal(fillMsOf(placed, {}, best), null, 'an order of the regular session waits for it')
  }
  const price = market.book(apple, newYork('2026-11-17T22:00')).asks[0]?.price ?? 0
  assert.equal(fillMsOf('2026-11-17T22:00', { fillOutsideRTH: true }, price), null, 'the night has to be asked for')
})
