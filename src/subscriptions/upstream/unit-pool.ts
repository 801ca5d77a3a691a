import type { MessageTypes } from '../../../proto/messages.ts'
import type { Failure } from '../../base/failure.ts'
import type { Result } from '../../base/result.ts'
import type { SubscriberRegistry } from '../subscriber-registry.ts'
import type { Subscriber, SubscriberId } from '../subscriber.ts'
import { QuotaRoom } from './quota-room.ts'
import { restore } from './restore.ts'
import { type UnitKey, unitOf } from '../stream.ts'
import type { LossReason, SubscriptionDeps } from '../subscription-deps.ts'
import { type SubscriptionOptions, withDefaultRehab } from '../subscription-options.ts'
import { Mutex } from '../../base/mutex.ts'
import { subscribeCalls, unsubscribeCalls } from './upstream-calls.ts'
import { hoursIn, type TradingHours } from '../trading-hours.ts'
import { UpstreamLink } from './upstream-link.ts'
import { droppableAtMs, type UpstreamUnit, type WantedUnit } from './upstream-set.ts'
import { type WaitingChange, WaitingChanges } from '../waiting-change.ts'

/** Pause before an unfinished restore is tried again. */
const RESTORE_RETRY_MS = 10_000

/** Restores that OpenD may refuse completely before its refusals are final. OpenD has five minutes to log in. */
const MAX_RESTORE_TRIES = 30

/**
 * Keeps OpenD's subscriptions in step with the registry. A unit without subscribers is unsubscribed as soon as OpenD's
 * minimum of one minute allows it. Changes are sent to OpenD one at a time.
 */
export class UnitPool {
  readonly #deps: SubscriptionDeps
  readonly #registry: SubscriberRegistry
  readonly #link: UpstreamLink
  readonly #room: QuotaRoom
  readonly #queue = new Mutex()
  readonly #waiting = new WaitingChanges()
  #restoreAtMs: number | null = null
  #restoreTries = 0
  #isDropping = false
  /** The time of the last `wakeAt` call, so that the same time is not scheduled again. */
  #wakeAtMs: number | null = null

  constructor(deps: SubscriptionDeps, registry: SubscriberRegistry) {
    this.#deps = deps
    this.#registry = registry
    this.#link = new UpstreamLink(deps.send, deps.nowMs, deps.interrupted)
    this.#room = new QuotaRoom({
      link: this.#link,
      registry,
      isAwaited: (unit) => this.#waiting.needs(unit),
      isListening: deps.isListening,
      nowMs: deps.nowMs,
      take: (units) => this.#takeFromSubscribers(units, { kind: 'reclaimed' }),
    })
  }

  /** The number of changes that wait for OpenD. */
  get waitingCount(): number {
    return this.#waiting.size
  }

  get counts() {
    const { set, quota } = this.#link
    const lingering = [...set.units()].filter(({ key }) => !this.#registry.isHeld(key)).length
    return { subscribedUnits: set.size, lingeringUnits: lingering, waiting: this.#waiting.size, quota: quota.numbers }
  }

  isLive(unit: UnitKey, options: SubscriptionOptions): boolean {
    return this.#link.set.isLive(unit, options)
  }

  /**
   * The widest hours of the pushes and replies that OpenD may send for a unit. A change that waits counts, because its
   * first pushes may arrive before its confirmation.
   */
  hoursOf(unit: UnitKey): TradingHours {
    return hoursIn(this.#link.set.optionsOf(unit) | this.#waiting.optionsOf(unit))
  }

  /** Waits for the link, and for pending changes and a pending restore. Failure: the link did not come up. */
  async whenIdle(): Promise<Failure | null> {
    const down = await this.#link.up()
    if (down === null) await this.#queue.run(async () => undefined)
    return down
  }

  /**
   * Whether a change can be committed at once: all its units are subscribed, and no earlier change of its subscriber is
   * pending for the same units. The earlier change would be committed later and overwrite this one.
   */
  isReady(change: WaitingChange): boolean {
    const { subscriber, units } = change
    return this.#missing(change).length === 0 && !this.#waiting.isWaitingFor(subscriber.id, units)
  }

  /** Applies a change to OpenD after the changes before it. Returns null when the change is committed. */
  async change(change: WaitingChange): Promise<Failure | null> {
    const failure = await this.#waiting.during(change, async () => {
      // Wait outside the queue, because the restore of the new link must run first.
      const down = await this.#link.up()
      return down ?? (await this.#queue.run(() => this.#apply(change)))
    })
    this.schedule()
    return failure
  }

  /** The units of pending changes whose subscribers match. */
  awaitedBy(matches: (subscriber: Subscriber) => boolean): readonly UnitKey[] {
    return this.#waiting.unitsOf(matches)
  }

  /** Removes units, or all units when null, from the pending changes of a subscriber. */
  withdraw(id: SubscriberId, units: readonly UnitKey[] | null): void {
    this.#waiting.withdraw(id, units)
  }

  voidChangesOf(id: SubscriberId): void {
    this.#waiting.voidAllOf(id)
  }

  linkReady(): void {
    this.#link.opened()
    this.#restoreTries = 0
    this.#restoreAtMs = null
    void this.#queue.runFirst(() => this.#restore())
  }

  linkLost(): void {
    this.#link.lost()
    this.#restoreAtMs = null
  }

  subInfo(): Promise<Result<MessageTypes['Qot_GetSubInfo.S2C']>> {
    return this.#link.subInfo()
  }

  async runDue(): Promise<void> {
    this.#wakeAtMs = null
    if (this.#restoreAtMs !== null && this.#restoreAtMs <= this.#deps.nowMs()) {
      this.#restoreAtMs = null
      await this.#queue.run(() => this.#restore())
    }
    await this.#dropDue()
    this.schedule()
  }

  get nextWakeMs(): number | null {
    let nextMs = this.#restoreAtMs ?? Infinity
    for (const unit of this.#link.set.units()) {
      // The pending unsubscribe calls schedule the next `runDue` when they are done.
      if (!this.#isDropping && this.#isUnwanted(unit)) nextMs = Math.min(nextMs, droppableAtMs(unit))
    }
    return nextMs === Infinity ? null : nextMs
  }

  /** Schedules the next `runDue`. */
  schedule(): void {
    const nextMs = this.nextWakeMs
    if (nextMs === null || (this.#wakeAtMs !== null && this.#wakeAtMs <= nextMs)) return
    this.#wakeAtMs = nextMs
    this.#deps.wakeAt(nextMs)
  }

  #isUnwanted({ key, isDropping }: UpstreamUnit): boolean {
    return !isDropping && !this.#registry.isHeld(key) && !this.#waiting.needs(key)
  }

  /** The units of a change that OpenD has not confirmed, with the options that are already subscribed. */
  #missing(change: WaitingChange): readonly WantedUnit[] {
    return [...change.units]
      .map((key) => ({ key, options: change.optionsOf(key) }))
      .filter(({ key, options }) => !this.#link.set.isLive(key, options))
      .map((unit) => this.#wanted(unit))
  }

  #wanted({ key, options }: WantedUnit): WantedUnit {
    return this.#link.set.joined({ key, options: withDefaultRehab(unitOf(key).subType, options) })
  }

  async #apply(change: WaitingChange): Promise<Failure | null> {
    if (change.isVoid) return callerLeft()
    const shortage = await this.#room.make(() => this.#missing(change), change.subscriber.caller)
    if (shortage !== null) return shortage
    for (const call of subscribeCalls(this.#missing(change))) {
      const outcome = await this.#link.subscribe(call)
      // Units that were subscribed before the failure are dropped later, like every unit without a subscriber.
      if (outcome.kind === 'refused') return this.#refusalCause(change, outcome.failure)
      if (outcome.kind !== 'done') return outcome.failure
    }
    if (change.isVoid) return callerLeft()
    change.commit()
    return null
  }

  /** The cause of a refusal: the quota, which another program may have used meanwhile, or the units themselves. */
  async #refusalCause(change: WaitingChange, failure: Failure): Promise<Failure> {
    const shortage = await this.#room.make(() => this.#missing(change), change.subscriber.caller)
    return shortage?.code === 'quote.quota_exhausted' ? shortage : failure
  }

  /** Subscribes all units of the registry on a new link. */
  async #restore(): Promise<void> {
    if (!this.#link.isReady) return
    const units = [...this.#registry.heldUnits()]
      .map((key) => this.#wanted({ key, options: this.#registry.optionsOf(key) }))
      .filter(({ key, options }) => !this.#link.set.isLive(key, options))
    const isRefusalFinal = this.#restoreTries >= MAX_RESTORE_TRIES || this.#link.set.hasConfirmed
    const { isComplete, refused } = await restore(units, (call) => this.#link.subscribe(call), isRefusalFinal)
    for (const { keys, failure } of refused) this.#takeFromSubscribers(keys, { kind: 'refused', failure })
    if (isComplete) {
      this.#restoreTries = 0
      this.#restoreAtMs = null
      // This read only fills the numbers. A failure does not matter, because they are read again when needed.
      await this.#link.readQuota()
    } else if (this.#link.isReady) {
      this.#restoreTries++
      this.#restoreAtMs = this.#deps.nowMs() + RESTORE_RETRY_MS
    }
    this.schedule()
  }

  /** Unsubscribes all due units. Each call takes the mutex on its own, so that a waiting change can run in between. */
  async #dropDue(): Promise<void> {
    if (this.#isDropping) return
    this.#isDropping = true
    try {
      while (this.#due().length > 0) await this.#queue.run(() => this.#dropSome())
    } finally {
      this.#isDropping = false
    }
  }

  async #dropSome(): Promise<void> {
    const due = this.#due()
    // A unit whose drop was refused before is sent alone, so that one bad unit does not block the others.
    const together = due.filter(({ wasDropRefused }) => !wasDropRefused)
    const units = together.length > 0 ? together : due.slice(0, 1)
    const [call] = unsubscribeCalls(units.map(({ key }) => key))
    if (call !== undefined) await this.#link.unsubscribe(call)
  }

  #due(): readonly UpstreamUnit[] {
    const nowMs = this.#deps.nowMs()
    return [...this.#link.set.units()].filter((unit) => this.#isUnwanted(unit) && droppableAtMs(unit) <= nowMs)
  }

  #takeFromSubscribers(units: readonly UnitKey[], reason: LossReason): void {
    const losses = new Map<SubscriberId, UnitKey[]>()
    for (const unit of units) {
      for (const { subscriber } of this.#registry.holdingsOf(unit)) {
        const lost = losses.get(subscriber.id)
        if (lost === undefined) losses.set(subscriber.id, [unit])
        else lost.push(unit)
      }
    }
    for (const [id, lost] of losses) {
      this.#registry.release(id, lost)
      this.#deps.lost(id, lost, reason)
    }
  }
}

/** The failure of a change whose subscriber is gone. It is not delivered. */
function callerLeft(): Failure {
  return { code: 'gateway.disconnected', detail: 'the caller left before OpenD answered', retryInMs: null }
}
