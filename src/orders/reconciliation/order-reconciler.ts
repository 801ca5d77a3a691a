import { fail, type Result, succeed } from '../../base/result.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderEntries } from '../manager/order-entries.ts'
import { foundReply, refusedReply } from '../order-call.ts'
import { idsOf, idsOfEntry, isSameOrder, type Order } from '../order-identity.ts'
import { resolveCallResult } from '../sending/call-result.ts'
import type { OrderPush } from '../sending/pushed-orders.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { CarrierWatch } from './carrier-watch.ts'
import { LateOrders } from './late-orders.ts'
import { matchOrder } from './match-order.ts'
import type { MatchResult } from './match-result.ts'
import { type AccountPoll, pollAccount } from './poll-account.ts'
import {
  countedDelayMs,
  FRESH_DELAY_MS,
  isDue,
  nextPollMs,
  ABSENCE_DELAY_MS,
  pacedDelayMs,
  POLLS_BEFORE_ABSENT,
  ABSENCE_POLLS,
  retryDelayMs,
} from './poll-schedule.ts'
import { type OperatorDecision, resolveByOperator } from './resolve-by-operator.ts'
import { gapOf } from './witnesses.ts'

/** The result of a poll for one entry. */
interface PolledMatch {
  /** Null when the lists do not show the call. */
  readonly match: MatchResult | null
  /** Why the poll does not prove absence; null when it does. */
  readonly gap: string | null
  /** Whether the connection that carried the call had ended before the poll. */
  readonly isAfterCarrier: boolean
}

/** The dependencies of the reconciler. */
export interface ReconcilerDeps {
  readonly ledger: Ledger
  readonly send: SendCall
  readonly nowMs: () => number
  readonly wakeAt: (atMs: number) => void
  /** OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  readonly connId: () => string | null
  /** Called once for each entry whose order exists although its final state excluded it. */
  readonly onContradiction: (entry: LedgerEntry, detail: string) => void
}

const NOT_LISTED = 'OpenD did not list the orders of the account'
const STILL_CARRIED =
  'not among the orders of the account, but the connection that carried the call still lives, so OpenD may execute ' +
  'it later; POST /api/admin/reload ends the connection, and an operator can decide by hand'

/**
 * Decides what became of calls whose replies were lost. It never sends an order. An entry in the state `unknown` ends by
 * the first of these:
 *
 *     a late reply over the same connection          `lateReply`, read like every reply (`call-result.ts`)
 *     a push with the order's tag                    `#matchPush`, unless its connection has ended or the tag was copied
 *     a poll that finds the order or change          `#conclude`, by `matchOrder`
 *     polls that find nothing, several times         `#conclude`: `absent`, if the lists are complete (`witnesses.ts`)
 *                                                    and the connection that carried the call had ended
 *     an operator                                    `resolve`
 *
 * Until then each poll schedules the next. Afterwards `LateOrders` detects orders that the final state excluded.
 */
export class OrderReconciler {
  /** Pushed orders that carried the tag of another order, since the start: remarks that were copied by hand. */
  copies = 0
  readonly #deps: ReconcilerDeps
  readonly #entries: OrderEntries
  readonly #carriers: CarrierWatch
  readonly #late: LateOrders
  /** Accounts with a poll in flight; a second one at the same time would have the same result. */
  readonly #busy = new Set<string>()
  /** Entries to poll early, after the link came up. An early poll can find an order, but does not prove absence. */
  readonly #hurried = new Set<string>()
  /** Consecutive polls that decide an entry by absence. */
  readonly #absencePolls = new Map<string, number>()
  /** Entries whose tag several orders carry: a push of one of these orders decides nothing. */
  readonly #ambiguous = new Set<string>()

  constructor(deps: ReconcilerDeps, entries: OrderEntries) {
    this.#deps = deps
    this.#entries = entries
    this.#carriers = new CarrierWatch(deps.connId)
    this.#late = new LateOrders(deps, entries)
  }

  /** Orders that appeared after their callers had received `absent` or `rejected`, by that state. */
  get contradictions(): Readonly<Record<'absent' | 'rejected', number>> {
    return this.#late.counts
  }

  /** Polls the accounts of all due entries, and schedules the next run for the others. */
  async pollDue(): Promise<void> {
    const due = this.#unknown().filter((entry) => isDue(entry, this.#deps.nowMs()) || this.#hurried.has(entry.id))
    const polls = [...Map.groupBy(due, keyOf)].map(([key, entries]) => this.#pollOnce(key, entries))
    // Scheduled before the polls end, so that a slow account does not delay the others.
    this.#wakeForNext()
    await Promise.all(polls)
  }

  /** Called when the link comes up: polls all unknown entries and restarts their poll counts for this connection. */
  linkReady(): void {
    const unknown = this.#unknown()
    this.#carriers.linkReady(unknown)
    const freshMs = this.#deps.nowMs() + FRESH_DELAY_MS
    for (const entry of unknown) {
      this.#hurried.add(entry.id)
      this.#absencePolls.delete(entry.id)
      if (entry.pollAttempts === 0 && entry.nextPollAtMs <= freshMs) continue
      this.#entries.update({ ...entry, pollAttempts: 0, nextPollAtMs: Math.min(entry.nextPollAtMs, freshMs) })
    }
    this.#wakeForNext()
    if (this.#entries.watchedTags.size > 0) this.#listAgain()
  }

  /** Handles an order push. The push is decoded only while an entry is unknown or the tag of a final one is watched. */
  orderPush(push: OrderPush): void {
    if (this.#entries.unknownCount === 0 && this.#entries.watchedTags.size === 0) return
    const pushed = push.decoded()
    if (pushed === null) return
    this.#late.check(pushed.accId, [pushed.order])
    if (this.#entries.unknownCount > 0) this.#matchPush(pushed.accId, pushed.order)
  }

  /** Checks orders of an account (decimal id) that OpenD listed for another purpose. */
  ordersListed(accId: string, orders: readonly Order[]): void {
    this.#late.check(accId, orders)
  }

  /**
   * Handles OpenD's reply to an order call after its deadline, over the connection that carried it. Returns whether the
   * reply decided an entry.
   */
  lateReply(connId: string, serial: number, protoId: number, body: Uint8Array): boolean {
    const entry = this.#unknown().find(
      ({ sentAs, call }) => sentAs?.connId === connId && sentAs.serial === serial && call.protoId === protoId,
    )
    if (entry === undefined) return false
    const ending = { outcome: { ok: true, body } } as const
    const { state, changes } = resolveCallResult(entry, ending, () => null, this.#deps.ledger)
    if (state === 'unknown') return false
    this.#entries.transition(entry, state, { detail: null, ...changes })
    return true
  }

  /** Decides an entry by hand; see `resolveByOperator` for the failures. */
  resolve(intentId: string, decision: OperatorDecision): Result<LedgerEntry> {
    const entry = this.#entries.byId(intentId)
    if (entry === null) return fail({ code: 'order.unknown_intent', intentId })
    const resolved = resolveByOperator(entry, decision, { ledger: this.#deps.ledger, nowMs: this.#deps.nowMs() })
    if (!resolved.ok) return resolved
    const { state, changes } = resolved.value
    this.#ambiguous.delete(intentId)
    return succeed(this.#entries.transition(entry, state, changes))
  }

  #listAgain(): void {
    // After a failure the next connection lists the accounts again.
    this.#late.listAgain(this.#deps.send).catch(() => undefined)
  }

  #unknown(): readonly LedgerEntry[] {
    // The usual case, which runs on every turn, avoids a query.
    if (this.#entries.unknownCount === 0) return []
    return this.#entries.unresolved().filter(({ state }) => state === 'unknown')
  }

  #wakeForNext(): void {
    const nowMs = this.#deps.nowMs()
    // The poll of a busy account calls this method when it ends.
    const idle = this.#unknown().filter((entry) => !this.#busy.has(keyOf(entry)))
    const times = idle.map((entry) =>
      isDue(entry, this.#deps.nowMs()) || this.#hurried.has(entry.id) ? nowMs : entry.nextPollAtMs,
    )
    const nextMs = Math.min(...times)
    if (nextMs !== Infinity) this.#deps.wakeAt(nextMs)
  }

  #matchPush(accId: string, order: Order): void {
    const tag = tagOf(order.remark)
    const entry = tag === null ? null : this.#entries.byId(entryIdOf(tag))
    if (entry === null || entry.call.kind !== 'place') return
    if (entry.call.accId !== accId || isSameOrder(idsOfEntry(entry), idsOf(order)) === false) {
      this.copies++
      return
    }
    if (entry.state !== 'unknown' || this.#ambiguous.has(entry.id)) return
    if (this.#carriers.hasEnded(entry)) {
      // The pushes of the entry's order may have been lost with its connection, so this push may be about a copy of its
      // remark. A list that has the copy also has the order.
      this.#hurried.add(entry.id)
      this.#wakeForNext()
      return
    }
    const snapshot = { orders: [order], gap: 'a push is about one order' }
    const match = matchOrder(entry, snapshot, this.#deps.ledger)
    if (match !== null) this.#decide(entry, match)
  }

  async #pollOnce(key: string, entries: readonly LedgerEntry[]): Promise<void> {
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      await this.#poll(entries)
    } finally {
      this.#busy.delete(key)
      this.#wakeForNext()
    }
  }

  async #poll(entries: readonly LedgerEntry[]): Promise<void> {
    const { send, ledger, nowMs } = this.#deps
    const onTime = new Set(entries.filter((entry) => isDue(entry, this.#deps.nowMs())).map(({ id }) => id))
    for (const { id } of entries) this.#hurried.delete(id)
    // Evaluated before the poll: a list requested over the carrying connection proves nothing, however late it arrives.
    const afterCarrier = new Set(entries.filter((entry) => this.#carriers.hasEnded(entry)).map(({ id }) => id))
    const poll = await pollAccount(send, entries, ledger, nowMs())
    const [first] = entries
    if (poll !== null && first !== undefined) this.#late.check(first.call.accId, poll.lists.orders)
    for (const { id } of entries) {
      // A push or a late reply may have decided the entry during the poll.
      const entry = this.#entries.byId(id)
      if (entry?.state !== 'unknown') continue
      this.#conclude(entry, this.#polledMatchOf(entry, poll, afterCarrier.has(id)), onTime.has(id))
    }
  }

  #polledMatchOf(entry: LedgerEntry, poll: AccountPoll | null, isAfterCarrier: boolean): PolledMatch | null {
    if (poll === null) return null
    const { ledger } = this.#deps
    const gap = poll.hasPast ? gapOf(entry, poll.lists, ledger) : 'OpenD did not list the past orders of the account'
    return { match: matchOrder(entry, { orders: poll.lists.orders, gap }, ledger), gap, isAfterCarrier }
  }

  /** Applies the result of a poll. An early poll can find an order, but has no other effect. */
  #conclude(entry: LedgerEntry, polled: PolledMatch | null, isOnTime: boolean): void {
    const nowMs = this.#deps.nowMs()
    if (polled?.match?.state === 'unknown' && polled.match.isAmbiguous) this.#ambiguous.add(entry.id)
    if (polled !== null && this.#isSure(entry.id, polled.match, isOnTime)) this.#decide(entry, polled.match)
    else if (!isOnTime) return
    else if (polled === null) this.#pollLater(entry, NOT_LISTED, retryDelayMs(entry, nowMs))
    else if (polled.match !== null) this.#pollLater(entry, polled.match.detail, delayAfter(polled.match, entry, nowMs))
    else if (polled.gap !== null) this.#pollLater(entry, polled.gap, retryDelayMs(entry, nowMs))
    else if (!polled.isAfterCarrier) this.#pollLater(entry, STILL_CARRIED, pacedDelayMs(entry, nowMs))
    else if (entry.pollAttempts < POLLS_BEFORE_ABSENT) {
      const nextPollAtMs = nowMs + countedDelayMs(entry.pollAttempts)
      const detail = 'not among the orders of the account yet'
      this.#entries.update({ ...entry, detail, pollAttempts: entry.pollAttempts + 1, nextPollAtMs })
    } else this.#entries.transition(entry, 'absent', { detail: 'not among the orders of the account' })
  }

  /** Whether a match decides its entry. Early polls do not count towards absence: they may share one stale list. */
  #isSure(id: string, match: MatchResult | null, isOnTime: boolean): match is MatchResult {
    if ((match?.state === 'accepted' || match?.state === 'lapsed') && match.isByAbsence) {
      if (!isOnTime) return false
      const count = (this.#absencePolls.get(id) ?? 0) + 1
      this.#absencePolls.set(id, count)
      if (count < ABSENCE_POLLS) return false
    }
    this.#absencePolls.delete(id)
    return match !== null && match.state !== 'unknown'
  }

  /** Schedules the next poll of an entry after one that does not count. */
  #pollLater(entry: LedgerEntry, detail: string, delayMs: number): void {
    this.#entries.update({ ...entry, detail, nextPollAtMs: nextPollMs(this.#deps.nowMs(), delayMs) })
  }

  #decide(entry: LedgerEntry, match: MatchResult): void {
    const { state, detail } = match
    if (state === 'unknown') return
    this.#ambiguous.delete(entry.id)
    if (state === 'accepted') {
      const reply = foundReply(entry.call, match.order)
      this.#entries.transition(entry, state, { reply, detail, ...idsOf(match.order) })
    } else if (state === 'rejected') {
      this.#entries.transition(entry, state, { reply: refusedReply(entry.call, detail), detail })
    } else this.#entries.transition(entry, state, { detail })
  }
}

/** The time to the next poll after one that shows the call but does not decide it yet. */
function delayAfter(match: MatchResult, entry: LedgerEntry, nowMs: number): number {
  if (match.state === 'accepted' || match.state === 'lapsed') return ABSENCE_DELAY_MS
  return Math.max(pacedDelayMs(entry, nowMs), retryDelayMs(entry, nowMs))
}

/** The key of an entry's account and market. */
function keyOf({ call }: LedgerEntry): string {
  return `${call.accId}/${call.trdMarket}`
}
