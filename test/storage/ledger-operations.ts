import fc from 'fast-check'
import { ENTRY_STATES, mayMove, type LedgerEntry } from '../../src/orders/entry.ts'
import type { Ledger, OrderIds } from '../../src/orders/ledger.ts'
import { changeEntry, placeEntry } from '../orders/sample-entries.ts'
import type { ManualTimers } from './manual-timers.ts'

/** One thing that happens to a ledger. */
export type Operation =
  | { readonly kind: 'insert' | 'insertRefused'; readonly entry: LedgerEntry }
  | { readonly kind: 'update'; readonly index: number; readonly change: Partial<LedgerEntry> }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'forgetOld' }

/** A key with a child token, another key, and one that is only called like a child. */
const CALLERS = ['key:a', 'key:b', 'key:a~1', 'key:a~key'] as const
const ACCOUNTS = ['1', '2'] as const
const KEYS = ['k1', 'k2'] as const
const IDS = ['7', '8', null] as const
const IDS_EX = ['X7', 'X8', null] as const

/** Plain objects, as those of the product are. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true })
}

const caller = fc.constantFrom(...CALLERS)
const ids = { orderId: fc.constantFrom(...IDS), orderIdEx: fc.constantFrom(...IDS_EX) }
const reservation = fc.option(
  record({
    id: fc.constant('r'),
    atMs: fc.nat(1_000),
    currency: fc.constantFrom('HKD', null),
    value: fc.bigInt(0n, 10n ** 30n),
    day: fc.constant('2027-01-15'),
  }),
)
const reply = fc.option(fc.uint8Array({ maxLength: 8 }))

/** Any entry; `createdAtMs` is an offset to the time at which it is inserted. */
const entry: fc.Arbitrary<LedgerEntry> = record({
  isPlace: fc.boolean(),
  number: fc.nat(60),
  caller,
  accId: fc.constantFrom(...ACCOUNTS),
  trdMarket: fc.constantFrom(1, 2),
  target: record(ids),
  idempotencyKey: fc.constantFrom(...KEYS, null),
  state: fc.constantFrom('reserved', ...ENTRY_STATES),
  reservation,
  reply,
  createdAtMs: fc.constantFrom(0, -1, -1_000, -7_200_000, 500),
  ...ids,
}).map(({ isPlace, number, accId, trdMarket, target, ...rest }) => {
  const made = isPlace ? placeEntry(rest) : changeEntry({ kind: number % 2 === 0 ? 'modify' : 'cancel' }, rest)
  const named = isPlace ? {} : { targetOrderId: target.orderId, targetOrderIdEx: target.orderIdEx }
  const payers = rest.caller === 'key:a~1' ? ['key:a'] : []
  return { ...made, payers, id: `oi_${number}`, call: { ...made.call, accId, trdMarket, ...named } }
})

/** What happens to a ledger. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: record({ kind: fc.constant('insert'), entry }) },
  { weight: 2, arbitrary: record({ kind: fc.constant('insertRefused'), entry }) },
  {
    weight: 4,
    arbitrary: record({
      kind: fc.constant('update'),
      index: fc.nat(20),
      change: record({ state: fc.constantFrom(...ENTRY_STATES), reply, detail: fc.constant('d'), ...ids }),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 999, 3_600_000, 86_400_000) }),
  },
  { weight: 1, arbitrary: record({ kind: fc.constant('forgetOld') }) },
)

/** Does that to a ledger, and says what it answered. The clock is moved by the caller, who may have several ledgers. */
export function perform(ledger: Ledger, timers: ManualTimers, one: Operation): unknown {
  switch (one.kind) {
    case 'insert':
      return ledger.insert(madeAt(one.entry, timers.nowMs()))
    case 'insertRefused':
      return ledger.insertRefused({ ...madeAt(one.entry, timers.nowMs()), state: 'refused', reservation: null })
    case 'update':
      return update(ledger, one.index, one.change)
    case 'forgetOld':
      return ledger.forgetOld(timers.nowMs())
    case 'pass':
      return null
  }
}

/** Everything that a ledger answers, in a form that compares. */
export function answers(ledger: Ledger, nowMs: number): unknown {
  // The first page makes a ledger write what waits.
  const all = ledger.page({ caller: null, state: null, accId: null, before: null, limit: 1_000 })
  const sinces = [nowMs - 86_400_000, nowMs - 1]
  const pairs = IDS.flatMap((orderId) => IDS_EX.map((orderIdEx): OrderIds => ({ orderId, orderIdEx })))
  return {
    all,
    sequence: all.map(({ id }) => ledger.sequenceOf(id)).every((seq, index, seqs) => isBelow(seq, seqs[index - 1])),
    gone: [ledger.byId('oi_none'), ledger.sequenceOf('oi_none')],
    byId: all.map(({ id }) => ledger.byId(id)),
    pages: everyQuery(all[Math.floor(all.length / 2)]?.id ?? 'oi_none').map((query) => ledger.page(query)),
    byKey: CALLERS.flatMap((one) =>
      KEYS.flatMap((key) => sinces.map((since) => ledger.byIdempotencyKey(one, key, since))),
    ),
    byOrderId: ACCOUNTS.map((accId) => pairs.map((pair) => ledger.byOrderId(accId, pair))),
    changesOf: ACCOUNTS.map((accId) =>
      pairs.map((pair) => [ledger.changesOf(accId, pair, 100), ledger.changesOf(accId, pair, 2)]),
    ),
    unresolved: ledger.unresolved(),
    reserved: CALLERS.map((one) => sinces.map((since) => byId(ledger.reservedSince(one, since)))),
    placed: ACCOUNTS.map((accId) => sinces.map((since) => [2, 100].map((n) => ledger.placedSince(accId, since, n)))),
    latest: ACCOUNTS.map((accId) => [2, 100].map((limit) => ledger.latestFor(accId, limit))),
    sent: sinces.map((since) => [2, 100].map((limit) => ledger.latestSent(limit, since))),
    counts: CALLERS.map((one) => ledger.countOf(one)),
    traded: [null, ...CALLERS].map((one) =>
      [null, ...ACCOUNTS].map((accId) =>
        ledger
          .tradedAccounts(one, accId)
          .map(({ accId: id, trdEnv, trdMarket }) => `${id}/${trdEnv}/${trdMarket}`)
          .toSorted(),
      ),
    ),
  }
}

function everyQuery(middle: string) {
  return [null, 'key:a'].flatMap((one) =>
    [null, 'accepted', 'unknown', 'refused'].flatMap((state) =>
      [null, '1'].flatMap((accId) =>
        [null, middle, 'oi_none'].map((before) => ({ caller: one, state, accId, before, limit: 3 })),
      ),
    ),
  )
}

function update(ledger: Ledger, index: number, change: Partial<LedgerEntry>): unknown {
  const all = ledger.page({ caller: null, state: null, accId: null, before: null, limit: 21 })
  const found = all[index]
  if (found === undefined) return null
  // An entry goes only where it may, or keeps its state.
  const state = change.state !== undefined && mayMove(found.state, change.state) ? change.state : found.state
  return ledger.update({ ...found, ...change, state })
}

function madeAt(one: LedgerEntry, nowMs: number): LedgerEntry {
  return { ...one, createdAtMs: nowMs + one.createdAtMs, updatedAtMs: nowMs }
}

function byId<Entry extends { readonly id: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => one.id.localeCompare(other.id))
}

function isBelow(seq: number | null, above: number | null | undefined): boolean {
  return seq !== null && (typeof above !== 'number' || seq < above)
}
