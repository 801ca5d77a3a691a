import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import { secKeyOf, securityOf, type SecKey } from '../../subscriptions/stream.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { replyHead } from '../encoded-calls.ts'

/** One caller's request for snapshots. */
export interface SnapshotAsk {
  /** Equal for requests with the same bytes. */
  readonly key: string
  readonly body: Uint8Array
  readonly caller: string
  /** In the order of the request, with duplicates. */
  readonly secKeys: readonly SecKey[]
  readonly resolve: (outcome: CallOutcome, isMerged: boolean) => void
  /** Rejects the request because of a bug in this program. */
  readonly reject: (bug: unknown) => void
}

/** Sends the call of a batch. */
type SendRead = (protoId: number, body: Uint8Array, caller: string) => Promise<CallOutcome>

/** Extra calls to halve a refused batch; after these its requests are sent one by one. Halving 64 takes twelve. */
const MOST_EXTRA_CALLS = 6

/** The `retType` values of a refused or an invalid request. */
const REFUSALS: ReadonlySet<number> = new Set([-1, -500])

/**
 * OpenD's refusal of a call over its rate, in its languages. It has no code of its own, and no request caused it.
 */
const RATE_TEXT = /频率|頻率|frequen|too many|rate limit/i

/** The securities of a request without a header; null for other requests. */
export function plainSnapshotCodes(body: Uint8Array): readonly SecKey[] | null {
  const request = decodeMessage('Qot_GetSecuritySnapshot.Request', body)
  if (!request.ok || request.value.c2s.header !== undefined) return null
  return (request.value.c2s.securityList ?? []).map(secKeyOf)
}

/**
 * Sends several requests in one call and resolves each with its own slice of the reply. One unknown code makes OpenD
 * refuse the whole call, so a refused batch is halved until the requests are found that OpenD refuses on their own. A
 * request never gets the refusal of another one. `onRefused` is called for requests that were refused on their own.
 */
export class SnapshotBatch {
  readonly #sendRead: SendRead
  readonly #onRefused: (ask: SnapshotAsk) => void
  #extraCalls = -1

  constructor(send: SendRead, onRefused: (ask: SnapshotAsk) => void) {
    this.#sendRead = send
    this.#onRefused = onRefused
  }

  /** Sends the requests and resolves each of them. */
  async send(asks: readonly SnapshotAsk[]): Promise<void> {
    try {
      await this.#send(asks)
    } catch (bug) {
      for (const ask of asks) ask.reject(bug)
    }
  }

  async #send(asks: readonly SnapshotAsk[]): Promise<void> {
    const [first] = asks
    if (first === undefined) return
    this.#extraCalls++
    if (asks.every(({ key }) => key === first.key)) return this.#sendAlike(asks, first)
    const outcome = await this.#sendRead(CALLS.Qot_GetSecuritySnapshot.protoId, requestOf(asks), first.caller)
    const head = outcome.ok ? replyHead(outcome.body) : null
    if (outcome.ok && head?.retType === 0) return this.#deliver(asks, outcome.body)
    const isRefused = head !== null && REFUSALS.has(head.retType) && !RATE_TEXT.test(head.retMsg ?? '')
    if (!isRefused) {
      for (const ask of asks) ask.resolve(outcome, true)
      return
    }
    const isHalved = this.#extraCalls + 2 <= MOST_EXTRA_CALLS
    const parts = isHalved ? halvesOf(asks) : Map.groupBy(asks, ({ key }) => key).values()
    await Promise.all([...parts].map((part) => this.send(part)))
  }

  /** Sends equal requests, perhaps of several callers, as one call with unchanged bytes. */
  async #sendAlike(asks: readonly SnapshotAsk[], first: SnapshotAsk): Promise<void> {
    const outcome = await this.#sendRead(CALLS.Qot_GetSecuritySnapshot.protoId, first.body, first.caller)
    if (outcome.ok && replyHead(outcome.body)?.retType !== 0) this.#onRefused(first)
    for (const ask of asks) ask.resolve(outcome, asks.length > 1)
  }

  async #deliver(asks: readonly SnapshotAsk[], reply: Uint8Array): Promise<void> {
    const decoded = decodeMessage('Qot_GetSecuritySnapshot.Response', reply)
    if (!decoded.ok) {
      for (const ask of asks) ask.resolve({ ok: true, body: reply }, true)
      return
    }
    const snapshots = new Map<SecKey, Snapshot>()
    for (const one of decoded.value.s2c?.snapshotList ?? []) snapshots.set(secKeyOf(one.basic.security), one)
    const resent: Promise<void>[] = []
    for (const alike of Map.groupBy(asks, ({ key }) => key).values()) {
      const body = sliceOf(alike[0]?.secKeys ?? [], snapshots)
      // OpenD left a security out. The request is sent alone to get OpenD's own answer.
      if (body === null) resent.push(this.send(alike))
      else for (const ask of alike) ask.resolve({ ok: true, body }, true)
    }
    await Promise.all(resent)
  }
}

type Snapshot = MessageTypes['Qot_GetSecuritySnapshot.Snapshot']

/** One request for the distinct securities of all requests. */
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

/** Two halves; equal requests stay in the same half. */
function halvesOf(asks: readonly SnapshotAsk[]): readonly (readonly SnapshotAsk[])[] {
  const groups = [...Map.groupBy(asks, ({ key }) => key).values()]
  const middle = groups.length >> 1
  return [groups.slice(0, middle).flat(), groups.slice(middle).flat()]
}
