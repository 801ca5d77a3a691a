import { ModifyOrderOp } from '../../proto/enums.ts'
import type { LedgerEntry, OrderCallFacts } from '../../src/orders/entry.ts'
import type { OtherCalls } from '../../src/orders/reconciliation/match-result.ts'
import { PLAY_ID } from './order-rig.ts'

/** The creation time of the first sample entry; each further entry of a ledger is a second later. */
export const MADE_MS = 1_800_000_000_000

/** The order of `placeOrder`, whose reply was lost. */
export function placeEntry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...ENTRY, tag: '00000001', ...change }
}

/** A change of the order 7 that `restingOrder` is, whose reply was lost. */
export function changeEntry(call: Partial<OrderCallFacts>, change: Partial<LedgerEntry> = {}): LedgerEntry {
  const facts: OrderCallFacts = {
    ...ENTRY.call,
    protoId: 2205,
    kind: 'modify',
    op: ModifyOrderOp.Normal,
    qty: null,
    price: null,
    targetOrderId: '7',
    ...call,
  }
  return { ...ENTRY, id: 'oi_00000002', call: facts, ...change }
}

/** A ledger of these entries, oldest first. */
export function ledgerOf(...entries: readonly LedgerEntry[]): OtherCalls {
  const newest = entries.toReversed()
  return {
    byId: (id) => entries.find((entry) => entry.id === id) ?? null,
    byOrderId: (_, { orderId, orderIdEx }) =>
      newest.find(
        (entry) =>
          entry.call.kind === 'place' &&
          ((orderId !== null && entry.orderId === orderId) || (orderIdEx !== null && entry.orderIdEx === orderIdEx)),
      ) ?? null,
    changesOf: (_, { orderId, orderIdEx }, limit) =>
      newest
        .filter(
          ({ call }) =>
            (orderId !== null && call.targetOrderId === orderId) ||
            (orderIdEx !== null && call.targetOrderIdEx === orderIdEx),
        )
        .slice(0, limit),
    sequenceOf: (id) => {
      const index = entries.findIndex((entry) => entry.id === id)
      return index === -1 ? null : index
    },
  }
}

const ENTRY: LedgerEntry = {
  id: 'oi_00000001',
  caller: 'key:a',
  payers: [],
  requestId: 'r',
  idempotencyKey: null,
  bodyHash: '',
  call: {
    protoId: 2202,
    kind: 'place',
    accId: PLAY_ID.toString(),
    trdEnv: 0,
    trdMarket: 1,
    symbol: 'HK.00700',
    side: 'BUY',
    qty: 100,
    price: 300,
    op: null,
    forAll: false,
    targetOrderId: null,
    targetOrderIdEx: null,
  },
  tag: null,
  state: 'unknown',
  reservation: null,
  isValued: false,
  holds: 'nothing',
  sentAs: null,
  sentAtMs: null,
  callId: null,
  contradiction: null,
  resolution: null,
  orderId: null,
  orderIdEx: null,
  reply: null,
  detail: null,
  refusal: null,
  createdAtMs: MADE_MS,
  updatedAtMs: MADE_MS,
  pollAttempts: 0,
  nextPollAtMs: MADE_MS,
}
