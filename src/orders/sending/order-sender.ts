import type { Failure } from '../../base/failure.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import type { Timers } from '../../base/timers.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import type { LeaveCheck } from '../../gateway/upstream-client.ts'
import type { LimitState } from '../../limits/limit-state.ts'
import type { LimitVerdict } from '../../limits/verdict.ts'
import type { Admission } from '../admission/admission.ts'
import type { LimiterRegistry } from '../admission/limiter-registry.ts'
import type { OrderRanks } from '../admission/order-ranks.ts'
import type { LedgerEntry } from '../entry.ts'
import type { HaltScope } from '../kill-switch/switches.ts'
import type { Ledger } from '../ledger.ts'
import { addedBy, limitFailure, refused, refusedUnwritten, replyOf } from '../manager/answer.ts'
import { reservedEntry, type WrittenCall } from '../manager/new-entry.ts'
import type { OrderEntries } from '../manager/order-entries.ts'
import { isCancel, type OrderCall, writeOrderCall } from '../order-call.ts'
import type { Upstream } from '../reconciliation/account-orders.ts'
import type { OrderReply, OrderRequest } from '../request.ts'
import { drawTag, entryIdOf } from '../tag.ts'
import { resolveCallResult } from './call-result.ts'
import type { GroupCommit } from './group-commit.ts'
import { InFlightOrders } from './in-flight-orders.ts'
import type { SendDeadline } from './send-deadline.ts'

/** How long a caller waits for a lost reply to be found, before it is told that the order is being looked for. */
export const WAIT_FOR_RECONCILIATION_MS = 8_000

/** The call cannot leave before its deadline. */
export const TOO_LATE: Failure = { code: 'order.too_late' }

const STORAGE_FAILED: Failure = { code: 'server.storage_failed' }

/** What sending needs from outside. */
export interface OrderSenderDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly storage: StorageHealth
  readonly upstream: Upstream
  readonly entries: OrderEntries
  readonly admission: Admission
  readonly limiters: LimiterRegistry
  readonly ranks: OrderRanks
  readonly commit: GroupCommit
  /** Uniform in [0, 1), and not to be guessed. */
  readonly random: () => number
  /** A call was refused after it was written down. */
  readonly onRefused: (caller: string, failure: Failure) => void
}

/** A call that has passed every check, with what sends it and checks it again. */
export interface AdmittedCall {
  readonly call: OrderCall
  readonly request: OrderRequest
  readonly rank: CallRank
  readonly deadline: SendDeadline
}

/**
 * Writes admitted calls down and sends each at most once. What was decided before a wait is decided again in the turn in
 * which the frame is handed to the link.
 */
export class OrderSender {
  readonly #deps: OrderSenderDeps
  readonly #inFlight: InFlightOrders

  constructor(deps: OrderSenderDeps) {
    this.#deps = deps
    this.#inFlight = new InFlightOrders(deps.timers)
  }

  /** Ends the orders and changes within a scope that have not left, as refused. Cancels go on. */
  stopWaiting(scope: HaltScope): void {
    const isMeant = ({ caller, call }: LedgerEntry): boolean =>
      call.kind !== 'cancel' &&
      (scope.kind === 'all' || (scope.kind === 'caller' ? caller === scope.caller : call.accId === scope.accId))
    this.#inFlight.stopWhere(isMeant, this.#deps.admission.haltFailure(scope))
  }

  /** Which frame carries an entry. */
  recordFrame(entryId: string, connId: bigint, serial: number): void {
    this.#inFlight.recordFrame(entryId, { connId: connId.toString(), serial })
  }

  /** An order push, which may tell of an order whose reply will be lost. */
  onPush(body: Uint8Array): void {
    this.#inFlight.onPush(body)
  }

  /**
   * Writes an admitted call down, durably, and sends it. The entry is written before the first wait. While the storage
   * fails only the kill switch sends.
   */
  async writeAndSend(
    written: WrittenCall,
    state: LimitState,
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

  /** Writes a call down with what it takes from the budgets. Throws when the storage fails. */
  #write(written: WrittenCall, state: LimitState, verdict: LimitVerdict): LedgerEntry {
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
        // The tag is taken (once in a hundred thousand orders when ten million are kept), or the storage failed.
        if (!isWritten && reservation !== null) state.release(reservation, 'not_sent')
      }
    }
  }

  async #send(entry: LedgerEntry, admitted: AdmittedCall): Promise<OrderReply> {
    const { call, request, deadline, rank } = admitted
    const { commit, entries, ledger, timers, upstream } = this.#deps
    const body = writeOrderCall(call, entry.tag)
    let refusal: Failure | null = null
    const mayLeave: LeaveCheck = (nowMs) => (refusal = this.#leave(entry, admitted, nowMs))
    const origin = { caller: request.caller, rank, entryId: entry.id, mayLeave }
    const following = this.#inFlight.follow(entry, () => upstream(call.protoId, body, origin))
    deadline.whenOver(() => this.#inFlight.stop(entry.id, TOO_LATE))
    const ending = await following
    await commit.share()
    // Nothing else moves an entry while it is reserved, so it is as it was written, but for how it was sent.
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
   * Decides, in the turn in which the frame is handed to the link, whether a call still may leave; and if so stamps what
   * it takes from the budgets with this moment, over which the caps hold.
   */
  #leave(entry: LedgerEntry, { call, request, deadline }: AdmittedCall, nowMs: number): Failure | null {
    const { admission, limiters, ranks } = this.#deps
    // Its caller has been told already that it is not sent.
    if (!this.#inFlight.isWaiting(entry.id) || deadline.isOver) return TOO_LATE
    const obstacle = admission.obstacleOf(call, request, nowMs)
    if (obstacle !== null) return obstacle
    const state = limiters.of(request.caller, request.limits, nowMs)
    const refusal = state.checkAtSending(isCancel(call), entry.reservation, nowMs)
    if (refusal !== null) return limitFailure(refusal)
    ranks.recordCancel(call, nowMs)
    this.#inFlight.recordLeaving(entry.id, nowMs, limiters.recordSent(entry, nowMs))
    deadline.end()
    return null
  }

  /** A call that was written down and then not sent: refused by a check at the moment of sending, or out of time. */
  #stopped(entry: LedgerEntry, failure: Failure): OrderReply {
    const { entries, onRefused } = this.#deps
    const isRefusal = failure.code.startsWith('limits.') || failure.code.startsWith('auth.')
    if (isRefusal) onRefused(entry.caller, failure)
    const changes = isRefusal ? { refusal: failure } : { detail: failure.code }
    return refused(failure, entries.transition(entry, isRefusal ? 'refused' : 'not_sent', changes))
  }
}
