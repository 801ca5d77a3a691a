import type { Failure } from '../../base/failure.ts'
import { admitOrder, type TradingAccounts } from '../../gateway/trading-accounts.ts'
import type { LimitState } from '../../limits/limit-state.ts'
import type { Verdict } from '../../limits/verdict.ts'
import type { Sha1 } from '../../wire/frame.ts'
import type { Upstream } from '../reconciliation/account-orders.ts'
import { addedBy, dryRun, feeOf, failureOf, refused, replyOf } from './answer.ts'
import { resolveCallResult } from '../sending/call-result.ts'
import { EntryClock } from './entry-clock.ts'
import { ENTRY_STATES, type EntryState, isFinal, type LedgerEntry, mayMove } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { LimiterRegistry } from '../admission/limiter-registry.ts'
import { pricingInputsOf } from '../admission/pricing-inputs.ts'
import { ContractCache } from '../admission/contract-cache.ts'
import { refusedEntry, reservedEntry, type WrittenCall } from './new-entry.ts'
import {
  callFactsOf,
  completedCall,
  isCancel,
  limitFactsOf,
  type OrderCall,
  readOrderCall,
  writeOrderCall,
} from '../order-call.ts'
import { hexOf } from './hex.ts'
import { RefusedCallQuota } from './refused-call-quota.ts'
import type { OrderAnswer, OrderReply, OrderRequest } from '../request.ts'
import { GroupCommit } from '../sending/group-commit.ts'
import { haltFailure, haltOver, type HaltScope, type Switches } from '../kill-switch/switches.ts'
import { CALLER_REMARK_BYTES, drawTag, entryIdOf, utf8Bytes } from '../tag.ts'
import { UnsentEntries } from './unsent-entries.ts'
import { InFlightOrders } from '../sending/in-flight-orders.ts'

/** How long an idempotency key stands for its first order. */
export const IDEMPOTENCY_MS = 24 * 3_600_000

/** How long a caller waits for a lost reply to be found, before it is told that the order is being looked for. */
export const WAIT_FOR_SEARCH_MS = 8_000

/** When an order whose reply was lost is first looked for. */
const FIRST_LOOK_MS = 250

/** What the desk cannot make itself. */
export interface OrderManagerDeps {
  readonly ledger: Ledger
  readonly switches: Switches
  readonly upstream: Upstream
  readonly sha1: Sha1
  /** The accounts of the login, read again when `accId` is not among those known. */
  readonly accounts: (accId: bigint) => Promise<TradingAccounts | Failure>
  readonly nowMs: () => number
  /** Uniform in [0, 1), and not to be guessed. */
  readonly random: () => number
  /** With 0 ms: until everything that has arrived by now was delivered. */
  readonly wait: (ms: number) => Promise<void>
  /** Asks to be woken for the search at that time, Unix ms. */
  readonly wakeAt: (atMs: number) => void
  /** Told of every call that is refused, dry runs aside. */
  readonly onRefused: (caller: string, failure: Failure) => void
}

/**
 * Takes order calls so that nobody has to be afraid of them: every call is checked against its key's limits, written
 * down with what it takes from them, durable before its first byte leaves, and sent once. Whatever happens then, its
 * entry says what is known, and an order whose reply was lost is looked for instead of being sent again.
 */
export class OrderManager {
  /** How many entries came to each state since the object started. */
  readonly counts: Readonly<Record<EntryState, number>>
  readonly #counts: Record<EntryState, number>
  readonly #outside: OrderManagerDeps
  readonly #limits: LimiterRegistry
  readonly #markets: ContractCache
  readonly #refusals = new RefusedCallQuota()
  readonly #clock: EntryClock
  readonly #underway: InFlightOrders
  readonly #turn: GroupCommit
  /** Calls that are being dealt with. */
  #busy = 0
  /** Ids of the entries that are unknown. While there are none, order pushes need not be searched for them. */
  readonly #unknown = new Set<string>()
  readonly #unsent = new UnsentEntries()
  /** Callers that wait for an entry to become final. */
  readonly #watchers = new Map<string, (() => void)[]>()

  constructor(outside: OrderManagerDeps) {
    this.#outside = outside
    this.#limits = new LimiterRegistry(outside.ledger)
    this.#markets = new ContractCache(outside.upstream, outside.nowMs)
    this.#underway = new InFlightOrders(outside.wait)
    this.#clock = new EntryClock(outside.ledger)
    this.#turn = new GroupCommit(() => outside.wait(0))
    this.#counts = zeros()
    this.counts = this.#counts
    // What was on its way when an earlier life of the object ended may have left.
    for (const entry of outside.ledger.unresolved()) {
      if (entry.state === 'reserved') this.transition(entry, 'unknown', { detail: 'the gateway was restarted' })
      else this.#unknown.add(entry.id)
    }
  }

  /** Entries whose outcome is looked for. */
  get unknownCount(): number {
    return this.#unknown.size
  }

  /** Takes one order call to its end, or to the point where its caller has waited long enough. */
  async submit(request: OrderRequest): Promise<OrderAnswer> {
    this.#busy++
    try {
      return await this.#take(request)
    } finally {
      this.#busy--
    }
  }

  /** Notes which frame carries an entry; written down with its outcome, which saves a write on every order. */
  noteSent(entryId: string, connId: bigint, serial: number): void {
    this.#underway.noteSent(entryId, { connId: connId.toString(), serial })
  }

  /** An order push, which may tell of an order whose reply will be lost. */
  notePush(body: Uint8Array): void {
    this.#underway.notePush(body)
  }

  /** The link came up, perhaps to another OpenD. */
  linkReady(): void {
    this.#markets.forget()
  }

  /** Moves an entry along, and gives back what it no longer holds. An arrow that does not exist is a bug. */
  transition(entry: LedgerEntry, to: EntryState, changes: Partial<LedgerEntry>): LedgerEntry {
    if (!mayMove(entry.state, to)) throw new Error(`entry ${entry.id} cannot move from ${entry.state} to ${to}`)
    const nowMs = this.#outside.nowMs()
    const isUnsent = to === 'not_sent' || to === 'refused'
    const isReleased = to === 'rejected' || to === 'absent' || isUnsent
    if (isReleased) this.#limits.release(entry, isUnsent ? 'not_sent' : 'rejected')
    const holds = isReleased ? (isUnsent ? 'nothing' : 'rate') : entry.holds
    const nextLookMs = to === 'unknown' ? nowMs + FIRST_LOOK_MS : entry.nextLookMs
    const sentAs = this.#underway.takeSentAs(entry.id) ?? entry.sentAs
    const updatedAtMs = this.#clock.changedAtMs(nowMs)
    const settled: LedgerEntry = { ...entry, ...changes, state: to, holds, sentAs, nextLookMs, updatedAtMs }
    this.#outside.ledger.update(settled)
    this.#counts[to]++
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

  /** Refuses the orders and changes of a scope that was halted, where they have not been handed to the link. */
  stopWaiting(scope: HaltScope): void {
    this.#unsent.stop(scope)
  }

  async #take(request: OrderRequest): Promise<OrderAnswer> {
    const asked = readOrderCall(request.protoId, request.body)
    const bodyHash = hexOf(this.#outside.sha1(request.body))
    // What was answered before is answered again, also while OpenD cannot be asked for anything.
    const earlier = this.#earlier(request, bodyHash)
    if (earlier !== null) return { reply: earlier, budgets: null }
    const refusal = await this.#refusalOf(asked, request)
    if (refusal !== null) {
      const facts = callFactsOf(asked, limitFactsOf(asked, null))
      const reply = this.#refuse({ request, bodyHash, facts, nowMs: this.#outside.nowMs() }, refusal)
      return { reply, budgets: null }
    }
    const { policy } = this.#limits.of(request.caller, request.limits, this.#outside.nowMs())
    const sources = { upstream: this.#outside.upstream, markets: this.#markets }
    const known = await pricingInputsOf(sources, asked, policy, request.isDryRun)
    const call = completedCall(asked, known.order)
    await this.#shareTurn()

    // From here to the entry's insertion nothing waits, so nothing can come between check and reservation.
    const again = this.#earlier(request, bodyHash)
    if (again !== null) return { reply: again, budgets: null }
    const nowMs = this.#outside.nowMs()
    // Asked for only now: a call under other limits may have had it made anew while this one waited.
    const state = this.#limits.of(request.caller, request.limits, nowMs)
    const limitFacts = limitFactsOf(call, known.order)
    const verdict = state.check(limitFacts, known.market, nowMs)
    const failure = this.#haltOf(call, request) ?? failureOf(verdict)
    if (request.isDryRun) {
      const fee = feeOf(limitFacts, known.market, state.policy.bandPercent, nowMs)
      return { reply: dryRun(call, verdict, failure, fee), budgets: state.budgets(nowMs) }
    }
    const written = { request, bodyHash, facts: callFactsOf(call, limitFacts), nowMs }
    if (failure !== null) return { reply: this.#refuse(written, failure), budgets: state.budgets(nowMs) }
    const entry = this.#write(written, state, verdict)
    const halt = await this.#unsent.hold(entry, () => this.#outside.ledger.sync())
    if (halt !== null) this.transition(entry, 'refused', { refusal: haltFailure(halt) })
    const reply = halt === null ? await this.#send(entry, call) : refused(haltFailure(halt), entry.id)
    const afterMs = this.#outside.nowMs()
    return { reply, budgets: this.#limits.of(request.caller, request.limits, afterMs).budgets(afterMs) }
  }

  /** Waits for the others that are about to write something; a call that is alone has nobody to wait for. */
  async #shareTurn(): Promise<void> {
    if (this.#busy > 1) await this.#turn.join()
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
    const scope = isCancel(call) ? null : haltOver(this.#outside.switches, caller, call.c2s.header.accID.toString())
    return scope === null ? null : haltFailure(scope)
  }

  /** Refuses a call. Its entry is written when there is time for it: nothing hangs on it, so nobody waits. */
  #refuse(call: WrittenCall, failure: Failure): OrderReply {
    const { caller, isDryRun } = call.request
    if (isDryRun) return refused(failure, null)
    this.#counts.refused++
    this.#outside.onRefused(caller, failure)
    const entry = refusedEntry(call, drawTag(this.#outside.random), failure)
    if (!this.#refusals.take(caller, entry.id, call.nowMs)) return refused(failure, null)
    this.#outside.ledger.insertRefused(entry)
    return refused(failure, entry.id)
  }

  /** Writes an admitted call down with what it takes from the budgets. */
  #write(call: WrittenCall, state: LimitState, verdict: Verdict): LedgerEntry {
    const charge = verdict.isAdmitted ? verdict.charge : null
    const isValued = addedBy(verdict.gates) !== null
    for (;;) {
      const tag = drawTag(this.#outside.random)
      const reservation = charge === null ? null : state.reserve(entryIdOf(tag), charge, call.nowMs)
      const entry = reservedEntry(call, tag, reservation, isValued)
      if (this.#outside.ledger.insert(entry)) {
        this.#counts.reserved++
        this.#clock.made(entry.createdAtMs)
        return entry
      }
      // That tag is taken: once in a hundred thousand orders when ten million are kept.
      if (reservation !== null) state.release(reservation, 'not_sent')
    }
  }

  async #send(entry: LedgerEntry, call: OrderCall): Promise<OrderReply> {
    const body = writeOrderCall(call, entry.tag)
    const ending = await this.#underway.follow(entry, () => this.#outside.upstream(call.protoId, body, entry))
    await this.#shareTurn()
    // Nothing else moves an entry while it is reserved, so it is as it was written.
    const { state, changes } = resolveCallResult(entry, ending, () => this.#underway.orderOf(entry))
    const settled = this.transition(entry, state, changes)
    if (settled.state === 'not_sent' && 'outcome' in ending && !ending.outcome.ok) {
      return refused(ending.outcome.failure, entry.id)
    }
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

function zeros(): Record<EntryState, number> {
  const counts = ENTRY_STATES.map((state) => [state, 0] as const)
  // One number for each member of the union that the list defines.
  return Object.fromEntries(counts) as Record<EntryState, number>
}
