import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { MAX_EXIT_GROUPS } from '../../base/memory-budget.ts'
import type { Failure } from '../../base/failure.ts'
import type { Result } from '../../base/result.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import { type Timers, WakeTimer } from '../../base/time/timers.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { keyUseOf } from '../order-reply.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { hasId, idsOf, isSameOrder } from '../order-identity.ts'
import type { OrderAnswer, OrderRequest } from '../request.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import { exitCancel, exitRequest, newGroup } from './exit-calls.ts'
import {
  type ExitGroup,
  type ExitStore,
  type Leg,
  legKey,
  legOfKey,
  newTracked,
  type TrackedOrder,
} from './exit-group.ts'
import { ExitGroups, MOST_WAITING_OF_CALLER, type Tracked } from './exit-groups.ts'
import { ExitWatch } from './exit-watch.ts'
import { isDone, openOf, planExits, wantedOf } from './plan-exits.ts'
import { applyEntry, applyShown, forgetOver, recordFailure } from './track-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Pushes that are kept for a reply: as many as there are orders in flight; a lost one costs a poll. */
const MOST_EARLY = 100

/** The dependencies of the exits. */
export interface ExitServiceDeps {
  readonly timers: Timers
  readonly store: ExitStore
  readonly ledger: Pick<Ledger, 'byIdempotencyKey'>
  readonly storage: StorageHealth
  /** Sends a read over the link; the order lists that it returns are shown to this service. */
  readonly send: SendCall
  /** The order path: limits, ledger, at most once. */
  readonly submit: (request: OrderRequest) => Promise<OrderAnswer>
  readonly entryOf: (id: string) => LedgerEntry | null
  /** The request with what its caller may do now; a failure when the caller may not trade any more. */
  readonly presentTerms: (request: OrderRequest) => Promise<Result<OrderRequest>>
  /** Why no order of that request may leave now although it may later: a halt. Null without one. */
  readonly haltOf: (request: OrderRequest, accId: string) => Failure | null
  readonly isLinkUp: () => boolean
  readonly onError: (what: string, error: unknown) => void
}

/**
 * Places the exits of orders and keeps them as large as what the orders have filled. Each group of a parent and its
 * exits is stored after every change, and `planExits` decides from it what to do next. Every event (a push, a list, an
 * outcome, a timer, a restart) only updates the group and plans again, so a lost event delays a step and changes none.
 */
export class ExitService {
  readonly #deps: ExitServiceDeps
  readonly #groups: ExitGroups
  readonly #watch: ExitWatch
  readonly #wake: WakeTimer
  /** Calls with exits whose entry is not written yet, by call id. */
  readonly #expected = new Map<string, OrderRequest>()
  /** Pushes that came before the reply with the id of their order, by ledger entry. */
  readonly #early = new BoundedMap<string, { readonly accId: string; readonly shown: Order }>(MOST_EARLY)
  #calls = 0

  constructor(deps: ExitServiceDeps) {
    const { timers, store, storage } = deps
    const nowMs = (): number => timers.nowMs()
    this.#deps = deps
    this.#groups = new ExitGroups(store, storage, nowMs)
    this.#watch = new ExitWatch({ send: deps.send, groups: this.#groups, nowMs, onError: deps.onError })
    this.#wake = new WakeTimer(timers, () => this.#run())
    this.#takeOver()
  }

  /** Whether order pushes and lists are needed. */
  get isWatching(): boolean {
    return this.#groups.size > 0
  }

  /** Groups that are not done. */
  get waiting(): number {
    return this.#groups.size
  }

  /** A group as it is stored; null for an order without exits. */
  byId(id: string): ExitGroup | null {
    return this.#groups.byId(id)
  }

  /**
   * Submits an order with exits. The group is stored together with the ledger entry, before anything is sent. Failure:
   * `order.too_many_exits`.
   */
  async submit(request: OrderRequest, submit: (request: OrderRequest) => Promise<OrderAnswer>): Promise<OrderAnswer> {
    const expected = [...this.#expected.values()]
    const isFull =
      this.#groups.countOf(request.caller) + expected.filter(({ caller }) => caller === request.caller).length >=
        MOST_WAITING_OF_CALLER || this.#groups.size + expected.length >= MAX_EXIT_GROUPS
    if (isFull && !this.#isRepeated(request)) {
      const failure = { code: 'order.too_many_exits', most: MOST_WAITING_OF_CALLER } as const
      return { reply: { kind: 'refused', failure, intentId: null, state: 'refused', isReplay: false }, budgets: null }
    }
    const callId = request.callId ?? `exits-${++this.#calls}`
    this.#expected.set(callId, request)
    try {
      return await submit({ ...request, callId })
    } finally {
      this.#expected.delete(callId)
    }
  }

  /** Whether the call is answered from the ledger, so that it makes no group. */
  #isRepeated({ caller, idempotencyKey: key }: OrderRequest): boolean {
    const entry = key === null ? null : this.#deps.ledger.byIdempotencyKey(caller, key, 0)
    return entry !== null && keyUseOf(entry, entry.bodyHash).state !== 'free'
  }

  /** Called for each new ledger entry (`before` is null) and each change of a state, in the turn of its write. */
  onEntry(entry: LedgerEntry, before: EntryState | null): void {
    const tracked =
      before === null ? this.#begun(entry) : (this.#groups.ofEntry(entry.id) ?? this.#groups.returned(entry))
    if (tracked === null) return
    applyEntry(tracked.order, tracked.leg, entry, this.#nowMs())
    this.#changed(tracked.group)
    const early = this.#early.get(entry.id)
    if (entry.state !== 'accepted' || early === undefined) return
    this.#early.delete(entry.id)
    this.show(early.accId, [early.shown], false)
  }

  /** Takes the orders of an account (decimal id) that OpenD pushed or listed. */
  show(accId: string, orders: readonly Order[], isList: boolean): void {
    if (!this.isWatching) return
    for (const shown of orders) {
      const tag = tagOf(shown.remark)
      const tracked = tag === null ? null : this.#groups.ofEntry(entryIdOf(tag))
      if (tracked === null || tracked.group.accId !== accId) continue
      const { group, leg, order } = tracked
      // A remark can be copied to another order, so the ids of the ledger decide.
      const known = { orderId: order.orderId, orderIdEx: order.orderIdEx }
      if (!hasId(known)) this.#early.set(order.intentId ?? '', { accId, shown })
      if (isSameOrder(known, idsOf(shown)) !== true) continue
      if (isList && leg === null) this.#watch.parentListed(group)
      const before = JSON.stringify(order)
      applyShown(group, order, leg, shown, this.#nowMs())
      if (JSON.stringify(order) !== before) this.#changed(group)
    }
  }

  /** Called when the link comes up: a push may have been lost. */
  linkReady(): void {
    this.#watch.pollSoon()
    this.#wake.by(this.#nowMs())
  }

  /** Called by the alarm, also after an eviction. */
  alarm(): void {
    this.#groups.writeAgain()
    this.#run()
  }

  /** Decides about the orders whose calls the last instance of the object had begun. */
  #takeOver(): void {
    for (const group of this.#groups.all) {
      this.#read(group.parent, null)
      for (const leg of group.legs) {
        for (const order of leg.orders.filter(({ phase }) => phase === 'sending')) {
          if (order.intentId === null && order.key !== null) {
            order.intentId = this.#deps.ledger.byIdempotencyKey(group.caller, order.key, 0)?.id ?? null
          }
          // The entry is written before anything is sent.
          if (order.intentId === null) order.phase = 'over'
          else this.#read(order, leg)
        }
      }
      this.#groups.save(group)
    }
    if (this.isWatching) this.#wake.by(this.#nowMs())
  }

  #read(order: TrackedOrder, leg: Leg | null): void {
    const entry = order.intentId === null ? null : this.#deps.entryOf(order.intentId)
    if (entry !== null) applyEntry(order, leg, entry, this.#nowMs())
  }

  /** The order of a new entry: a parent with exits, or an order of a leg. */
  #begun(entry: LedgerEntry): Tracked | null {
    if (entry.state === 'refused') return null
    const key = entry.idempotencyKey
    const known = legOfKey(key)
    if (known !== null) {
      const group = this.#groups.byId(known.parentId)
      const leg = group?.legs.find(({ orders }) => orders.some((order) => order.key === key))
      const order = leg?.orders.find((one) => one.key === key)
      return group === null || leg === undefined || order === undefined ? null : { group, leg, order }
    }
    const request = entry.callId === null ? undefined : this.#expected.get(entry.callId)
    if (request?.exits === undefined) return null
    const group = newGroup(request, request.exits, entry.id, this.#nowMs())
    return { group, leg: null, order: group.parent }
  }

  #changed(group: ExitGroup): void {
    this.#groups.save(group)
    this.#wake.by(this.#nowMs())
  }

  /** Plans and starts the next steps of every group, and the reads that they need. */
  #run(): void {
    if (!this.isWatching || !this.#deps.isLinkUp()) return
    const nowMs = this.#nowMs()
    for (const group of this.#groups.all) this.#advance(group, nowMs)
    for (const read of this.#watch.due(nowMs)) {
      read().then(
        () => this.#wake.by(this.#nowMs()),
        (error: unknown) => this.#deps.onError('a read for exits failed', error),
      )
    }
    const nextMs = this.#watch.nextMs(nowMs)
    if (nextMs !== null) this.#wake.by(nextMs)
  }

  #advance(group: ExitGroup, nowMs: number): void {
    for (const action of planExits(group, nowMs)) {
      if (action.kind === 'cancel') this.#cancel(group, action.order, nowMs)
      else this.#place(group, action.leg, action.qty, nowMs)
    }
    if (!isDone(group)) return
    group.isDone = true
    this.#groups.save(group)
  }

  #cancel(group: ExitGroup, order: TrackedOrder, nowMs: number): void {
    order.cancelledAtMs = nowMs
    this.#groups.save(group)
    this.#deps.submit(exitCancel(group, order)).then(
      () => this.#wake.by(this.#nowMs()),
      (error: unknown) => this.#deps.onError('an exit could not be cancelled', error),
    )
  }

  #place(group: ExitGroup, leg: Leg, qty: number, nowMs: number): void {
    forgetOver(leg)
    const order = newTracked(legKey(group.id, leg.kind, ++leg.made), qty)
    leg.orders.push(order)
    if (!this.#groups.save(group)) {
      leg.orders.pop()
      recordFailure(leg, 'gateway.storage_failed', nowMs)
      return
    }
    this.#submitOrder(group, leg, order)
      .catch((error: unknown) => {
        this.#deps.onError('an exit could not be placed', error)
        return 'server.internal'
      })
      .then((refusal) => {
        // Without an entry, nothing was sent.
        if (order.intentId === null && order.phase === 'sending') {
          order.phase = 'over'
          if (refusal !== null) recordFailure(leg, refusal, this.#nowMs())
        }
        leg.orders = leg.orders.filter(({ phase, intentId }) => phase !== 'over' || intentId !== null)
        this.#changed(group)
      })
      .catch((error: unknown) => this.#deps.onError('an exit could not be stored', error))
  }

  /** Places an order of a leg. Returns the code of a refusal; null when there is none, or when it is not wanted now. */
  async #submitOrder(group: ExitGroup, leg: Leg, order: TrackedOrder): Promise<string | null> {
    const problem = leg.isTriggered ? await this.#watch.positionProblem(group, order.qty) : null
    if (problem !== null) return problem
    const present = await this.#deps.presentTerms(exitRequest(group, leg, order))
    if (!present.ok) return present.failure.code
    const halt = this.#deps.haltOf(present.value, group.accId)
    if (halt !== null) return halt.code
    // A fill may have come meanwhile.
    if (openOf(leg) > wantedOf(group, leg)) return null
    const { reply } = await this.#deps.submit(present.value)
    return reply.kind === 'refused' ? reply.failure.code : null
  }

  #nowMs(): number {
    return this.#deps.timers.nowMs()
  }
}
