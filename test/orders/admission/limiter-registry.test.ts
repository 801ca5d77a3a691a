import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LimiterRegistry } from '../../../src/orders/admission/limiter-registry.ts'
import { OrderPathRig } from '../order-rig.ts'
import { limits } from '../order-values.ts'

test('budgets are rebuilt from the ledger on first use and when the limits have changed', async () => {
  const rig = new OrderPathRig()
  await rig.done(Promise.all([rig.place(), rig.place(), rig.place({}, { caller: 'key:b' })]))
  const registry = new LimiterRegistry(rig.ledger)
  const nowMs = rig.clock.wallMs()
  const used = (caller: string, cap: number) =>
    registry.of(caller, limits({ maxOrdersPerMinute: cap }), nowMs).budgets(nowMs).rate?.used
  assert.deepEqual([used('key:a', 5), used('key:b', 5), used('key:c', 5)], [2, 1, 0])
  const cached = registry.of('key:a', limits({ maxOrdersPerMinute: 5 }), nowMs)
  assert.equal(registry.of('key:a', limits({ maxOrdersPerMinute: 5 }), nowMs), cached)
  assert.equal(used('key:a', 6), 2)
  assert.notEqual(registry.of('key:a', limits({ maxOrdersPerMinute: 5 }), nowMs), cached)
})

test('limits that differ only in an account id count as different', () => {
  const rig = new OrderPathRig()
  const registry = new LimiterRegistry(rig.ledger)
  const one = registry.of('key:a', limits({ allowedAccIds: [2n ** 60n] }), 0)
  assert.notEqual(registry.of('key:a', limits({ allowedAccIds: [2n ** 60n + 1n] }), 0), one)
})

test('more callers than fit in memory lose no budget', async () => {
  const rig = new OrderPathRig()
  const key = limits({ maxOrdersPerMinute: 5 })
  await rig.done(rig.place({}, { limits: key }))
  for (let i = 0; i < 1_100; i++) await rig.done(rig.place({}, { caller: `jwt:${i}`, limits: key, isDryRun: true }))
  const { budgets } = await rig.done(rig.place({}, { limits: key, isDryRun: true }))
  assert.equal(budgets?.rate?.used, 1)
})

test('a sent order counts as sent, also while the storage has it as waiting', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const stored = { ...rig.latest, state: 'reserved', sentAtMs: null } as const
  rig.ledger.update(stored)
  const nowMs = rig.clock.wallMs()
  const usedAt = (registry: LimiterRegistry): number | undefined =>
    registry.of('key:a', limits({ maxOrdersPerMinute: 5 }), nowMs).budgets(nowMs + 120_000).rate?.used
  assert.equal(usedAt(new LimiterRegistry(rig.ledger)), 1)
  const unwritten = { ...stored, state: 'unknown', sentAtMs: nowMs } as const
  assert.equal(usedAt(new LimiterRegistry(rig.ledger, () => unwritten)), 0)
})
