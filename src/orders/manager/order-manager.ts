import type { Failure } from '../../base/failure.ts'
import { hexOf } from '../../base/hex.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import type { Timers } from '../../base/time/timers.ts'
import { NOTHING_KNOWN } from '../../limits/market/market-facts.ts'
import type { KeyLimits } from '../../limits/key-limits.ts'
import type { OrderBudget } from '../../limits/limit-chain.ts'
import type { Budgets } from '../../limits/limit-state.ts'
import type { Sha1 } from '../../wire/frame.ts'
import type { Admission } from '../admission/admission.ts'
import type { ContractCache } from '../admission/contract-cache.ts'
import type { LimiterRegistry } from '../admission/limiter-registry.ts'
import { OrderRanks } from '../admission/order-ranks.ts'
import { pricingInputsOf } from '../admission/pricing-inputs.ts'
import { targetOrderOf } from '../admission/target-order.ts'
import type { ChangedOrders } from '../changed-orders.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { callFactsOf, completedCall, limitFactsOf, type OrderCall, readOrderCall } from '../order-call.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { hashedPart, type OrderAnswer, type OrderReply, type OrderRequest } from '../request.ts'
import { GroupCommit } from '../sending/group-commit.ts'
import type { InFlightOrders } from '../sending/in-flight-orders.ts'
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
} from '../order-reply.ts'
import { CallerQuota } from '../../limits/caller-quota.ts'
import { refusedEntry, type WrittenCall } from '../new-entry.ts'
import type { OrderEntries } from './order-entries.ts'

/** How long an idempotency key refers to its first order. */
export const IDEMPOTENCY_MS = 24 * 3_600_000

/**
 * The most refused calls of one caller that are stored in any 60 s. They explain a refusal to a person; a runaway
 * program must not fill the storage.
 */
export const MOST_REFUSED_PER_MINUTE = 60

/** The most dry runs of one caller in any 60 s: each may use a snapshot and an order list, which OpenD limits. */
export const MOST_DRY_RUNS_PER_MINUTE = 30

/** The dependencies of the order manager. */
export interface OrderManagerDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly storage: StorageHealth
  readonly send: SendCall
  readonly admission: Admission
  readonly entries: OrderEntries
  readonly inFlight: InFlightOrders
  readonly changedOrders: ChangedOrders
  readonly limiters: LimiterRegistry
  readonly contracts: ContractCache
  readonly sha1: Sha1
  /** Uniform in [0, 1) and unpredictable. */
  readonly random: () => number
  /** Called for each refused call except dry runs. */
  readonly onRefused: (caller: string, failure: Failure) => void
}

/**
 * Handles order calls from the Worker until their outcome. Each call is checked against its key's limits, written with
 * its reservation durably before its first byte is sent, and sent at most once. An order whose reply is lost is
 * reconciled, never sent again.
 */
export class OrderManager {
  readonly #deps: OrderManagerDeps
  readonly #entries: OrderEntries
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
    this.#deps = deps
    this.#entries = deps.entries
    this.#limiters = deps.limiters
    this.#contracts = deps.contracts
    this.#admission = deps.admission
    this.#ranks = new OrderRanks(ledger)
    this.#commit = new GroupCommit(timers)
    this.#deadlines = new SendDeadlines(timers)
    this.#sender = new OrderSender({
      ...deps,
      ranks: this.#ranks,
      commit: this.#commit,
    })
  }

  /** Handles one order call until it ends or its caller has waited long enough. */
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

  /** The used and remaining budgets of a caller with those limits. */
  budgetsOf(caller: string, limits: KeyLimits | null): Budgets {
    const nowMs = this.#deps.timers.nowMs()
    return this.#limiters.of(caller, limits, nowMs).budgets(nowMs)
  }

  async #take(request: OrderRequest, deadline: SendDeadline): Promise<OrderAnswer> {
    const { timers, sha1 } = this.#deps
    const received = readOrderCall(request.protoId, request.body)
    const bodyHash = hexOf(sha1(hashedPart(request)))
    // A replay needs no call to OpenD, so it works also while the link is down.
    const earlier = this.#earlier(request, bodyHash)
    if (earlier !== null) return { reply: earlier, budgets: null }
    const inputs = await this.#prepare(received, request, deadline)
    if ('code' in inputs) {
      const facts = callFactsOf(received, limitFactsOf(received, null))
      return { reply: this.#refuse({ request, bodyHash, facts, nowMs: timers.nowMs() }, inputs), budgets: null }
    }
    const call = completedCall(received, inputs.target)
    await this.#commit.share()

    // From here to the insertion of the entry there is no await, so the check and the reservation are atomic.
    const again = this.#earlier(request, bodyHash)
    if (again !== null) return { reply: again, budgets: null }
    const nowMs = timers.nowMs()
    // Read again: a request of this caller with other limits may have replaced the state during a wait.
    const state = this.#limiters.ofRequest(request, nowMs)
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
    return { reply, budgets: this.#limiters.ofRequest(request, afterMs).budgets(afterMs) }
  }

  /**
   * Runs the checks that wait for OpenD, within the deadline. Returns the inputs of the limits, or why the call is
   * refused.
   */
  async #prepare(call: OrderCall, request: OrderRequest, deadline: SendDeadline) {
    const dryRunRefusal = request.isDryRun ? this.#takeDryRun(request) : null
    if (dryRunRefusal !== null) return dryRunRefusal
    const refusal = await deadline.within(this.#admission.refusalOf(call, request), TOO_LATE)
    if (refusal !== null) return refusal
    const nowMs = this.#deps.timers.nowMs()
    const state = this.#limiters.ofRequest(request, nowMs)
    const early = request.isDryRun ? null : this.#earlyRefusal(call, request, state, nowMs)
    if (early !== null) return early
    const inputs = pricingInputsOf(this.#sources(request), call, state.policy, request.isDryRun)
    return deadline.within(inputs, TOO_LATE)
  }

  /** The refusals that need no call to OpenD, so that a refused caller uses none of OpenD's limits. */
  #earlyRefusal(call: OrderCall, request: OrderRequest, state: OrderBudget, nowMs: number): Failure | null {
    const obstacle = this.#admission.obstacleOf(call, request, nowMs)
    if (obstacle !== null) return obstacle
    const facts = limitFactsOf(call, null)
    const market = facts.symbol === null ? NOTHING_KNOWN : this.#contracts.knownFacts(facts.symbol)
    const refusal = state.earlyRefusal(facts, market, nowMs)
    return refusal === null ? null : limitFailure(refusal)
  }

  /** The sources of prices and orders for a call; the requests of a dry run rank as reads. */
  #sources(request: OrderRequest) {
    const { ledger } = this.#deps
    const { caller } = request
    const rank = request.isDryRun ? 'read' : request.isKillSwitch ? 'switch' : 'system'
    const send: SendCall = (protoId, body) => this.#deps.send(protoId, body, { caller, rank })
    return {
      factsOf: (symbol: string, needsPrice: boolean) => this.#contracts.factsOf(symbol, needsPrice, send),
      targetOf: (call: OrderCall, needsListing: boolean) => targetOrderOf({ ledger, send, caller }, call, needsListing),
    }
  }

  #takeDryRun({ caller, requestId }: OrderRequest): Failure | null {
    const waitMs = this.#dryRuns.take(caller, requestId, this.#deps.timers.nowMs())
    if (waitMs === null) return null
    const text = `rate limit exceeded: ${MOST_DRY_RUNS_PER_MINUTE} dry runs in the last 60s`
    return { code: 'limits.rate', text, retryAfterMs: waitMs }
  }

  /** The reply of an earlier call with the same idempotency key; null for a new call and for a dry run. */
  #earlier(request: OrderRequest, bodyHash: string): OrderReply | null {
    const entry = request.isDryRun ? null : this.#entryOfKey(request)
    if (entry === null) return null
    const use = keyUseOf(entry, bodyHash)
    if (use.state === 'free') return null
    const failure = keyFailureOf(use)
    return failure === null ? replyOf(entry, true) : refused(failure, entry)
  }

  /** The latest entry with the idempotency key of a call; null without one. */
  #entryOfKey({ caller, idempotencyKey }: OrderRequest): LedgerEntry | null {
    if (idempotencyKey === null) return null
    const sinceMs = this.#deps.timers.nowMs() - IDEMPOTENCY_MS
    const found = this.#deps.ledger.byIdempotencyKey(caller, idempotencyKey, sinceMs)
    return found === null ? null : this.#entries.byId(found.id)
  }

  /** Refuses a call. Its entry is written later, since the reply does not depend on it. */
  #refuse(call: WrittenCall, failure: Failure): OrderReply {
    const { caller, isDryRun } = call.request
    if (isDryRun) return refusedUnwritten(failure)
    this.#deps.onRefused(caller, failure)
    const entry = refusedEntry(call, drawTag(this.#deps.random), failure)
    this.#entries.countRefused(entry)
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
