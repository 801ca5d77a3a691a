import type { Failure } from '../base/failure.ts'
import type { Reservation } from '../limits/limit-state.ts'
import type { LedgerEntry, OrderCallFacts } from './entry.ts'
import type { OrderRequest } from './request.ts'
import { entryIdOf } from './tag.ts'

/** A call to be written to the ledger. */
export interface WrittenCall {
  readonly request: OrderRequest
  /** SHA-1 of the request's message, hex. */
  readonly bodyHash: string
  readonly facts: OrderCallFacts
  readonly nowMs: number
}

/** The entry of an admitted call that is about to be sent. */
export function reservedEntry(
  call: WrittenCall,
  tag: string,
  reservation: Reservation | null,
  isValued: boolean,
): LedgerEntry {
  return {
    ...blankEntry(call, tag),
    tag: call.facts.kind === 'place' ? tag : null,
    reservation,
    isValued,
    holds: reservation === null ? 'nothing' : 'rate_and_value',
  }
}

/** The entry of a call that is refused. */
export function refusedEntry(call: WrittenCall, tag: string, refusal: Failure): LedgerEntry {
  return { ...blankEntry(call, tag), state: 'refused', refusal }
}

function blankEntry({ request, bodyHash, facts, nowMs }: WrittenCall, tag: string): LedgerEntry {
  return {
    id: entryIdOf(tag),
    caller: request.caller,
    payers: (request.payers ?? []).map(({ caller }) => caller),
    requestId: request.requestId,
    callId: request.callId,
    idempotencyKey: request.idempotencyKey,
    bodyHash,
    call: facts,
    tag: null,
    state: 'reserved',
    reservation: null,
    isValued: false,
    holds: 'nothing',
    sentAs: null,
    sentAtMs: null,
    orderId: null,
    orderIdEx: null,
    reply: null,
    detail: null,
    refusal: null,
    contradiction: null,
    resolution: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    pollAttempts: 0,
    nextPollAtMs: nowMs,
  }
}
