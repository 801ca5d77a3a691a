import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { secKeyOf, securityOf, type SecKey } from '../subscriptions/stream.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { replyHead } from './reply-head.ts'

/** One caller's request for snapshots. */
export interface SnapshotAsk {
  /** The same for requests with the same bytes. */
  readonly key: string
  readonly body: Uint8Array
  readonly caller: string
  /** In the order of the request, repetitions included. */
  readonly secKeys: readonly SecKey[]
  readonly settle: (outcome: CallOutcome, isMerged: boolean) => void
  /** Something is wrong with our own code. */
  readonly fail: (bug: unknown) => void
}

/** The call that a batch makes. */
type Upstream = (protoId: number, body: Uint8Array, caller: string) => Promise<CallOutcome>

/** Calls that a refused batch may cost beyond its first, until its requests go one by one. Halving 64 takes twelve. */
const MOST_EXTRA_CALLS = 6

/** What OpenD says of a request that it cannot do: a plain no, or a request that it does not understand. */
const REFUSALS: ReadonlySet<number> = new Set([-1, -500])

/**
 * OpenD's refusal of a call beyond its rate, in its languages. It has no number of its own, and is no request's fault.
 */
const RATE_TEXT = /频率|頻率|frequen|too many|rate limit/i

/** The securities of a request that is nothing but a list; null for any other. */
export function plainSnapshotCodes(body: Uint8Array): readonly SecKey[] | null {
  const request = decodeMessage('Qot_GetSecuritySnapshot.Request', body)
  if (!request.ok || request.value.c2s.header !== undefined) return null
  return (request.value.c2s.securityList ?? []).map(secKeyOf)
}

/**
 * Asks for several requests in one call and settles each with its own slice. One unknown code makes OpenD refuse the
 * whole call, so a refused batch is halved until the requests are found that OpenD refuses by themselves. Nobody gets
 * the refusal of another's request. `onRefused` hears of the requests that were refused alone.
 */
export class SnapshotBatch {
  readonly #upstream: Upstream
  readonly #onRefused: (ask: SnapshotAsk) => void
  #extraCalls = -1

  constructor(upstream: Upstream, onRefused: (ask: SnapshotAsk) => void) {
    this.#upstream = upstream
    this.#onRefused = onRefused
  }

  /** Settles every request, once its answer is there. */
  async send(asks: readonly SnapshotAsk[]): Promise<void> {
    try {
      await this.#send(asks)
    } catch (bug) {
      for (const ask of asks) ask.fail(bug)
    }
  }

  async #send(asks: readonly SnapshotAsk[]): Promise<void> {
    const [first] = asks
    if (first === undefined) return
    this.#extraCalls++
    if (asks.every(({ key }) => key === first.key)) return this.#sendAlike(asks, first)
    const outcome = await this.#upstream(CALLS.Qot_GetSecuritySnapshot.protoId, requestOf(asks), first.caller)
    const head = outcome.ok ? replyHead(outcome.body) : null
    if (outcome.ok && head?.retType === 0) return this.#deliver(asks, outcome.body)
    const isRefused = head !== null && REFUSALS.has(head.retType) && !RATE_TEXT.test(head.retMsg ?? '')
    if (!isRefused) {
      for (const ask of asks) ask.settle(outcome, true)
      return
    }
    const isHalved = this.#extraCalls + 2 <= MOST_EXTRA_CALLS
    const parts = isHalved ? halvesOf(asks) : Map.groupBy(asks, ({ key }) => key).values()
    await Promise.all([...parts].map((part) => this.send(part)))
  }

  /** One request, though perhaps of several callers: its bytes go up, and the reply comes down, as they are. */
  async #sendAlike(asks: readonly SnapshotAsk[], first: SnapshotAsk): Promise<void> {
    const outcome = await this.#upstream(CALLS.Qot_GetSecuritySnapshot.protoId, first.body, first.caller)
    if (outcome.ok && replyHead(outcome.body)?.retType !== 0) this.#onRefused(first)
    for (const ask of asks) ask.settle(outcome, asks.length > 1)
  }

  async #deliver(asks: readonly SnapshotAsk[], reply: Uint8Array): Promise<void> {
    const decoded = decodeMessage('Qot_GetSecuritySnapshot.Response', reply)
    if (!decoded.ok) {
      for (const ask of asks) ask.settle({ ok: true, body: reply }, true)
      return
    }
    const snapshots = new Map<SecKey, Snapshot>()
    for (const one of decoded.value.s2c?.snapshotList ?? []) snapshots.set(secKeyOf(one.basic.security), one)
    const left: Promise<void>[] = []
    for (const alike of Map.groupBy(asks, ({ key }) => key).values()) {
      const body = sliceOf(alike[0]?.secKeys ?? [], snapshots)
      // OpenD left a security out. What it says to such a request is for it to say.
      if (body === null) left.push(this.send(alike))
      else for (const ask of alike) ask.settle({ ok: true, body }, true)
    }
    await Promise.all(left)
  }
}

type Snapshot = MessageTypes['Qot_GetSecuritySnapshot.Snapshot']

/** One request for the securities of all, each once. */
function requestOf(asks: readonly SnapshotAsk[]): Uint8Array {
  const secKeys = new Set(asks.flatMap((ask) => ask.secKeys))
  const securityList = [...secKeys].map(securityOf)
  return encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList } })
}

function sliceOf(secKeys: readonly SecKey[], snapshots: ReadonlyMap<SecKey, Snapshot>): Uint8Array | null {
  const snapshotList: Snapshot[] = []
  for (const secKey of secKeys) {
    const snapshot = snapshots.get(secKey)
    if (snapshot === undefined) return null
    snapshotList.push(snapshot)
  }
  return encodeMessage('Qot_GetSecuritySnapshot.Response', { retType: 0, s2c: { snapshotList } })
}

/** Two halves, with equal requests side by side so that they are not torn apart. */
function halvesOf(asks: readonly SnapshotAsk[]): readonly (readonly SnapshotAsk[])[] {
  const groups = [...Map.groupBy(asks, ({ key }) => key).values()]
  const middle = groups.length >> 1
  return [groups.slice(0, middle).flat(), groups.slice(middle).flat()]
}
