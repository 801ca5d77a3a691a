import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OrderStatus, QotMarket, TrdMarket } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { securityOf } from '../market/sample-securities.ts'
import { assertClosingOut, assertCombo, assertConserved, assertOrderTraces, assertSane } from './invariants.ts'
import { Player, sessions, type Place } from './random-session.ts'

const { HK_Security: HK, US_Security: US, CNSH_Security: SH, CNSZ_Security: SZ } = QotMarket

/** A Wednesday before the market of Hong Kong opens; sessions cross the nights of the US and of the futures. */
const START_MS = Date.parse('2025-11-19T09:20:00+08:00')
const market = new Market({ seed: 23 })

/** Securities of each market with other lots, price steps, boards and kinds, and futures by month and by main contract. */
const TRADED: readonly (readonly [accId: bigint, trdMarket: number, qotMarket: number, codes: string])[] = [
  [281756455988247916n, TrdMarket.HK, HK, '00123 00788 01211 01787 01810 03750 08279 07226 02800'],
  [281756455988247916n, TrdMarket.US, US, 'AMD NFLX PLTR F BRK.B SOXL SQQQ IWM NVDA'],
  [281756455988247916n, TrdMarket.CN, SH, '600000 688256 510050'],
  [281756455988247916n, TrdMarket.CN, SZ, '300059 000001 159915'],
  [987654n, TrdMarket.HK, HK, '00005 00939 00388 03033'],
  [283445328110215941n, TrdMarket.US, US, 'TSLA COIN GME SPY'],
  [281756480418757208n, TrdMarket.US, US, 'AMD INTC MSTR TQQQ'],
  [281756481492499033n, TrdMarket.CN, SH, '601398 600519'],
  [281756482566240858n, TrdMarket.Futures_Simulate_HK, HK, 'HSImain MHI2512 HTIcurrent'],
  [281756482566240858n, TrdMarket.Futures_Simulate_US, US, 'ESmain MCLmain'],
  [281756483639982683n, TrdMarket.Futures_Simulate_US, US, 'MNQmain MGC2512 MES2512'],
  [281756485788466331n, TrdMarket.Futures_Simulate_HK, HK, 'MHImain MCHnext'],
]

const PLACES: readonly Place[] = TRADED.flatMap(([accId, trdMarket, qotMarket, codes]) =>
  codes.split(' ').map((code) => ({
    accId,
    trdMarket,
    instrument: securityOf(market, [qotMarket, code]).instrument,
  })),
)

/** Two calls of one expiry near the price, and their underlying. */
function comboSecurities() {
  const optionMarket = market.optionMarket(US, 'AMD')
  assert.ok(optionMarket !== null)
  const { owner } = optionMarket
  const price = market.lastPrice(securityOf(market, [US, 'AMD']).instrument, START_MS)
  const calls = [...optionMarket.termsOn(owner.clock.dayIndexAt(START_MS))].filter(
    ({ isCall, strike, expiryDay }) => isCall && strike > price && expiryDay > START_MS / 86_400_000 + 20,
  )
  const [low, high] = calls
  assert.ok(low !== undefined && high !== undefined && low.expiryDay === high.expiryDay)
  const listed = [low, high].map((terms) => optionMarket.listingOf(terms).instrument)
  return [...listed, securityOf(market, [US, 'AMD']).instrument]
}

test('random sessions over the listed securities conserve money, with shorts, interest, settlements and strategies', () => {
  const seen = { fills: 0, shorts: 0, interest: 0, settled: 0, strategies: 0, outside: 0, months: 0 }
  const strategies = comboSecurities()
  const property = fc.property(sessions(500, true), (steps) => {
    const accounts = Accounts.open(market, { openedMs: START_MS })
    accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
    const player = new Player(START_MS, 5, PLACES, strategies)
    const hasExpired = (qotMarket: number, code: string): boolean =>
      market.security(qotMarket, code)?.isExpiredAt(player.nowMs) === true
    for (const step of steps) {
      player.play(accounts, step)
      for (const account of accounts.state.accounts) {
        assertConserved(account, hasExpired)
        assertClosingOut(accounts, account, player.nowMs)
        for (const { qty, settled } of account.positions) {
          seen.shorts += qty < 0 ? 1 : 0
          seen.settled += settled === 0 ? 0 : 1
        }
      }
    }
    for (const account of accounts.state.accounts) {
      seen.interest += account.cash.reduce((sum, one) => sum + one.interest, 0)
      for (const order of account.orders) {
        assertSane(accounts, order)
        assertCombo(account, order)
        // Orders and positions are of a month, never of the main contract.
        assert.doesNotMatch(order.code, /main$|current$|next$/)
        seen.months += /^(HSI|MHI|ES|MNQ)\d{4}$/.test(order.code) ? 1 : 0
        seen.strategies += order.combo !== null && order.status === OrderStatus.Filled_All ? 1 : 0
        seen.outside += order.filledQty > 0 && (order.session ?? 0) > 1 ? 1 : 0
      }
      for (const { code } of account.positions) assert.doesNotMatch(code, /main$|current$|next$/)
    }
    assertOrderTraces(player)
    seen.fills += player.events.filter((event) => event.kind === 'fill').length
  })
  fc.assert(property, { numRuns: 4, endOnFailure: true })
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `the sessions had no ${what}`)
})
