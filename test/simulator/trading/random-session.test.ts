import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Market } from '../../../src/simulator/market/market.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { assertCombo, assertConserved, assertSane, assertOrderTraces } from './invariants.ts'
import { Player, sessions } from './random-session.ts'
import type { Step } from './random-session.ts'
import { ScriptedMarket, hongKongMs } from './scripted-market.ts'

const START_MS = hongKongMs(9, 10)

function opened(seed: number): Accounts {
  const accounts = Accounts.open(new ScriptedMarket(seed), { openedMs: START_MS })
  accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
  return accounts
}

function play(accounts: Accounts, player: Player, steps: readonly Step[]): void {
  for (const step of steps) player.play(accounts, step)
}

test('random sessions conserve money, respect limits and quantities, and tell stories that make sense', () => {
  let accepted = 0
  let combos = 0
  let fills = 0
  const property = fc.property(fc.nat(1_000_000), sessions(1800), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS)
    for (const step of steps) {
      player.play(accounts, step)
      for (const account of accounts.state.accounts) assertConserved(account)
    }
    for (const account of accounts.state.accounts) {
      for (const order of account.orders) {
        assertSane(accounts, order)
        assertCombo(account, order)
      }
    }
    assertOrderTraces(player)
    combos += player.acceptedCombos
    accepted += player.accepted
    fills += player.events.filter((event) => event.kind === 'fill').length
  })
  fc.assert(property, { numRuns: 4, endOnFailure: true })
  assert.ok(accepted > 400 && fills > 100, `the sessions did not trade: ${accepted} orders, ${fills} fills`)
  assert.ok(combos > 20, `only ${combos} combinations`)
})

test('a snapshot in the middle, through JSON, changes nothing that follows', () => {
  const property = fc.property(fc.nat(1000), sessions(80), sessions(80), (seed, before, after) => {
    const straight = opened(seed)
    const player = new Player(START_MS)
    play(straight, player, before)
    const restored = Accounts.restore(straight.market, JSON.parse(JSON.stringify(straight.snapshot())))
    const other = new Player(player.nowMs)
    const heardBefore = player.events.length
    play(straight, player, after)
    play(restored, other, after)
    assert.deepEqual(restored.snapshot(), straight.snapshot())
    assert.deepEqual(other.events, player.events.slice(heardBefore))
  })
  fc.assert(property, { numRuns: 15 })
})

test('the same input gives the same output, in however many steps time is passed on', () => {
  const slices = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 5 })
  const property = fc.property(fc.nat(1000), sessions(80), slices, (seed, steps, cuts) => {
    const one = opened(seed)
    const other = opened(seed)
    const [player, finePlayer] = [new Player(START_MS), new Player(START_MS)]
    for (const step of steps) {
      player.play(one, step)
      if (step.kind === 'wait') for (const cut of cuts) if (cut < step.ms) other.advance(finePlayer.nowMs + cut)
      finePlayer.play(other, step)
    }
    assert.deepEqual(finePlayer.events, player.events)
    assert.deepEqual(other.snapshot(), one.snapshot())
  })
  fc.assert(property, { numRuns: 15 })
})

test('no order stays open for ever: a day order ends with its day, a good-till order with its date', () => {
  const property = fc.property(fc.nat(1000), sessions(60), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS)
    play(accounts, player, steps)
    for (const days of [1, 2, 7, 40, 80, 110]) accounts.advance(player.nowMs + days * 86_400_000)
    for (const account of accounts.state.accounts) {
      for (const order of account.orders) assert.ok(!isOpenStatus(order.status), `still open: ${order.status}`)
    }
  })
  fc.assert(property, { numRuns: 5 })
})

test('on the simulated exchanges, too, money is conserved and limits are kept', () => {
  const market = new Market({ seed: 5 })
  const startMs = Date.UTC(2025, 10, 19, 1, 20)
  let fills = 0
  const property = fc.property(sessions(300), (steps) => {
    const accounts = Accounts.open(market, { openedMs: startMs })
    accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
    const player = new Player(startMs)
    play(accounts, player, steps)
    for (const account of accounts.state.accounts) {
      assertConserved(account)
      for (const order of account.orders) assertSane(accounts, order)
    }
    assertOrderTraces(player)
    fills += player.events.filter((event) => event.kind === 'fill').length
  })
  fc.assert(property, { numRuns: 4, endOnFailure: true })
  assert.ok(fills > 20, `only ${fills} fills`)
})
