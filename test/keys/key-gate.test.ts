import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountCards } from '../../src/accounts/trading-accounts.ts'
import { keyMarkOf } from '../../src/auth/caller-standing.ts'
import { fail, succeed, type Result } from '../../src/base/result.ts'
import { type AdmittedCaller, KeyGate } from '../../src/keys/key-gate.ts'
import { BY, codeOf, hashOf, KeyRig, NOW_MS, okOf } from './key-rig.ts'

/** A gate over a key service; `accounts` is what OpenD answers, possibly after a change. */
class GateRig extends KeyRig {
  accounts: () => Promise<Result<readonly AccountCards[]>> = async () => succeed([])

  get gate(): KeyGate {
    return new KeyGate(
      this.service,
      () => this.nowMs,
      () => this.accounts(),
    )
  }

  /** The caller as the Worker admits it now. */
  admitted(id: string): AdmittedCaller {
    return { caller: `key:${id}`, keyMark: keyMarkOf(this.found(id)) }
  }

  refused(caller: AdmittedCaller): string | null {
    return this.gate.refusalOf(caller)?.code ?? null
  }
}

const TRADE = { scopes: ['qot:read', 'trade:simulate'] }

test('a caller is refused from the moment in which its key is revoked, frozen, rotated or expired', () => {
  const rig = new GateRig()
  for (const id of ['revoked', 'frozen', 'rotated', 'expiring', 'same']) rig.create(id)
  const callers = new Map(['revoked', 'frozen', 'rotated', 'expiring', 'same'].map((id) => [id, rig.admitted(id)]))
  const codes = (): object =>
    Object.fromEntries(Array.from(callers, ([id, caller]) => [id, rig.refused(caller)] as const))
  assert.deepEqual(codes(), { revoked: null, frozen: null, rotated: null, expiring: null, same: null })
  okOf(rig.service.revoke('revoked', BY))
  okOf(rig.service.change('frozen', { allowed_machines: [] }, BY))
  okOf(rig.service.rotate('rotated', hashOf('new'), 0, BY))
  okOf(rig.service.change('expiring', { expires_at: new Date(NOW_MS - 1).toISOString() }, BY))
  okOf(rig.service.change('same', { note: 'for people' }, BY))
  const refused = Object.entries(codes()).filter(([, code]) => code !== null)
  assert.deepEqual(refused.map(([id]) => id).toSorted(), ['expiring', 'frozen', 'revoked', 'rotated'])
})

test('both secrets of a rotated key are admitted until the overlap ends', () => {
  const rig = new GateRig()
  rig.create('ann')
  const before = rig.admitted('ann')
  okOf(rig.service.rotate('ann', hashOf('new'), 60_000, BY))
  const fresh = rig.admitted('ann')
  assert.deepEqual([rig.refused(before), rig.refused(fresh)], [null, null])
  rig.nowMs += 60_001
  assert.deepEqual([rig.refused(before) === null, rig.refused(fresh)], [false, null])
})

test('a caller without a mark is not the business of the gate, and a made-up mark opens nothing', () => {
  const rig = new GateRig()
  rig.create('ann')
  assert.equal(rig.refused({ caller: 'jwt:alice', keyMark: null }), null)
  assert.notEqual(rig.refused({ caller: 'key:ann', keyMark: 'made up' }), null)
  assert.notEqual(rig.refused({ caller: 'key:bob', keyMark: rig.admitted('ann').keyMark }), null)
})

test('an order gets the limits of the key as it is now, with those who pay for it, nearest first', async () => {
  const rig = new GateRig()
  rig.create('desk', { ...TRADE, max_orders_per_minute: 9 })
  const child = okOf(rig.mint('desk', 'child', { ...TRADE, max_orders_per_minute: 4 }))
  const grandchild = okOf(rig.mint(child, 'grandchild', { scopes: ['trade:simulate'] }))
  const caller = rig.admitted(grandchild)
  const terms = okOf(await rig.gate.orderTerms(caller))
  const caps = (): unknown => terms?.payers.map(({ caller: payer, limits }) => [payer, limits?.maxOrdersPerMinute])
  assert.deepEqual(caps(), [
    [`key:${child}`, 4],
    ['key:desk', 9],
  ])
  assert.equal(terms?.limits?.maxOrdersPerMinute, 4)
  okOf(rig.service.change('desk', { max_orders_per_minute: 2 }, BY))
  const after = okOf(await rig.gate.orderTerms(rig.admitted(grandchild)))
  assert.deepEqual(
    after?.payers.map(({ limits }) => limits?.maxOrdersPerMinute),
    [4, 2],
  )
  const lineage = okOf(await rig.gate.lineageOf(`key:${grandchild}`, null))
  assert.deepEqual(
    lineage.map(({ caller: one }) => one),
    [`key:${grandchild}`, `key:${child}`, 'key:desk'],
  )
})

test('a key that is revoked while the account list is read gets no terms', async () => {
  const rig = new GateRig()
  rig.create('carded', { ...TRADE, allowed_card_nums: ['1234'] })
  const caller = rig.admitted('carded')
  rig.accounts = async () => {
    okOf(rig.service.revoke('carded', BY))
    return succeed([])
  }
  assert.equal(codeOf(await rig.gate.orderTerms(caller)), 'auth.invalid_token')
})

test('an order is refused when its accounts cannot be read, and not sent without the restriction', async () => {
  const rig = new GateRig()
  rig.create('carded', { ...TRADE, allowed_card_nums: ['1234'] })
  rig.accounts = async () => fail({ code: 'gateway.busy', detail: 'down', retryInMs: null })
  assert.equal(codeOf(await rig.gate.orderTerms(rig.admitted('carded'))), 'gateway.busy')
})

test('the terms of a configured key and of a JWT are those that the Worker has', async () => {
  const rig = new GateRig([{ id: 'root', hash: hashOf('root'), scopes: ['trade:simulate'] }])
  assert.equal(okOf(await rig.gate.orderTerms(rig.admitted('root'))), null)
  assert.equal(okOf(await rig.gate.orderTerms({ caller: 'jwt:alice', keyMark: null })), null)
})

test('the quota of a key is the present one less what its children reserved, and a JWT keeps its own', () => {
  const rig = new GateRig()
  rig.create('desk', { subscription_quota: 10 })
  assert.equal(rig.gate.quotaOf('key:desk', 3), 10)
  const child = okOf(rig.mint('desk', 'child', { scopes: ['qot:read'], subscription_quota: 4 }))
  assert.deepEqual([rig.gate.quotaOf('key:desk', 3), rig.gate.quotaOf(`key:${child}`, null)], [6, 4])
  okOf(rig.service.change('desk', { subscription_quota: 5 }, BY))
  assert.equal(rig.gate.quotaOf('key:desk', 3), 1)
  assert.equal(rig.gate.quotaOf('jwt:alice', 3), 3)
})

test('an order that the gateway makes later has the present limits of its key, and none once the key is revoked', async () => {
  const rig = new GateRig()
  rig.create('desk', { ...TRADE, max_orders_per_minute: 9 })
  const placed = okOf(await rig.gate.orderTerms(rig.admitted('desk')))
  okOf(rig.service.change('desk', { scopes: ['trade:simulate'], max_orders_per_minute: 2 }, BY))
  const caller = { caller: 'key:desk', keyMark: placed?.keyMark ?? null }
  // The mark of the earlier order is not that of the key any more.
  assert.equal(rig.refused(caller), 'auth.key_changed')
  const later = okOf(await rig.gate.presentTerms(caller))
  assert.equal(later?.limits?.maxOrdersPerMinute, 2)
  const renewed = { caller: 'key:desk', keyMark: later?.keyMark ?? null }
  assert.equal(rig.refused(renewed), null)
  okOf(rig.service.rotate('desk', hashOf('new'), 0, BY))
  const rotated = okOf(await rig.gate.presentTerms(caller))
  assert.notEqual(rig.refused({ caller: 'key:desk', keyMark: rotated?.keyMark ?? null }), null)
  okOf(rig.service.revoke('desk', BY))
  assert.equal(codeOf(await rig.gate.presentTerms(caller)), 'auth.invalid_token')
  assert.equal(okOf(await rig.gate.presentTerms({ caller: 'jwt:alice', keyMark: null })), null)
})
