import assert from 'node:assert/strict'
import type { Failure } from '../../src/base/failure.ts'
import {
  type Subscriber,
  type SubscriberId,
  restSubscriber,
  socketSubscriber,
  type StoredSubscriber,
} from '../../src/subscriptions/subscriber.ts'
import type { StreamName, UnitKey } from '../../src/subscriptions/stream.ts'
import { SubscriptionManager } from '../../src/subscriptions/subscription-manager.ts'
import type { LossReason } from '../../src/subscriptions/subscription-deps.ts'
import { VirtualClock } from '../orders/simulation/virtual-clock.ts'
import { FakeOpend, type SubC2S } from './fake-opend.ts'

/** Units that a holder lost without giving them up. */
export interface Loss {
  readonly id: SubscriberId
  readonly units: readonly UnitKey[]
  readonly reason: LossReason
  readonly atMs: number
}

/** A manager over a store in memory, an OpenD that does what the test wants, and a clock that it moves. */
export class OrderPathRig {
  readonly clock = new VirtualClock()
  readonly opend = new FakeOpend(this.clock)
  readonly rows = new Map<SubscriberId, string>()
  readonly losses: Loss[] = []
  /** REST holders whose pushes reach somebody. */
  readonly listening = new Set<SubscriberId>()
  /** Told of every loss as it happens. */
  onLoss: (loss: Loss) => void = () => undefined
  writes = 0
  manager: SubscriptionManager
  #instance = 0
  /** The streams of each holder when the manager last said that they changed. */
  #seen = new Map<SubscriberId, ReadonlySet<StreamName>>()

  constructor(isUp = true) {
    this.manager = this.#assembled()
    if (isUp) this.up()
  }

  get nowMs(): number {
    return this.clock.trueMs()
  }

  up(): void {
    if (this.opend.isUp) return
    this.opend.up()
    this.manager.linkReady()
    this.opend.sendWaiting()
  }

  cut(): void {
    if (!this.opend.isUp) return
    this.opend.cut()
    this.manager.linkLost()
  }

  /** The object ends and starts again: what is in the store is all that is left, and the link is a new one. */
  evict(liveSockets: readonly SubscriberId[]): void {
    this.#instance++
    if (this.opend.isUp) this.opend.cut()
    this.#seen = new Map()
    this.manager = this.#assembled()
    for (const id of this.rows.keys()) this.#seen.set(id, this.manager.streamsOf(id))
    this.manager.keepOnly(liveSockets)
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.clock.runUntil(this.clock.elapsedMs + ms)
  }

  /** The end of a call, with as much time passed as it takes. */
  async done<Value>(call: Promise<Value>): Promise<Value> {
    let isOver = false
    const settled = call.finally(() => (isOver = true))
    await this.clock.runUntil(this.clock.elapsedMs + 60_000, () => isOver)
    return settled
  }

  /** Subscribes, and waits for the end. */
  subscribe(
    subscriber: Subscriber,
    codes: readonly string[],
    subTypes: readonly number[],
    more: Partial<SubC2S> = {},
    quotaShare: number | null = null,
  ): Promise<Failure | null> {
    return this.done(this.manager.subscribe(subscriber, sub(codes, subTypes, more), quotaShare))
  }

  unsubscribe(subscriber: Subscriber, codes: readonly string[], subTypes: readonly number[]): Promise<Failure | null> {
    return this.done(this.manager.subscribe(subscriber, sub(codes, subTypes, { isSubOrUnSub: false }), null))
  }

  /** What is stored of the units of a holder. */
  storedUnits(id: SubscriberId): readonly UnitKey[] {
    const row = this.rows.get(id)
    return row === undefined ? [] : (JSON.parse(row) as StoredSubscriber).units.map(([unit]) => unit)
  }

  streams(subscriber: Subscriber): readonly StreamName[] {
    return [...this.manager.streamsOf(subscriber.id)].sort()
  }

  /** Units upstream, sorted. */
  get upstream(): readonly UnitKey[] {
    return [...this.opend.units.keys()].sort()
  }

  /** Fails when streams have changed without a word. */
  assertTold(): void {
    for (const id of new Set([...this.rows.keys(), ...this.#seen.keys()])) {
      assert.deepEqual(
        new Set(this.#seen.get(id) ?? []),
        new Set(this.manager.streamsOf(id)),
        `changed(${id}) is missing`,
      )
    }
  }

  #assembled(): SubscriptionManager {
    const instance = ++this.#instance
    const isAlive = () => instance === this.#instance
    return new SubscriptionManager({
      send: async (protoId, body) => {
        const outcome = await this.opend.call(protoId, body)
        return isAlive() ? outcome : new Promise(() => undefined)
      },
      store: {
        all: () => [...this.rows.values()].map((row) => JSON.parse(row) as StoredSubscriber),
        put: (subscriber) => {
          this.writes++
          this.rows.set(subscriber.id, JSON.stringify(subscriber))
        },
        remove: (id) => void this.rows.delete(id),
      },
      nowMs: () => this.nowMs,
      wakeAt: (atMs) => {
        this.clock.after(atMs - this.nowMs, () => {
          if (isAlive()) void this.manager.runDue()
        })
      },
      changed: (id) => {
        const streams = this.manager.streamsOf(id)
        const isNew = streams.symmetricDifference(this.#seen.get(id) ?? new Set()).size > 0
        assert.ok(isNew, `changed(${id}) without a change`)
        this.#seen.set(id, streams)
      },
      lost: (id, units, reason) => {
        const loss = { id, units, reason, atMs: this.nowMs }
        this.losses.push(loss)
        this.onLoss(loss)
      },
      interrupted: () => undefined,
      isListening: (id) => this.listening.has(id),
    })
  }
}

/** A `Qot_Sub` that subscribes Hong Kong securities. */
export function sub(codes: readonly string[], subTypeList: readonly number[], more: Partial<SubC2S> = {}): SubC2S {
  return { securityList: codes.map((code) => ({ market: 1, code })), subTypeList, isSubOrUnSub: true, ...more }
}

export const ANNA = restSubscriber('key:anna')
export const BERT = restSubscriber('key:bert')
export const ANNAS_SOCKET = socketSubscriber(1, 'key:anna')
export const BERTS_SOCKET = socketSubscriber(2, 'key:bert')
