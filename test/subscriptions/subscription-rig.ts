import assert from 'node:assert/strict'
import type { Failure } from '../../src/base/failure.ts'
import {
  type Holder,
  type HolderId,
  restHolder,
  socketHolder,
  type StoredHolder,
} from '../../src/subscriptions/subscriber.ts'
import type { StreamName, UnitKey } from '../../src/subscriptions/stream.ts'
import { SubscriptionDesk } from '../../src/subscriptions/subscription-manager.ts'
import type { LossReason } from '../../src/subscriptions/subscription-deps.ts'
import { VirtualClock } from '../orders/simulation/virtual-clock.ts'
import { FakeOpend, type SubC2S } from './fake-opend.ts'

/** Units that a holder lost without giving them up. */
export interface Loss {
  readonly id: HolderId
  readonly units: readonly UnitKey[]
  readonly reason: LossReason
  readonly atMs: number
}

/** A desk over a store in memory, an OpenD that does what the test wants, and a clock that it moves. */
export class DeskRig {
  readonly clock = new VirtualClock()
  readonly opend = new FakeOpend(this.clock)
  readonly rows = new Map<HolderId, string>()
  readonly losses: Loss[] = []
  /** REST holders whose pushes reach somebody. */
  readonly listening = new Set<HolderId>()
  /** Told of every loss as it happens. */
  onLoss: (loss: Loss) => void = () => undefined
  writes = 0
  desk: SubscriptionDesk
  #life = 0
  /** The streams of each holder when the desk last said that they changed. */
  #seen = new Map<HolderId, ReadonlySet<StreamName>>()

  constructor(isUp = true) {
    this.desk = this.#assembled()
    if (isUp) this.up()
  }

  get nowMs(): number {
    return this.clock.trueMs()
  }

  up(): void {
    if (this.opend.isUp) return
    this.opend.up()
    this.desk.linkReady()
    this.opend.sendWaiting()
  }

  cut(): void {
    if (!this.opend.isUp) return
    this.opend.cut()
    this.desk.linkLost()
  }

  /** The object ends and starts again: what is in the store is all that is left, and the link is a new one. */
  evict(liveSockets: readonly HolderId[]): void {
    this.#life++
    if (this.opend.isUp) this.opend.cut()
    this.#seen = new Map()
    this.desk = this.#assembled()
    for (const id of this.rows.keys()) this.#seen.set(id, this.desk.streamsOf(id))
    this.desk.keepOnly(liveSockets)
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
    holder: Holder,
    codes: readonly string[],
    subTypes: readonly number[],
    more: Partial<SubC2S> = {},
    quotaShare: number | null = null,
  ): Promise<Failure | null> {
    return this.done(this.desk.subscribe(holder, sub(codes, subTypes, more), quotaShare))
  }

  unsubscribe(holder: Holder, codes: readonly string[], subTypes: readonly number[]): Promise<Failure | null> {
    return this.done(this.desk.subscribe(holder, sub(codes, subTypes, { isSubOrUnSub: false }), null))
  }

  /** What is stored of the units of a holder. */
  storedUnits(id: HolderId): readonly UnitKey[] {
    const row = this.rows.get(id)
    return row === undefined ? [] : (JSON.parse(row) as StoredHolder).units.map(([unit]) => unit)
  }

  streams(holder: Holder): readonly StreamName[] {
    return [...this.desk.streamsOf(holder.id)].sort()
  }

  /** Units upstream, sorted. */
  get upstream(): readonly UnitKey[] {
    return [...this.opend.units.keys()].sort()
  }

  /** Fails when streams have changed without a word. */
  assertTold(): void {
    for (const id of new Set([...this.rows.keys(), ...this.#seen.keys()])) {
      assert.deepEqual(new Set(this.#seen.get(id) ?? []), new Set(this.desk.streamsOf(id)), `changed(${id}) is missing`)
    }
  }

  #assembled(): SubscriptionDesk {
    const life = ++this.#life
    const isAlive = () => life === this.#life
    return new SubscriptionDesk({
      upstream: async (protoId, body) => {
        const outcome = await this.opend.call(protoId, body)
        return isAlive() ? outcome : new Promise(() => undefined)
      },
      store: {
        all: () => [...this.rows.values()].map((row) => JSON.parse(row) as StoredHolder),
        put: (holder) => {
          this.writes++
          this.rows.set(holder.id, JSON.stringify(holder))
        },
        remove: (id) => void this.rows.delete(id),
      },
      nowMs: () => this.nowMs,
      wakeAt: (atMs) => {
        this.clock.after(atMs - this.nowMs, () => {
          if (isAlive()) void this.desk.run()
        })
      },
      changed: (id) => {
        const streams = this.desk.streamsOf(id)
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

export const ANNA = restHolder('key:anna')
export const BERT = restHolder('key:bert')
export const ANNAS_SOCKET = socketHolder(1, 'key:anna')
export const BERTS_SOCKET = socketHolder(2, 'key:bert')
