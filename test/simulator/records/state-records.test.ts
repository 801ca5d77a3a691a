import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OrderStatus, OrderType } from '../../../proto/enums.ts'
import type { SimulatorState } from '../../../src/simulator/opend.ts'
import type { RecordChange } from '../../../src/simulator/records/list-records.ts'
import { stateOfRecords, StateRecords } from '../../../src/simulator/records/state-records.ts'
import { FRESH_SESSION } from '../../../src/simulator/session/session-options.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { MAX_ORDERS_PER_ACCOUNT } from '../../../src/simulator/trading/bounds.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { Player, sessions, type Step } from '../trading/random-session.ts'
import { hongKongMs, ScriptedMarket } from '../trading/scripted-market.ts'

const START_MS = hongKongMs(9, 35)

/** A store that keeps records in the order in which they were added, as a Map does. */
class Store {
  readonly records = new Map<string, string>()

  apply(changes: readonly RecordChange[]): void {
    for (const { name, text } of changes) {
      if (text !== null) this.records.set(name, text)
      else assert.ok(this.records.delete(name), `${name} is removed, but was never added`)
    }
  }
}

function opened(seed: number): Accounts {
  const accounts = Accounts.open(new ScriptedMarket(seed), { openedMs: START_MS })
  accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
  return accounts
}

function stateOf(accounts: Accounts): SimulatorState {
  return { version: 1, session: FRESH_SESSION, accounts: accounts.state, watchlists: [] }
}

test('after each step of a random session, the records contain the whole state', () => {
  const property = fc.property(fc.nat(1_000_000), sessions(250), (seed, steps) => {
    const accounts = opened(seed)
    const player = new Player(START_MS)
    const [records, store] = [new StateRecords(), new Store()]
    for (const step of steps) {
      player.play(accounts, step)
      store.apply(records.changes(stateOf(accounts)))
      assert.deepEqual(stateOfRecords(store.records)?.accounts, accounts.snapshot())
      assert.deepEqual(records.changes(stateOf(accounts)), [], 'nothing is written twice')
    }
  })
  fc.assert(property, { numRuns: 10, endOnFailure: true })
})

/** A limit order far from the market, and its cancel. */
const REST: Step = {
  ...{ kind: 'place', place: 3, side: 1, orderType: 1, timeInForce: 0 },
  ...{ lots: 1, ticks: -15, auxTicks: 0, extended: false, session: null, fraction: 0 },
}
const CANCEL: Step = { kind: 'modify', pick: 0, operation: 2, lots: 1, ticks: 0 }

test('an order writes as much after thousands of orders as after a few', () => {
  const accounts = opened(1)
  const player = new Player(START_MS)
  const [records, store] = [new StateRecords(), new Store()]
  const sizes: number[] = []
  for (let index = 0; index < MAX_ORDERS_PER_ACCOUNT * 3; index++) {
    player.play(accounts, REST)
    const changes = records.changes(stateOf(accounts))
    store.apply(changes)
    if (index > 0) sizes.push(changes.reduce((sum, { name, text }) => sum + name.length + (text?.length ?? 0), 0))
    player.play(accounts, CANCEL)
    store.apply(records.changes(stateOf(accounts)))
  }
  assert.equal(player.accepted, MAX_ORDERS_PER_ACCOUNT * 3)
  assert.deepEqual(stateOfRecords(store.records)?.accounts, accounts.snapshot(), 'the oldest orders are removed')
  // The order, the counters of the accounts, and the name of an order that is removed.
  const [few, many] = [Math.max(...sizes.slice(0, 100)), Math.max(...sizes.slice(-100))]
  assert.ok(few < 2500 && many < few + 100, `${few} bytes, later ${many}`)
})

/** The read-only members of orders and positions. */
const FIXED: ReadonlySet<string> = new Set([
  ...['orderId', 'orderIdEx', 'accId', 'trdMarket', 'secMarket', 'market', 'code', 'name', 'currency', 'createMs'],
  ...['contractMultiplier', 'orderType', 'timeInForce', 'expiresMs', 'session', 'fillOutsideRth', 'remark', 'amount'],
  ...['positionId', 'isCashSettled'],
])

test('a change of any member of an open order or of a position is found', () => {
  const accounts = opened(1)
  const player = new Player(START_MS)
  player.play(accounts, { ...REST, orderType: OrderType.Market })
  player.play(accounts, REST)
  const account = accounts.account(987654n)
  const [position, order] = [account?.positions[0], account?.orders[1]]
  assert.ok(position !== undefined && order !== undefined)
  const records = new StateRecords()
  records.changes(stateOf(accounts))
  for (const [kind, record] of Object.entries({ order, position, today: position.today })) {
    // The names come from the record, so that a member that is added later is tested, too.
    const members = record as unknown as Record<string, unknown>
    for (const [name, value] of Object.entries(members)) {
      if (FIXED.has(name) || name === 'today') continue
      members[name] = name === 'status' ? OrderStatus.Disabled : typeof value === 'number' ? value + 1 : {}
      const changed = records.changes(stateOf(accounts)).map((change) => change.name.split('/')[0])
      assert.deepEqual(changed, [kind === 'today' ? 'position' : kind], `${kind}.${name}`)
    }
  }
})

test('an empty store has no state, and an incomplete one is refused', () => {
  assert.equal(stateOfRecords([]), null)
  const all = new StateRecords().changes(stateOf(opened(1))).map(({ name, text }) => [name, text ?? ''] as const)
  for (const missing of ['session', 'watchlists', 'accounts', 'account/987654']) {
    const others = all.filter(([name]) => name !== missing)
    assert.throws(() => stateOfRecords(others), /there is no record|has no account/, missing)
  }
  assert.throws(() => stateOfRecords([...all, ['note/987654/1', '{}']]), /of no known kind/)
})
