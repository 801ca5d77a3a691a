import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TrdMarket, TrdSecMarket, TrdSide } from '../../proto/enums.ts'
import { accountsOfCaller } from '../../src/accounts/allowed-accounts.ts'
import { mayTrade } from '../../src/auth/caller.ts'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { SCOPES } from '../../src/auth/scope.ts'
import { orderTermsOf } from '../../src/keys/order-terms.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { LimitState } from '../../src/limits/limit-state.ts'
import { factsOfPlaceOrder, type OrderFacts } from '../../src/limits/order-facts.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import { LimiterRegistry } from '../../src/orders/admission/limiter-registry.ts'
import { MemoryLedger } from '../storage/memory-ledger.ts'
import { inMarket, placeOrder, SHARES } from '../limits/sample-orders.ts'
import { placeEntry } from '../orders/sample-entries.ts'
import { KeyRig, NOW_MS } from './key-rig.ts'

const ACCOUNTS = ['281756', '9'] as const
const CARDS = [
  { accId: 281_756n, cards: ['1001000011112222'] },
  { accId: 9n, cards: ['1001000033334444'] },
]

/** A field of a record, or more often its absence. */
function perhaps<Value>(name: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> {
  const given = value.map((one) => ({ [name]: one }))
  return fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: given })
}

const list = <Item>(...items: readonly Item[]): fc.Arbitrary<Item[]> => fc.subarray([...items], { minLength: 1 })
const cap = fc.oneof(
  fc.constantFrom(100, 500, 2_000),
  fc.dictionary(fc.constantFrom('HKD', 'USD'), fc.constantFrom(200, 900)),
)

const fields = fc
  .tuple(
    fc.oneof(fc.constant([...SCOPES]), fc.subarray([...SCOPES], { maxLength: 2 })).map((scopes) => ({ scopes })),
    perhaps('allowed_acc_ids', list(...ACCOUNTS)),
    perhaps('allowed_card_nums', list('2222', '4444')),
    perhaps('allowed_markets', list('HK', 'US')),
    perhaps('allowed_symbols', list('HK.00700', 'US.AAPL')),
    perhaps('allowed_trd_sides', list('BUY', 'SELL')),
    perhaps('hours_window', fc.constantFrom('00:00-23:59', '11:00-13:00', '13:00-14:00')),
    perhaps('max_orders_per_minute', fc.nat(4)),
    perhaps('max_order_value', cap),
    perhaps('max_daily_value', cap),
    perhaps('subscription_quota', fc.integer({ min: 1, max: 20 })),
    perhaps(
      'expires_at',
      fc.constantFrom(NOW_MS + 1_000, NOW_MS + 90_000).map((ms) => new Date(ms).toISOString()),
    ),
  )
  .map((parts): Record<string, unknown> => Object.assign({}, ...parts))

const order = fc
  .record({
    isHongKong: fc.boolean(),
    trdSide: fc.constantFrom(TrdSide.Buy, TrdSide.Sell),
    qty: fc.constantFrom(1, 2, 5),
    accID: fc.constantFrom(281_756n, 9n),
  })
  .map(({ isHongKong, accID, ...rest }) => {
    const [market, code, secMarket] = isHongKong
      ? [TrdMarket.HK, '00700', TrdSecMarket.HK]
      : [TrdMarket.US, 'AAPL', TrdSecMarket.US]
    return factsOfPlaceOrder(
      placeOrder({ ...rest, code, secMarket, price: 100, header: { ...inMarket(market), accID } }),
    )
  })

const step = fc.record({ member: fc.nat(4), facts: order, waitMs: fc.constantFrom(0, 0, 1_000, 30_000) })

/** A parent, its children and a grandchild, as far as their requests were granted. */
function familyOf(parent: Record<string, unknown>, children: readonly Record<string, unknown>[]) {
  const rig = new KeyRig()
  rig.create('ann', parent as never)
  const ids = ['ann']
  for (const [n, child] of children.entries()) {
    // The last one is made by the first child.
    const maker = n === children.length - 1 ? (ids[1] ?? 'ann') : 'ann'
    const minted = rig.mint(maker, `child ${n}`, child as never)
    if (minted.ok) ids.push(minted.value)
  }
  return { rig, ids }
}

/** The limits of the parent alone, in a state that sees every order of the family. */
function judgeOf(parent: KeyRecord): LimitState {
  const limits = orderTermsOf(parent, '', CARDS).limits ?? NO_LIMITS
  return new LimitState(orderPolicyOf(limits), [], NOW_MS)
}

function mayUse(record: KeyRecord, { accId }: OrderFacts): boolean {
  return accountsOfCaller({ key: record, restrictions: record }, CARDS)?.has(accId) ?? true
}

test('a child never has a right that its parent lacks', () => {
  let granted = 0
  const property = fc.property(fields, fc.array(fields, { minLength: 1, maxLength: 4 }), (parent, children) => {
    const { rig, ids } = familyOf(parent, children)
    for (const id of ids.slice(1)) {
      granted++
      const child = rig.found(id)
      const above = rig.found(child.ancestors[0]?.id ?? '')
      const trades = { child: rightsOf(child), above: rightsOf(above) }
      assert.ok(!trades.child.real || trades.above.real)
      assert.ok(!trades.child.simulate || trades.above.simulate)
      const others = [...child.scopes].filter((scope) => scope !== 'trade:simulate')
      assert.ok(others.every((scope) => above.scopes.has(scope)))
      assert.ok((child.expiresAtMs ?? Infinity) <= (above.expiresAtMs ?? Infinity))
      const [inner, outer] = [child, above].map((key) => accountsOfCaller({ key, restrictions: key }, CARDS))
      if (outer !== null && outer !== undefined)
        assert.ok(inner !== null && [...(inner ?? [])].every((one) => outer.has(one)))
    }
    const quota = parent['subscription_quota']
    const shares = ids.map((id) => rig.found(id).subscriptionQuota)
    if (typeof quota === 'number') {
      assert.ok(shares.every((share) => share !== null))
      assert.ok(shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) <= quota)
    }
  })
  fc.assert(property, { numRuns: 300 })
  assert.ok(granted > 50, `only ${granted} children were granted`)
})

test('what a family orders together, its parent alone may order', () => {
  const seen = { admitted: 0, byChildren: 0 }
  const property = fc.property(
    fields,
    fc.array(fields, { maxLength: 4 }),
    fc.array(step, { maxLength: 30 }),
    (parent, children, steps) => {
      const scopes = ['trade:simulate', 'trade:real']
      const { rig, ids } = familyOf(
        { ...parent, scopes },
        children.map((child) => ({ ...child, scopes: ['trade:simulate'] })),
      )
      const judge = judgeOf(rig.found('ann'))
      const ledger = new MemoryLedger({ entries: new Map(), traded: new Map() }, () => rig.nowMs)
      let registry = new LimiterRegistry(ledger)
      for (const [n, { member, facts, waitMs }] of steps.entries()) {
        rig.nowMs += waitMs
        const record = rig.service.find(ids[member % ids.length] ?? '')
        if (record === null || (record.expiresAtMs ?? Infinity) <= rig.nowMs) continue
        const { limits, payers } = orderTermsOf(record, keyMarkOf(record), CARDS)
        // A restart of the object between any two orders must not make room.
        if (n % 5 === 4) registry = new LimiterRegistry(ledger)
        const request = { caller: `key:${record.id}`, limits, payers } as never
        const state = registry.ofRequest(request, rig.nowMs)
        const verdict = state.check(facts, SHARES, rig.nowMs)
        if (!verdict.isAdmitted || verdict.charge === null) continue
        seen.admitted++
        if (record.ancestors.length > 0) seen.byChildren++
        const allowed = judge.check(facts, SHARES, rig.nowMs)
        assert.ok(
          allowed.isAdmitted && allowed.charge !== null,
          JSON.stringify(allowed.gates.filter((gate) => gate.refusal)),
        )
        assert.ok(mayUse(rig.found('ann'), facts))
        const id = `oi_${n}`
        judge.spend(judge.reserve(id, allowed.charge, rig.nowMs), rig.nowMs)
        const reservation = state.reserve(id, verdict.charge, rig.nowMs)
        const entry = { ...placeEntry({ id, caller: `key:${record.id}`, state: 'reserved' }), reservation }
        const named = {
          ...entry,
          payers: payers.map(({ caller }) => caller),
          createdAtMs: rig.nowMs,
          holds: 'rate_and_value' as const,
        }
        ledger.insert(named)
        const sent = registry.spend(named, rig.nowMs)
        ledger.update({ ...named, state: 'accepted', sentAtMs: rig.nowMs, reservation: sent })
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
  assert.ok(seen.byChildren > 30 && seen.admitted > seen.byChildren, JSON.stringify(seen))
})

test('a parent that is narrowed later narrows its children', () => {
  const { rig, ids } = familyOf({ scopes: ['qot:read', 'acc:read'], allowed_acc_ids: [...ACCOUNTS] }, [
    { scopes: ['qot:read', 'acc:read'], allowed_acc_ids: [...ACCOUNTS] },
  ])
  const changed = rig.service.change(
    'ann',
    { scopes: ['qot:read'], allowed_acc_ids: ['9'] },
    { caller: 'key:root', requestId: 'r' },
  )
  assert.ok(changed.ok)
  const child = rig.found(ids[1] ?? '')
  assert.deepEqual([...child.scopes], ['qot:read'])
  assert.deepEqual([...(accountsOfCaller({ key: child, restrictions: child }, CARDS) ?? [])], [9n])
})

function rightsOf(record: KeyRecord) {
  return mayTrade({ scopes: record.scopes, key: record, restrictions: record })
}
