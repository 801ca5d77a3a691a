import { CALL_RANKS, MAX_WAIT_MS } from '../../../src/calls/call-rank.ts'
import { MAX_WAITING_PER_CALLER, MAX_WAITING_PER_QUEUE } from '../../../src/gateway/rate-limit/fair-queue.ts'
import { UPSTREAM_LIMITS, type UpstreamLimit } from '../../../src/gateway/rate-limit/upstream-limits.ts'
import { type Ending, type Spec, START_MS } from './governor-rig.ts'

/** What the governor adds to OpenD's own numbers, written out so that a change of them is noticed. */
const WINDOW_MS = 30_500
const GAP_MARGIN_MS = 20

interface Waiting {
  readonly callId: number
  readonly spec: Spec
  readonly deadlineMs: number
}

type ModelVerdict = { readonly kind: 'send' | 'wait' } | { readonly kind: 'refused'; readonly retryAfterMs: number }

/**
 * One counter by its definition: a list of all sends and one of all that waits, both searched from end to end. It steps
 * through every instant at which anything could change.
 */
export class CounterModel {
  readonly endings = new Map<number, Pick<Ending, 'kind' | 'atMs'> & { readonly retryAfterMs?: number }>()
  readonly #limit: UpstreamLimit
  readonly #isShared: boolean
  #sends: { readonly atMs: number; readonly caller: string }[] = []
  #waiting: Waiting[] = []
  /** When a caller was last served, and since when it waits without a break; both by rank and caller. */
  #served = new Map<string, number>()
  #present = new Map<string, number>()
  #ticks = 0
  #nowMs = START_MS

  constructor(protoId: number, isShared: boolean) {
    this.#isShared = isShared
    const limit = UPSTREAM_LIMITS.get(protoId)
    if (limit === undefined) throw new Error(`${protoId} has no limit`)
    this.#limit = limit
  }

  submit(callId: number, spec: Spec): ModelVerdict {
    if (this.#isOpen(spec)) {
      this.#send(spec)
      this.endings.set(callId, { kind: 'sent', atMs: this.#nowMs })
      return { kind: 'send' }
    }
    const call: Waiting = { callId, spec, deadlineMs: this.#nowMs + MAX_WAIT_MS[spec.rank] }
    const inQueue = this.#waiting.filter((other) => other.spec.rank === spec.rank)
    const own = inQueue.filter((other) => other.spec.caller === spec.caller)
    const kept = this.#isShared && own.length > 0 ? MAX_WAITING_PER_QUEUE / 4 : 0
    const hasRoom = inQueue.length < MAX_WAITING_PER_QUEUE - kept && own.length < MAX_WAITING_PER_CALLER
    if (hasRoom && this.#withWaiting(call).#runsInto(callId) === 'sent') {
      this.#wait(call)
      return { kind: 'wait' }
    }
    const retryAfterMs = this.#retryAfterMs(spec)
    this.endings.set(callId, { kind: 'refused', atMs: this.#nowMs, retryAfterMs })
    return { kind: 'refused', retryAfterMs }
  }

  passTo(untilMs: number): void {
    for (;;) {
      const next = this.#nextInstantMs()
      if (next > untilMs) break
      this.#nowMs = next
      this.#step()
    }
    this.#nowMs = untilMs
    this.#step()
  }

  /** Whether OpenD's limit, and the caller's share of it, have room for the call now. */
  #isFree({ rank, caller }: Spec): boolean {
    const { calls, reserves, leastGapMs } = this.#limit
    const keptOut = reserves.filter((reserve) => CALL_RANKS.indexOf(rank) > CALL_RANKS.indexOf(reserve.rank))
    const allowed = calls - keptOut.reduce((sum, reserve) => sum + reserve.calls, 0)
    const used = this.#counting().length
    const gapMs = leastGapMs === 0 ? 0 : leastGapMs + GAP_MARGIN_MS
    if (!this.#sends.every(({ atMs }) => this.#nowMs - atMs >= gapMs) || used >= allowed) return false
    const own = this.#useOf(caller)
    if (!this.#isShared || caller === '' || own === 0) return true
    if (rank === 'switch') return own < allowed / 2 || used + 1 <= allowed - Math.floor(allowed / 10)
    const isModest = used + 1 <= allowed - Math.max(own + 1, 3)
    return (
      isModest ||
      (own + 1 <= Math.floor((3 / 4) * (allowed - (used - own))) && used + 1 <= allowed - Math.floor(allowed / 4))
    )
  }

  #counting(): readonly { readonly atMs: number; readonly caller: string }[] {
    return this.#sends.filter(({ atMs }) => atMs > this.#nowMs - WINDOW_MS)
  }

  #useOf(caller: string): number {
    return this.#counting().filter((send) => send.caller === caller).length
  }

  #isOpen(spec: Spec): boolean {
    const isBehind = this.#waiting.some(
      (other) => CALL_RANKS.indexOf(other.spec.rank) <= CALL_RANKS.indexOf(spec.rank) && this.#isFree(other.spec),
    )
    return !isBehind && this.#isFree(spec)
  }

  #step(): void {
    for (;;) {
      const free = this.#waiting.filter(({ spec }) => this.#isFree(spec))
      const next = free.toSorted((a, b) => this.#compare(a, b)).at(0)
      if (next === undefined) break
      this.#waiting = this.#waiting.filter((call) => call !== next)
      this.#send(next.spec)
      this.endings.set(next.callId, { kind: 'sent', atMs: this.#nowMs })
    }
    const late = this.#waiting.filter((call) => call.deadlineMs <= this.#nowMs)
    this.#waiting = this.#waiting.filter((call) => call.deadlineMs > this.#nowMs)
    for (const { callId, spec } of late) {
      this.endings.set(callId, { kind: 'refused', atMs: this.#nowMs, retryAfterMs: this.#retryAfterMs(spec) })
    }
  }

  /** Rank, then less use of a shared limit, then who was served longest ago, then who waits longest, then arrival. */
  #compare(a: Waiting, b: Waiting): number {
    const use = ({ spec }: Waiting): number => (this.#isShared && spec.caller !== '' ? this.#useOf(spec.caller) : 0)
    const turn = ({ spec }: Waiting): number => this.#served.get(`${spec.rank} ${spec.caller}`) ?? -1
    const since = ({ spec }: Waiting): number => this.#present.get(`${spec.rank} ${spec.caller}`) ?? -1
    return (
      CALL_RANKS.indexOf(a.spec.rank) - CALL_RANKS.indexOf(b.spec.rank) ||
      use(a) - use(b) ||
      turn(a) - turn(b) ||
      since(a) - since(b) ||
      a.callId - b.callId
    )
  }

  #send({ rank, caller }: Spec): void {
    this.#sends = [...this.#counting(), { atMs: this.#nowMs, caller }]
    this.#served.set(`${rank} ${caller}`, ++this.#ticks)
  }

  #wait(call: Waiting): void {
    const { rank, caller } = call.spec
    const isThere = this.#waiting.some(({ spec }) => spec.rank === rank && spec.caller === caller)
    if (!isThere) this.#present.set(`${rank} ${caller}`, ++this.#ticks)
    this.#waiting.push(call)
  }

  #nextInstantMs(): number {
    const gapMs = this.#limit.leastGapMs + GAP_MARGIN_MS
    const instants = [
      ...this.#sends.flatMap(({ atMs }) => [atMs + WINDOW_MS, atMs + gapMs]),
      ...this.#waiting.map(({ deadlineMs }) => deadlineMs),
    ]
    return Math.min(...instants.filter((atMs) => atMs > this.#nowMs))
  }

  #runsInto(callId: number): Ending['kind'] | undefined {
    while (!this.endings.has(callId)) this.passTo(this.#nextInstantMs())
    return this.endings.get(callId)?.kind
  }

  #retryAfterMs(spec: Spec): number {
    const future = this.#copy()
    while (!future.#isOpen(spec)) future.passTo(future.#nextInstantMs())
    return future.#nowMs - this.#nowMs
  }

  #withWaiting(call: Waiting): CounterModel {
    const copy = this.#copy()
    copy.#wait(call)
    copy.#step()
    return copy
  }

  #copy(): CounterModel {
    const copy = new CounterModel(this.#limit.counter, this.#isShared)
    copy.#sends = [...this.#sends]
    copy.#waiting = [...this.#waiting]
    copy.#served = new Map(this.#served)
    copy.#present = new Map(this.#present)
    copy.#ticks = this.#ticks
    copy.#nowMs = this.#nowMs
    return copy
  }
}
