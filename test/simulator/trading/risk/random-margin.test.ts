import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OrderStatus } from '../../../../proto/enums.ts'
import type { OrderState } from '../../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../../src/simulator/trading/accounts.ts'
import { CLOSE_OUT_REMARK } from '../../../../src/simulator/trading/risk/close-out.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../../src/simulator/trading/unlock.ts'
import { assertClosingOut, assertCombo, assertConserved, assertOrderTraces, assertSane } from '../invariants.ts'
import { Player, sessions } from '../random-session.ts'
import { ScriptedMarket, hongKongMs } from '../scripted-market.ts'

const START_MS = hongKongMs(9, 10)
const MINUTE_MS = 60_000

/** Quantities large enough to use the margin, in a market that moves far enough to take it away. */
const SCALE = 30

function opened(seed: number): Accounts {
  const market = new ScriptedMarket(seed)
  market.swing = 0.6
  const accounts = Accounts.open(market, { openedMs: START_MS })
  accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
  return accounts
}

test('through shorts, loans, settlements and close-outs money is conserved and statuses make sense', () => {
  const seen = { closeOuts: 0, interest: 0, settled: 0, shorts: 0, combos: 0 }
  const property = fc.property(fc.nat(1_000_000), sessions(1200), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS, SCALE)
    for (const step of steps) {
      player.play(accounts, step)
      player.play(accounts, { kind: 'wait', ms: MINUTE_MS - 1 - (player.nowMs % MINUTE_MS) })
      for (const account of accounts.state.accounts) {
        assertConserved(account)
        assertClosingOut(accounts, account, player.nowMs)
        for (const { qty, settled } of account.positions) {
          seen.settled += settled === 0 ? 0 : 1
          seen.shorts += qty < 0 ? 1 : 0
        }
      }
    }
    for (const account of accounts.state.accounts) {
      for (const order of account.orders) {
        assertSane(accounts, order)
        assertCombo(account, order)
        seen.closeOuts += order.remark === CLOSE_OUT_REMARK ? 1 : 0
      }
      seen.interest += account.cash.reduce((sum, one) => sum + one.interest, 0)
    }
    seen.combos += player.events.filter((one) => one.kind === 'order' && isFilledCombo(one.order)).length
    assertOrderTraces(player)
  })
  fc.assert(property, { numRuns: 4, endOnFailure: true })
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `the sessions had no ${what}`)
})

function isFilledCombo({ combo, status }: OrderState): boolean {
  return combo !== null && combo.price !== null && status === OrderStatus.Filled_All
}

test('margins give the same outcome in however many steps time is passed on, and through a snapshot', () => {
  const slices = fc.array(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 5 })
  const property = fc.property(fc.nat(1000), sessions(150), slices, (seed, steps, cuts) => {
    const one = opened(seed)
    let other = opened(seed)
    const [player, finePlayer] = [new Player(START_MS, SCALE), new Player(START_MS, SCALE)]
    for (const step of steps) {
      player.play(one, step)
      if (step.kind === 'wait') {
        for (const cut of [...cuts].sort((a, b) => a - b)) if (cut < step.ms) other.advance(finePlayer.nowMs + cut)
        other = Accounts.restore(other.market, JSON.parse(JSON.stringify(other.snapshot())))
      }
      finePlayer.play(other, step)
    }
    assert.deepEqual(finePlayer.events, player.events)
    assert.deepEqual(other.snapshot(), one.snapshot())
  })
  fc.assert(property, { numRuns: 12, endOnFailure: true })
})
