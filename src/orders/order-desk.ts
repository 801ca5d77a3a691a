import type { Failure } from '../base/failure.ts'
import { admitOrder, type TradingAccounts } from '../gateway/trading-accounts.ts'
import type { LimitState } from '../limits/limit-state.ts'
import type { Verdict } from '../limits/verdict.ts'
import type { Sha1 } from '../wire/frame.ts'
import type { Upstream } from './account-orders.ts'
import { type EntryState, isFinal, type LedgerEntry, mayMove } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { LimitBook } from './limit-book.ts'
import { lookUp, type LookUp } from './look-up.ts'
import {
  callFactsOf,
  completedCall,
  isCancel,
  limitFactsOf,
  type OrderCall,
  readOrderCall,
  writeOrderCall,
} from './order-call.ts'
import { outcomeOf } from './reply.ts'
import type { OrderAnswer, OrderReply, OrderRequest } from './request.ts'
import { haltOver, haltText, type Switches } from './switches.ts'
import { CALLER_REMARK_BYTES, drawTag, entryIdOf, utf8Bytes } from './tag.ts'

/** How long an idempotency key stands for its first order. */
export const IDEMPOTENCY_MS = 24 * 3_600_000

/** How long a caller waits for a lost reply to be found, before it is told that the order is being looked for. */
export const WAIT_FOR_SEARCH_MS = 8_000

/** When an order whose reply was lost is first looked for. */
const FIRST_LOOK_MS = 250

/** What the desk cannot make itself. */
export interface DeskOutside {
  readonly ledger: Ledger
  readonly switches: Switches
  readonly upstream: Upstream
  readonly sha1: Sha1
  /** The accounts of the login, read again when `accId` is not among those known. */
  readonly accounts: (accId: bigint) => Promise<TradingAccounts | Failure>
  readonly nowMs: () => number
  readonly random: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Asks to be woken for the search at that time, Unix ms. */
  readonly wakeAt: (atMs: number) => void
}

/**
 * Takes order calls so that nobody has to be afraid of them: every call is checked against its key's limits, written
 * down with what it takes from them, durable before its first byte leaves, and sent once. Whatever happens then, its
 * entry says what is known, and an order whose reply was lost is looked for instead of being sent again.
 */
export class OrderDesk {
  readonly #outside: DeskOutside
  readonly #limits: LimitBook
  /** The frames of calls whose outcome is still out. */
  readonly #frames = new Map<string, LedgerEntry['sentAs']>()
  /** Ids of the entries that are unknown. While there are none, order pushes are not even read. */
  readonly #unknown = new Set<string>()
  /** Callers that wait for an entry to become final. */
  readonly #watchers = new Map<string, (() => void)[]>()

  constructor(outside: DeskOutside) {
    this.#outside = outside
    this.#limits = new LimitBook(outside.ledger)
    // What was on its way when an earlier life of the object ended may have left.
    for (const entry of outside.ledger.unsettled()) {
      if (entry.state === 'reserved') this.settle(entry, 'unknown', { detail: 'the gateway was restarted' })
      else this.#unknown.add(entry.id)
    }
  }

  /** Whether any entry is unknown. */
  get hasUnknown(): boolean {
    return this.#unknown.size > 0
  }

  async submit(request: OrderRequest): Promise<OrderAnswer> {
    const asked = readOrderCall(request.protoId, request.body)
    const bodyHash = hexOf(this.#outside.sha1(request.body))
    // What was answered before is answered again, also while OpenD cannot be asked for anything.
    const earlier = this.#earlier(request, bodyHash)
    if (earlier !== null) return { reply: earlier, budgets: null }
    const refusal = await this.#refusalOf(asked, request)
    if (refusal !== null) return answerRefused(refusal)
    const { policy } = this.#limits.of(request.caller, request.limits, this.#outside.nowMs())
    const known = await lookUp(this.#outside.upstream, asked, policy, request.isDryRun)
    const call = completedCall(asked, known.order)

    // From here to the entry's insertion nothing waits, so nothing can come between check and reservation.
    const again = this.#earlier(request, bodyHash)
    if (again !== null) return { reply: again, budgets: null }
    const nowMs = this.#outside.nowMs()
    // Asked for only now: a call under other limits may have had it made anew while this one waited.
    const state = this.#limits.of(request.caller, request.limits, nowMs)
    const verdict = state.check(limitFactsOf(call, known.order), known.market, nowMs)
    const failure = this.#haltOf(call, request) ?? failureOf(verdict)
    if (request.isDryRun) return { reply: dryRun(call, verdict, failure), budgets: state.budgets(nowMs) }
    if (failure !== null) return { ...answerRefused(failure), budgets: state.budgets(nowMs) }
    const entry = this.#write(request, call, known, bodyHash, state, verdict, nowMs)
    await this.#outside.ledger.sync()
    const reply = await this.#send(entry, call)
    const afterMs = this.#outside.nowMs()
    return { reply, budgets: this.#limits.of(request.caller, request.limits, afterMs).budgets(afterMs) }
  }

  /** Notes which frame carries an entry; written down with its outcome, which saves a write on every order. */
  noteSent(entryId: string, connId: bigint, serial: number): void {
    this.#frames.set(entryId, { connId: connId.toString(), serial })
  }

  /** Moves an entry along, and gives back what it no longer holds. An arrow that does not exist is a bug. */
  settle(entry: LedgerEntry, to: EntryState, changes: Partial<LedgerEntry>): LedgerEntry {
    if (!mayMove(entry.state, to)) throw new Error(`entry ${entry.id} cannot move from ${entry.state} to ${to}`)
    const nowMs = this.#outside.nowMs()
    const isReleased = to === 'rejected' || to === 'absent' || to === 'not_sent'
    if (isReleased) this.#limits.release(entry, to === 'not_sent' ? 'not_sent' : 'rejected')
    const holds = isReleased ? (to === 'not_sent' ? 'nothing' : 'rate') : entry.holds
    const nextLookMs = to === 'unknown' ? nowMs + FIRST_LOOK_MS : entry.nextLookMs
    const sentAs = this.#frames.get(entry.id) ?? entry.sentAs
    this.#frames.delete(entry.id)
    const settled: LedgerEntry = { ...entry, ...changes, state: to, holds, sentAs, nextLookMs, updatedAtMs: nowMs }
    this.#outside.ledger.update(settled)
    if (to === 'unknown') {
      this.#unknown.add(entry.id)
      this.#outside.wakeAt(nextLookMs)
    }
    if (isFinal(to)) {
      this.#unknown.delete(entry.id)
      for (const wake of this.#watchers.get(entry.id) ?? []) wake()
      this.#watchers.delete(entry.id)
    }
    return settled
  }

  /** What stands in the way of a call before its limits are looked at; null when nothing does. */
  async #refusalOf(call: OrderCall, request: OrderRequest): Promise<Failure | null> {
    const { accID } = call.c2s.header
    // Before the account list: whether another account exists is none of this key's business.
    if (request.limits?.allowedAccIds?.includes(accID) === false) {
      return { code: 'limits.account', text: `account ${accID} is not on the list of this key`, retryAfterMs: null }
    }
    const accounts = await this.#outside.accounts(accID)
    if ('code' in accounts) return accounts
    const refusal = admitOrder(call.c2s.header, accounts, request.rights)
    if (refusal !== null) return refusal
    if (call.protoId !== 2202 || utf8Bytes(call.c2s.remark ?? '') <= CALLER_REMARK_BYTES) return null
    const expected = `at most ${CALLER_REMARK_BYTES} bytes of UTF-8; the rest of OpenD's 64 carries the order's tag`
    return { code: 'request.invalid_value', path: 'remark', expected }
  }

  /** The reply to a call that was made before; null for a new one. */
  #earlier({ caller, idempotencyKey, isDryRun }: OrderRequest, bodyHash: string): OrderReply | null {
    if (idempotencyKey === null || isDryRun) return null
    const sinceMs = this.#outside.nowMs() - IDEMPOTENCY_MS
    const entry = this.#outside.ledger.byIdempotencyKey(caller, idempotencyKey, sinceMs)
    if (entry === null) return null
    const intentId = entry.id
    if (entry.bodyHash !== bodyHash) return refused({ code: 'order.idempotency_conflict', intentId }, intentId)
    // Nothing of these exists upstream, so the caller may try again under the same key.
    if (entry.state === 'not_sent' || entry.state === 'absent') return null
    if (entry.state === 'reserved') return refused({ code: 'order.in_flight', intentId }, intentId)
    return replyOf(entry, true)
  }

  #haltOf(call: OrderCall, { caller }: OrderRequest): Failure | null {
    if (isCancel(call)) return null
    const scope = haltOver(this.#outside.switches, caller, call.c2s.header.accID.toString())
    return scope === null ? null : { code: 'limits.halted', text: haltText(scope), retryAfterMs: null }
  }

  #write(
    request: OrderRequest,
    call: OrderCall,
    known: LookUp,
    bodyHash: string,
    state: LimitState,
    verdict: Verdict,
    nowMs: number,
  ): LedgerEntry {
    const tag = this.#freshTag()
    const id = entryIdOf(tag)
    const charge = verdict.isAdmitted ? verdict.charge : null
    const entry: LedgerEntry = {
      id,
      caller: request.caller,
      requestId: request.requestId,
      idempotencyKey: request.idempotencyKey,
      bodyHash,
      call: callFactsOf(call, limitFactsOf(call, known.order)),
      tag: call.protoId === 2202 ? tag : null,
      state: 'reserved',
      reservation: charge === null ? null : state.reserve(id, charge, nowMs),
      holds: charge === null ? 'nothing' : 'rate_and_value',
      sentAs: null,
      orderId: null,
      orderIdEx: null,
      reply: null,
      detail: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      looks: 0,
      nextLookMs: nowMs,
    }
    this.#outside.ledger.insert(entry)
    return entry
  }

  #freshTag(): string {
    for (;;) {
      const tag = drawTag(this.#outside.random)
      if (this.#outside.ledger.byId(entryIdOf(tag)) === null) return tag
    }
  }

  async #send(entry: LedgerEntry, call: OrderCall): Promise<OrderReply> {
    const upstream = await this.#outside.upstream(call.protoId, writeOrderCall(call, entry.tag), entry.id)
    const outcome = outcomeOf(call.protoId, upstream)
    const reply = upstream.ok && outcome.state !== 'unknown' ? upstream.body : null
    const changes =
      outcome.state === 'accepted'
        ? { reply, orderId: outcome.orderId, orderIdEx: outcome.orderIdEx }
        : { reply, detail: outcome.detail }
    // Nothing else moves an entry while it is reserved, so it is as it was written.
    const settled = this.settle(entry, outcome.state, changes)
    if (settled.state === 'not_sent' && !upstream.ok) return refused(upstream.failure, entry.id)
    if (settled.state !== 'unknown') return replyOf(settled, false)
    await Promise.race([this.#whenFinal(entry.id), this.#outside.wait(WAIT_FOR_SEARCH_MS)])
    return replyOf(this.#outside.ledger.byId(entry.id) ?? settled, false)
  }

  #whenFinal(entryId: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.set(entryId, [...(this.#watchers.get(entryId) ?? []), resolve])
    })
  }
}

function replyOf(entry: LedgerEntry, isReplay: boolean): OrderReply {
  if (entry.reply !== null) return { kind: 'answered', body: entry.reply, intentId: entry.id, isReplay }
  if (entry.state === 'absent') return refused({ code: 'order.absent', intentId: entry.id }, entry.id)
  return { kind: 'unknown', intentId: entry.id, isReplay }
}

function failureOf(verdict: Verdict): Failure | null {
  if (verdict.isAdmitted) return null
  const { gate, text, retryAfterMs } = verdict.refusal
  return { code: `limits.${gate}`, text, retryAfterMs }
}

function dryRun(call: OrderCall, { gates }: Verdict, failure: Failure | null): OrderReply {
  const daily = gates.find((gate) => gate.gate === 'daily_value')
  const amount = daily?.added ?? null
  const value = amount === null ? null : { amount, currency: daily?.currency ?? null }
  return {
    kind: 'dry_run',
    report: { wouldPass: failure === null, failure, gates, value, body: writeOrderCall(call, null) },
  }
}

function refused(failure: Failure, intentId: string | null): OrderReply {
  return { kind: 'refused', failure, intentId }
}

function answerRefused(failure: Failure): OrderAnswer {
  return { reply: refused(failure, null), budgets: null }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
