import type { Failure } from '../../base/failure.ts'
import { hexOf } from '../../base/hex.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import type { Timers } from '../../base/timers.ts'
import { NOTHING_KNOWN } from '../../limits/market-facts.ts'
import type { LimitState } from '../../limits/limit-state.ts'
import type { Sha1 } from '../../wire/frame.ts'
import { Admission, type AdmissionDeps } from '../admission/admission.ts'
import { ContractCache } from '../admission/contract-cache.ts'
import { LimiterRegistry } from '../admission/limiter-registry.ts'
import { OrderRanks } from '../admission/order-ranks.ts'
import { pricingInputsOf } from '../admission/pricing-inputs.ts'
import { targetOrderOf } from '../admission/target-order.ts'
import type { HaltScope } from '../kill-switch/switches.ts'
import type { LedgerEntry } from '../entry.ts'
import { callFactsOf, completedCall, limitFactsOf, type OrderCall, readOrderCall } from '../order-call.ts'
import type { Upstream } from '../reconciliation/account-orders.ts'
import type { OrderAnswer, OrderReply, OrderRequest } from '../request.ts'
import { GroupCommit } from '../sending/group-commit.ts'
import { OrderSender, TOO_LATE } from '../sending/order-sender.ts'
import { type SendDeadline, SendDeadlines } from '../sending/send-deadline.ts'
import { drawTag } from '../tag.ts'
import {
  dryRun,
  failureOf,
  feeOf,
  keyFailureOf,
  keyUseOf,
  limitFailure,
  refused,
  refusedUnwritten,
  replyOf,
} from './answer.ts'
import { CallerQuota } from './caller-quota.ts'
import { refusedEntry, type WrittenCall } from './new-entry.ts'
import { OrderEntries } from './order-entries.ts'

/** How long an idempotency key stands for its first order. */
export const IDEMPOTENCY_MS = 24 * 3_600_000

/**
 * Refused calls of one caller that are written down in any 60 s. A person who looks for the reason finds it among them;
 * a program that runs away must not fill the storage.
 */
export const MOST_REFUSED_PER_MINUTE = 60

/** Dry runs of one caller in any 60 s: each may cost a snapshot and an order list, of which OpenD takes few. */
export const MOST_DRY_RUNS_PER_MINUTE = 30

/** What the manager cannot make itself. */
export interface OrderManagerDeps extends AdmissionDeps {
  readonly timers: Timers
  readonly storage: StorageHealth
  readonly upstream: Upstream
  readonly sha1: Sha1
  /** Uniform in [0, 1), and not to be guessed. */
  readonly random: () => number
  /** Something unknown is to be looked for at that time, Unix ms. */
  readonly wakeAt: (atMs: number) => void
  /** A call was refused, dry runs aside. */
  readonly onRefused: (caller: string, failure: Failure) => void
}

/**
 * Takes order calls from the Worker to their outcome. Each is checked against its key's limits, written down with what it
 * takes from them, durable before its first byte leaves, and sent at most once. An order whose reply is lost is looked
 * for, never resent.
 */
export class OrderManager {
  readonly entries: OrderEntries
  readonly #deps: OrderManagerDeps
  readonly #admission: Admission
  readonly #limiters: LimiterRegistry
  readonly #contracts: ContractCache
  readonly #ranks: OrderRanks
  readonly #sender: OrderSender
  readonly #commit: GroupCommit
  readonly #deadlines: SendDeadlines
  readonly #refused = new CallerQuota(MOST_REFUSED_PER_MINUTE)
  readonly #dryRuns = new CallerQuota(MOST_DRY_RUNS_PER_MINUTE)

  constructor(deps: OrderManagerDeps) {
    const { ledger, timers } = deps
    const nowMs = (): number => timers.nowMs()
    this.#deps = deps
    this.#admission = new Admission(deps)
    this.#limiters = new LimiterRegistry(ledger, (id) => this.entries.unwrittenOf(id))
    this.#contracts = new ContractCache(nowMs)
    this.#ranks = new OrderRanks(ledger)
    this.#commit = new GroupCommit(timers)
    this.#deadlines = new SendDeadlines(timers)
    const shared = { limiters: this.#limiters, nowMs }
    this.entries = new OrderEntries({ ...deps, ...shared })
    this.#sender = new OrderSender({
      ...deps,
      ...shared,
      entries: this.entries,
      admission: this.#admission,
      ranks: this.#ranks,
      commit: this.#commit,
    })
    this.entries.takeOver()
  }

  /** Takes one order call to its end, or to the point where its caller has waited long enough. */
  async submit(request: OrderRequest): Promise<OrderAnswer> {
    const deadline = this.#deadlines.begin()
    this.#commit.enter()
    try {
      return await this.#take(request, deadline)
    } finally {
      this.#commit.leave()
      deadline.end()
    }
  }

  /** Ends the orders and changes within a scope that have not left, as refused. Cancels go on. */
  stopWaiting(scope: HaltScope): void {
    this.#sender.stopWaiting(scope)
  }

  /** Which frame carries an entry. */
  recordFrame(entryId: string, connId: bigint, serial: number): void {
    this.#sender.recordFrame(entryId, connId, serial)
  }

  /** An order push, which may tell of an order whose reply will be lost. */
  onPush(body: Uint8Array): void {
    this.#sender.onPush(body)
  }

  /** The link came up, perhaps to another OpenD. */
  linkReady(): void {
    this.#contracts.forget()
  }

  async #take(request: OrderRequest, deadline: SendDeadline): Promise<OrderAnswer> {
    const { timers, sha1 } = this.#deps
    const asked = readOrderCall(request.protoId, request.body)
    const bodyHash = hexOf(sha1(request.body))
    // What was answered before is answered again, also while OpenD cannot be asked for anything.
    const earlier = this.#earlier(request, bodyHash)
    if (earlier !== null) return { reply: earlier, budgets: null }
    const inputs = await this.#prepare(asked, request, deadline)
    if ('code' in inputs) {
      const facts = callFactsOf(asked, limitFactsOf(asked, null))
      return { reply: this.#refuse({ request, bodyHash, facts, nowMs: timers.nowMs() }, inputs), budgets: null }
    }
    const call = completedCall(asked, inputs.target)
    await this.#commit.share()

    // From here to the entry's insertion nothing waits, so nothing can come between check and reservation.
    const again = this.#earlier(request, bodyHash)
    if (again !== null) return { reply: again, budgets: null }
    const nowMs = timers.nowMs()
    // Read again: a request of this caller with other limits may have replaced the state during a wait.
    const state = this.#limiters.of(request.caller, request.limits, nowMs)
    const facts = limitFactsOf(call, inputs.target)
    const verdict = state.check(facts, inputs.market, nowMs)
    const obstacle = this.#admission.obstacleOf(call, request, nowMs) ?? failureOf(verdict)
    if (request.isDryRun) {
      const fee = feeOf(facts, inputs.market, state.policy.bandPercent, nowMs)
      const keyed = this.#entryOfKey(request)
      const use = keyed === null ? null : keyUseOf(keyed, bodyHash)
      return { reply: dryRun(call, verdict, obstacle, fee, use), budgets: state.budgets(nowMs) }
    }
    const rank = request.isKillSwitch ? 'switch' : this.#ranks.rankOf(call, nowMs)
    const failure = obstacle ?? this.#admission.noRoomFor(call, request, rank)
    const written = { request, bodyHash, facts: callFactsOf(call, facts), nowMs }
    if (failure !== null) return { reply: this.#refuse(written, failure), budgets: state.budgets(nowMs) }
    const reply = await this.#sender.writeAndSend(written, state, verdict, { call, request, rank, deadline })
    const afterMs = timers.nowMs()
    return { reply, budgets: this.#limiters.of(request.caller, request.limits, afterMs).budgets(afterMs) }
  }

  /** Does every check that waits for OpenD, within the deadline; what the limits need to know, or why the call is refused. */
  async #prepare(call: OrderCall, request: OrderRequest, deadline: SendDeadline) {
    const dryRunRefusal = request.isDryRun ? this.#takeDryRun(request) : null
    if (dryRunRefusal !== null) return dryRunRefusal
    const refusal = await deadline.within(this.#admission.refusalOf(call, request), TOO_LATE)
    if (refusal !== null) return refusal
    const nowMs = this.#deps.timers.nowMs()
    const state = this.#limiters.of(request.caller, request.limits, nowMs)
    const early = request.isDryRun ? null : this.#earlyRefusal(call, request, state, nowMs)
    if (early !== null) return early
    const inputs = pricingInputsOf(this.#sources(request), call, state.policy, request.isDryRun)
    return deadline.within(inputs, TOO_LATE)
  }

  /** What refuses a call without a question to OpenD, so that a caller that is refused takes nothing from the others. */
  #earlyRefusal(call: OrderCall, request: OrderRequest, state: LimitState, nowMs: number): Failure | null {
    const obstacle = this.#admission.obstacleOf(call, request, nowMs)
    if (obstacle !== null) return obstacle
    const facts = limitFactsOf(call, null)
    const market = facts.symbol === null ? NOTHING_KNOWN : this.#contracts.knownFacts(facts.symbol)
    const refusal = state.earlyRefusal(facts, market, nowMs)
    return refusal === null ? null : limitFailure(refusal)
  }

  /** Where prices and orders are asked for on behalf of a call; those of a dry run rank as reads. */
  #sources(request: OrderRequest) {
    const { ledger, upstream } = this.#deps
    const { caller } = request
    const rank = request.isDryRun ? 'read' : request.isKillSwitch ? 'switch' : 'system'
    const asking: Upstream = (protoId, body) => upstream(protoId, body, { caller, rank })
    return {
      factsOf: (symbol: string, needsPrice: boolean) => this.#contracts.factsOf(symbol, needsPrice, asking),
      targetOf: (call: OrderCall, needsListing: boolean) =>
        targetOrderOf({ ledger, upstream: asking, caller }, call, needsListing),
    }
  }

  #takeDryRun({ caller, requestId }: OrderRequest): Failure | null {
    const waitMs = this.#dryRuns.take(caller, requestId, this.#deps.timers.nowMs())
    if (waitMs === null) return null
    const text = `rate limit exceeded: ${MOST_DRY_RUNS_PER_MINUTE} dry runs in the last 60s`
    return { code: 'limits.rate', text, retryAfterMs: waitMs }
  }

  /** The reply to a call that was made before; null for a new one, and for a dry run. */
  #earlier(request: OrderRequest, bodyHash: string): OrderReply | null {
    const entry = request.isDryRun ? null : this.#entryOfKey(request)
    if (entry === null) return null
    const use = keyUseOf(entry, bodyHash)
    if (use.state === 'free') return null
    const failure = keyFailureOf(use)
    return failure === null ? replyOf(entry, true) : refused(failure, entry)
  }

  /** The last entry under the idempotency key of a call; null without one. */
  #entryOfKey({ caller, idempotencyKey }: OrderRequest): LedgerEntry | null {
    if (idempotencyKey === null) return null
    const sinceMs = this.#deps.timers.nowMs() - IDEMPOTENCY_MS
    const found = this.#deps.ledger.byIdempotencyKey(caller, idempotencyKey, sinceMs)
    return found === null ? null : this.entries.byId(found.id)
  }

  /** Refuses a call. Its entry is written when there is time for it: nothing hangs on it, so no caller waits. */
  #refuse(call: WrittenCall, failure: Failure): OrderReply {
    const { caller, isDryRun } = call.request
    if (isDryRun) return refusedUnwritten(failure)
    this.entries.counts.refused++
    this.#deps.onRefused(caller, failure)
    const entry = refusedEntry(call, drawTag(this.#deps.random), failure)
    if (this.#refused.take(caller, entry.id, call.nowMs) !== null) return refusedUnwritten(failure)
    try {
      this.#deps.ledger.insertRefused(entry)
    } catch (error) {
      this.#deps.storage.failed(error)
      return refusedUnwritten(failure)
    }
    return refused(failure, entry)
  }
}
