import type { Failure } from '../../base/failure.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import type { Timers } from '../../base/time/timers.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import type { LeaveCheck } from '../../gateway/governed-session.ts'
import type { OrderBudget } from '../../limits/limit-chain.ts'
import type { LimitVerdict } from '../../limits/verdict.ts'
import type { Admission } from '../admission/admission.ts'
import type { LimiterRegistry } from '../admission/limiter-registry.ts'
import type { OrderRanks } from '../admission/order-ranks.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { addedBy, limitFailure, refused, refusedUnwritten, replyOf } from '../order-reply.ts'
import type { ChangedOrders } from '../changed-orders.ts'
import { reservedEntry, type WrittenCall } from '../new-entry.ts'
import type { OrderEntries } from '../manager/order-entries.ts'
import { isCancel, type OrderCall, writeOrderCall } from '../order-call.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import type { OrderReply, OrderRequest } from '../request.ts'
import { drawTag, entryIdOf } from '../tag.ts'
import { resolveCallResult } from './call-result.ts'
import type { GroupCommit } from './group-commit.ts'
import type { InFlightOrders } from './in-flight-orders.ts'
import type { SendDeadline } from './send-deadline.ts'

/** How long a call waits for reconciliation after its reply was lost, before it returns the outcome `unknown`. */
export const WAIT_FOR_RECONCILIATION_MS = 8_000

/** The call cannot be sent before its deadline. */
export const TOO_LATE: Failure = { code: 'order.too_late' }

const STORAGE_FAILED: Failure = { code: 'server.storage_failed' }

/** The dependencies of the sender. */
export interface OrderSenderDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly storage: StorageHealth
  readonly send: SendCall
  readonly entries: OrderEntries
  readonly inFlight: InFlightOrders
  readonly changedOrders: ChangedOrders
  readonly admission: Admission
  readonly limiters: LimiterRegistry
  readonly ranks: OrderRanks
  readonly commit: GroupCommit
  /** Uniform in [0, 1) and unpredictable. */
  readonly random: () => number
  /** Called when a call is refused after its entry was written. */
  readonly onRefused: (caller: string, failure: Failure) => void
}

/** A call that has passed every check, with what is needed to send it and to repeat the checks. */
export interface AdmittedCall {
  readonly call: OrderCall
  readonly request: OrderRequest
  readonly rank: CallRank
  readonly deadline: SendDeadline
}

/**
 * Writes admitted calls to the ledger and sends each at most once. The checks made before a wait are repeated in the
 * turn in which the frame is written to the link.
 */
export class OrderSender {
  readonly #deps: OrderSenderDeps
  readonly #inFlight: InFlightOrders

  constructor(deps: OrderSenderDeps) {
    this.#deps = deps
    this.#inFlight = deps.inFlight
  }

  /**
   * Writes an admitted call durably and sends it. The entry is written before the first wait. While the storage fails,
   * only calls of the kill switch are sent.
   */
  async writeAndSend(
    written: WrittenCall,
    state: OrderBudget,
    verdict: LimitVerdict,
    admitted: AdmittedCall,
  ): Promise<OrderReply> {
    const { ledger, storage, entries, random } = this.#deps
    let entry: LedgerEntry | null = null
    try {
      entry = this.#write(written, state, verdict)
      await ledger.sync()
      storage.worked()
    } catch (error) {
      storage.failed(error)
      if (!admitted.request.isKillSwitch) {
        if (entry !== null) entries.transition(entry, 'not_sent', { detail: 'the storage failed' })
        return refusedUnwritten(STORAGE_FAILED)
      }
      entry ??= reservedEntry(written, drawTag(random), null, false)
    }
    return this.#send(entry, admitted)
  }

  /** Writes a call with its reservation to the ledger. Throws when the storage fails. */
  #write(written: WrittenCall, state: OrderBudget, verdict: LimitVerdict): LedgerEntry {
    const charge = verdict.isAdmitted ? verdict.charge : null
    const isValued = addedBy(verdict.gates) !== null
    for (;;) {
      const tag = drawTag(this.#deps.random)
      const reservation = charge === null ? null : state.reserve(entryIdOf(tag), charge, written.nowMs)
      const entry = reservedEntry(written, tag, reservation, isValued)
      let isWritten = false
      try {
        isWritten = this.#deps.entries.insert(entry)
        if (isWritten) return entry
      } finally {
        // The tag is in use (once in 100,000 orders when ten million are stored), or the storage failed.
        if (!isWritten && reservation !== null) state.release(reservation, 'not_sent')
      }
    }
  }

  async #send(entry: LedgerEntry, admitted: AdmittedCall): Promise<OrderReply> {
    const { call, request, deadline, rank } = admitted
    const { changedOrders, commit, entries, ledger, timers, send } = this.#deps
    const body = writeOrderCall(call, entry.tag)
    let refusal: Failure | null = null
    const mayLeave: LeaveCheck = (nowMs) => (refusal = this.#leave(entry, admitted, nowMs))
    const origin = { caller: request.caller, rank, entryId: entry.id, mayLeave }
    if (entry.call.kind !== 'place' && !entry.call.forAll) changedOrders.follow(entry.call)
    const ended = this.#inFlight.follow(entry, () => send(call.protoId, body, origin))
    deadline.whenOver(() => this.#inFlight.stop(entry.id, TOO_LATE))
    const ending = await ended
    await commit.share()
    // No other code changes a reserved entry, so it is as it was written, except for the facts about its sending.
    const sent = { ...entry, ...this.#inFlight.take(entry.id) }
    if ('stopped' in ending) return this.#stopped(sent, ending.stopped)
    if (refusal !== null) return this.#stopped(sent, refusal)
    const { state, changes } = resolveCallResult(sent, ending, () => this.#inFlight.orderOf(entry), ledger)
    const moved = entries.transition(sent, state, changes)
    if (moved.state === 'not_sent' && 'outcome' in ending && !ending.outcome.ok) {
      return refused(ending.outcome.failure, moved)
    }
    if (moved.state !== 'unknown') return replyOf(moved, false)
    const wait = new Promise<void>((resolve) => void timers.after(WAIT_FOR_RECONCILIATION_MS, resolve))
    await Promise.race([entries.whenFinal(entry.id), wait])
    return replyOf(entries.byId(entry.id) ?? moved, false)
  }

  /**
   * Decides, in the turn in which the frame is written to the link, whether a call may still be sent; if so, dates its
   * reservation to this moment, since the caps apply to the time of sending.
   */
  #leave(entry: LedgerEntry, { call, request, deadline }: AdmittedCall, nowMs: number): Failure | null {
    const { admission, limiters, ranks } = this.#deps
    // The caller has already received the reply that the call is not sent.
    if (!this.#inFlight.isWaiting(entry.id) || deadline.isOver) return TOO_LATE
    const obstacle = admission.obstacleOf(call, request, nowMs)
    if (obstacle !== null) return obstacle
    const state = limiters.ofRequest(request, nowMs)
    const refusal = state.checkAtSending(isCancel(call), entry.reservation, nowMs)
    if (refusal !== null) return limitFailure(refusal)
    ranks.recordCancel(call, nowMs)
    this.#inFlight.recordLeaving(entry.id, nowMs, limiters.spend(entry, nowMs))
    deadline.end()
    return null
  }

  /**
   * Ends a call that was written and then not sent: a check at the moment of sending refused it, or it was too late.
   */
  #stopped(entry: LedgerEntry, failure: Failure): OrderReply {
    const { entries, onRefused } = this.#deps
    const isRefusal = failure.code.startsWith('limits.') || failure.code.startsWith('auth.')
    if (isRefusal) onRefused(entry.caller, failure)
    const changes = isRefusal ? { refusal: failure } : { detail: failure.code }
    return refused(failure, entries.transition(entry, isRefusal ? 'refused' : 'not_sent', changes))
  }
}
