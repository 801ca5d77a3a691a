import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SqlAuditStore } from '../../durable-objects/storage/audit.ts'
import { auditEvent, AUDIT_KINDS, type AuditEvent, type AuditRow } from '../../src/audit/audit-event.ts'
import { FIRST_HASH, type PublishedRow, rowText, verifyChain } from '../../src/audit/audit-chain.ts'
import { AuditLog, AUDIT_RETENTION_MS, MOST_AUDIT_ROWS } from '../../src/audit/audit-log.ts'
import type { AuditQuery, AuditStore } from '../../src/audit/audit-store.ts'
import { ALL_DENIALS_PER_MINUTE, DENIALS_PER_MINUTE } from '../../src/audit/denial-sampler.ts'
import { sha256 } from '../../src/transport/native-crypto.ts'
import { MemoryAudit } from '../storage/memory-audit.ts'
import { START_MS, TestDatabase } from '../storage/stores.ts'

/** What the first row ever follows. */
const FIRST = { seq: 0, hash: FIRST_HASH }

const ALL: AuditQuery = {
  ...{ kind: null, caller: null, outcome: null, requestId: null, intentId: null, orderId: null },
  ...{ sinceMs: null, untilMs: null, beforeSeq: null, limit: 1_000 },
}

class LogRig {
  nowMs = START_MS
  /** Whether the test lets the storage fail. */
  mayFail = false
  readonly log: AuditLog
  readonly store: AuditStore

  constructor(store: AuditStore = new MemoryAudit()) {
    this.store = store
    this.log = new AuditLog({
      store,
      sha256,
      nowMs: () => this.nowMs,
      onStorageFailure: (error) => {
        if (!this.mayFail) throw error
      },
    })
  }

  /** All stored rows, oldest first. */
  rows(): readonly AuditRow[] {
    return this.store.after(0, 1_000_000)
  }
}

function order(change: Partial<AuditEvent> = {}): AuditEvent {
  return auditEvent('order', { caller: 'key:ann', action: 'reserved -> accepted', intentId: 'oi_1', ...change })
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const optional = fc.option(fc.constantFrom('a', 'b', 'c'))
const event: fc.Arbitrary<AuditEvent> = fc.record({
  kind: fc.constantFrom(...AUDIT_KINDS.filter((kind) => kind !== 'denial')),
  iface: fc.constantFrom('rest', 'ws', 'gateway'),
  caller: fc.constantFrom('key:a', 'key:b'),
  action: text,
  outcome: fc.constantFrom('allow', 'reject'),
  code: fc.option(text),
  requestId: optional,
  intentId: optional,
  sentAs: fc.option(text),
  orderId: optional,
  accId: fc.option(text),
  detail: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
})

/** The rows as somebody reads them from an exported file. */
function exported(rows: readonly AuditRow[]): PublishedRow[] {
  return rows.map((row) => JSON.parse(rowText(row)) as PublishedRow)
}

test('an export is whole, and every row that was changed, removed or moved is found', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 4, maxLength: 12 }), fc.nat(), text, (events, place, other) => {
      const rig = new LogRig()
      for (const one of events) rig.log.record(one)
      const rows = exported(rig.rows())
      assert.equal(verifyChain(rows, sha256, FIRST), null)
      const at = place % (rows.length - 2)
      const [row, next] = [rows[at], rows[at + 1]]
      assert.ok(row !== undefined && next !== undefined)

      const changed = rows.with(at, { ...row, action: `${row.action}${other}x` })
      assert.deepEqual(verifyChain(changed, sha256, FIRST), { seq: row.seq, reason: 'changed' })
      const added = rows.with(at, Object.assign({ approved_by: other }, row))
      assert.deepEqual(verifyChain(added, sha256, FIRST), { seq: row.seq, reason: 'changed' })
      const reordered = rows.map(
        (one) => Object.fromEntries(Object.entries(one).toReversed()) as unknown as PublishedRow,
      )
      assert.equal(verifyChain(reordered, sha256, FIRST), null, 'the order of members means nothing')
      const removed = rows.toSpliced(at + 1, 1)
      assert.deepEqual(verifyChain(removed, sha256, FIRST), { seq: next.seq + 1, reason: 'missing' })
      const moved = rows.with(at, next).with(at + 1, row)
      assert.notEqual(verifyChain(moved, sha256, FIRST), null)
      const renumbered = moved.map((one, index) => ({ ...one, seq: index + 1 }))
      assert.notEqual(verifyChain(renumbered, sha256, FIRST), null)
    }),
    { numRuns: 200 },
  )
})

test('a chain continues over a restart of the object and over a storage that failed', () => {
  const store = new MemoryAudit()
  new LogRig(store).log.record(order())
  const rig = new LogRig(store)
  rig.mayFail = true
  let isFailing = true
  const add = store.add.bind(store)
  store.add = (row) => {
    if (isFailing) throw new Error('the disk is full')
    add(row)
  }
  rig.log.record(order({ action: 'second' }))
  rig.log.record(order({ action: 'third' }))
  assert.equal(rig.rows().length, 1, 'nothing is written while the storage fails, and nothing throws')
  isFailing = false
  rig.log.maintain()
  assert.deepEqual(
    rig.rows().map(({ seq, action }) => [seq, action]),
    [
      [1, 'reserved -> accepted'],
      [2, 'second'],
      [3, 'third'],
    ],
  )
  assert.equal(verifyChain(exported(rig.rows()), sha256, FIRST), null)
})

test('old rows are deleted, and the rest is still proven to follow from what was deleted', () => {
  const rig = new LogRig(new SqlAuditStore(new TestDatabase()))
  for (let day = 0; day < 5; day++) {
    rig.log.record(order({ requestId: `r${day}` }))
    rig.nowMs += 24 * 3_600_000
  }
  rig.nowMs = START_MS + AUDIT_RETENTION_MS + 2.5 * 24 * 3_600_000
  rig.log.maintain()
  const { rows, anchor } = rig.log.exportAfter(0, 100)
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    [4, 5],
  )
  assert.equal(anchor?.seq, 3)
  assert.equal(verifyChain(exported(rows), sha256, anchor), null)
  assert.equal(verifyChain(exported(rows), sha256, FIRST)?.reason, 'missing')
  const hidden = { seq: 0, hash: anchor?.hash ?? '' }
  assert.equal(verifyChain(exported(rows), sha256, hidden)?.reason, 'missing', 'an anchor with another number')
  rig.log.record(order())
  assert.equal(rig.log.exportAfter(5, 10).rows[0]?.seq, 6)
  assert.ok(MOST_AUDIT_ROWS >= 100_000)
})

test('a flood of denials is sampled by caller and altogether, and the next row says how many were left out', () => {
  const rig = new LogRig()
  const deny = (caller: string): void => {
    rig.log.record(
      auditEvent('denial', { caller, action: 'POST /api/order', outcome: 'reject', code: 'auth.invalid_token' }),
    )
  }
  for (let count = 0; count < 5_000; count++) deny('<invalid>')
  assert.equal(rig.rows().length, DENIALS_PER_MINUTE)
  for (let count = 0; count < 5_000; count++) deny(`key:${count}`)
  assert.equal(rig.rows().length, ALL_DENIALS_PER_MINUTE)
  const recorded = rig.rows().reduce((sum, { leftOut }) => sum + leftOut, 0)
  rig.log.addLeftOut(7)
  rig.nowMs += 60_000
  deny('<invalid>')
  const last = rig.rows().at(-1)
  assert.equal((last?.leftOut ?? 0) + recorded, 10_000 - ALL_DENIALS_PER_MINUTE + 7)
  rig.log.record(order())
  assert.equal(rig.rows().length, ALL_DENIALS_PER_MINUTE + 2, 'orders are never left out')
})

test('a token in any field that a caller fills is not stored, and ids can still be found', () => {
  const rig = new LogRig()
  const key = `fc_${'5eed'.repeat(16)}`
  const caller = 'jwt:auth0|5f7c8ec7c33c6c004bbafe82'
  rig.log.record(order({ caller: `key:${key}`, requestId: key.slice(3), detail: { reason: `it was ${key}`, key } }))
  rig.log.record(order({ caller, requestId: '0123456789abcdef0123456789abcdef', detail: { scope: caller } }))
  const [first, second] = rig.rows()
  assert.ok(!JSON.stringify(first).includes('5eed'))
  assert.deepEqual([first?.caller, first?.detail['reason']], ['key:[redacted]', 'it was [redacted]'])
  assert.deepEqual([second?.caller, second?.requestId], [caller, '0123456789abcdef0123456789abcdef'])
  assert.deepEqual(second?.detail, { scope: caller })
})

test('long values of a caller are shortened', () => {
  const rig = new LogRig()
  rig.log.record(
    order({ caller: 'k'.repeat(10_000), requestId: 'r'.repeat(10_000), detail: { note: 'n'.repeat(10_000) } }),
  )
  assert.ok(rowText(rig.rows()[0] as AuditRow).length < 1_500)
})

test('the table answers every filter and page as the plain store does', () => {
  const query: fc.Arbitrary<Partial<AuditQuery>> = fc.record(
    {
      kind: fc.constantFrom(...AUDIT_KINDS),
      caller: fc.constantFrom('key:a', 'key:b'),
      outcome: fc.constantFrom('allow', 'reject'),
      requestId: optional,
      intentId: optional,
      orderId: optional,
      sinceMs: fc.integer({ min: START_MS, max: START_MS + 30 }),
      untilMs: fc.integer({ min: START_MS, max: START_MS + 30 }),
      limit: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: [] },
  )
  const db = new TestDatabase()
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), query, (events, filter) => {
      db.reset()
      const [table, plain] = [new LogRig(new SqlAuditStore(db)), new LogRig()]
      for (const one of events) {
        for (const rig of [table, plain]) {
          rig.nowMs++
          rig.log.record(one)
        }
      }
      for (const rig of [table, plain]) assert.equal(rig.rows().length, events.length)
      const all = (rig: LogRig): number[] => {
        const seen: number[] = []
        let beforeSeq: number | null = null
        do {
          const page = rig.log.page({ ...ALL, ...filter, beforeSeq })
          assert.ok(page.rows.length <= (filter.limit ?? 1_000))
          seen.push(...page.rows.map(({ seq }) => seq))
          beforeSeq = page.nextBeforeSeq
        } while (beforeSeq !== null)
        return seen
      }
      assert.deepEqual(all(table), all(plain))
    }),
    { numRuns: 150 },
  )
})
