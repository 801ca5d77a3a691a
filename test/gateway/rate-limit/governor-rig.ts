import type { UpstreamFailure } from '../../../src/base/failure.ts'
import type { CallRank } from '../../../src/calls/call-rank.ts'
import { Governor, type GovernorDecision } from '../../../src/gateway/rate-limit/governor.ts'
import type { CallFields } from '../../../src/simulator/session/rate-rules.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'

export const START_MS = Date.UTC(2026, 4, 5, 1, 30)

/** A call by what matters about it here. */
export interface Spec {
  readonly protoId: number
  readonly rank: CallRank
  readonly caller: string
  readonly accId: bigint
  /** False: a read of OpenD's cache, or a further page. */
  readonly counts: boolean
}

export type SpecParts = Partial<Spec> & { readonly protoId: number }

export function specOf(parts: SpecParts): Spec {
  return { rank: 'read', caller: 'a', accId: 7n, counts: true, ...parts }
}

/** How a call ended, and when. */
export type Ending =
  | { readonly kind: 'sent'; readonly atMs: number; readonly waited: boolean }
  | { readonly kind: 'refused'; readonly atMs: number; readonly failure: UpstreamFailure; readonly waited: boolean }
  | { readonly kind: 'handed back'; readonly atMs: number }

interface Submission {
  readonly atMs: number
  readonly spec: Spec
}

/** A governor with a clock of its own, whose owner is always on time. */
export class GovernorRig {
  readonly governor: Governor
  readonly #isShared: boolean
  nowMs = START_MS
  /** Every ending of every call, by call id; each must have exactly one. */
  readonly endings = new Map<number, Ending[]>()
  readonly specs: Spec[] = []
  /** Call ids in the order in which they were sent. */
  readonly sent: number[] = []
  readonly #history: Submission[] = []

  constructor(isShared = false) {
    this.#isShared = isShared
    this.governor = new Governor({ isShared })
  }

  /** The call's id is its index. */
  submit(parts: SpecParts): GovernorDecision {
    const spec = specOf(parts)
    const { caller, rank, protoId } = spec
    const callId = this.specs.push(spec) - 1
    this.#history.push({ atMs: this.nowMs, spec })
    const verdict = this.governor.submit({ callId, protoId, body: bodyOf(spec), caller, rank }, this.nowMs)
    if (verdict.kind === 'send') this.#end(callId, { kind: 'sent', atMs: this.nowMs, waited: false })
    if (verdict.kind === 'refused') {
      this.#end(callId, { kind: 'refused', atMs: this.nowMs, failure: verdict.failure, waited: false })
    }
    return verdict
  }

  /** Lets time pass, with a release at every wake. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const wakeMs = this.governor.nextWakeMs()
      if (wakeMs === null || wakeMs > untilMs) break
      this.nowMs = Math.max(this.nowMs, wakeMs)
      this.release()
    }
    this.nowMs = untilMs
  }

  release(): void {
    const { send, refused } = this.governor.release(this.nowMs)
    for (const callId of send) this.#end(callId, { kind: 'sent', atMs: this.nowMs, waited: true })
    for (const { callId, failure } of refused) {
      this.#end(callId, { kind: 'refused', atMs: this.nowMs, failure, waited: true })
    }
  }

  forgetWaiting(): void {
    for (const callId of this.governor.forgetWaiting()) this.#end(callId, { kind: 'handed back', atMs: this.nowMs })
  }

  /** Another governor that has lived through the same. */
  twin(): GovernorRig {
    const twin = new GovernorRig(this.#isShared)
    for (const { atMs, spec } of this.#history) {
      twin.pass(atMs - twin.nowMs)
      twin.submit(spec)
    }
    twin.pass(this.nowMs - twin.nowMs)
    return twin
  }

  /** The only ending of a call; null while it waits. Throws when it ended twice. */
  ending(callId: number): Ending | null {
    const [ending, ...more] = this.endings.get(callId) ?? []
    if (more.length > 0) throw new Error(`call ${callId} ended ${more.length + 1} times`)
    return ending ?? null
  }

  #end(callId: number, ending: Ending): void {
    this.endings.set(callId, [...(this.endings.get(callId) ?? []), ending])
    if (ending.kind === 'sent') this.sent.push(callId)
  }
}

/** What the simulator's limiter looks at. */
export function fieldsOf({ accId, counts }: Spec): CallFields {
  return { header: { accID: accId }, refreshCache: counts, nextReqKey: new Uint8Array(counts ? 0 : 2) }
}

export function bodyOf({ protoId, accId, counts }: Spec): Uint8Array {
  const header = { trdEnv: 0, accID: accId, trdMarket: 1 }
  const refreshed = { c2s: { header, refreshCache: counts } }
  const packetID = { connID: 1n, serialNo: 1 }
  const filterConditions = { beginTime: '2026-05-01 00:00:00', endTime: '2026-05-05 00:00:00' }
  const security = { market: 1, code: '00700' }
  switch (protoId) {
    case 2101:
      return encodeMessage('Trd_GetFunds.Request', refreshed)
    case 2102:
      return encodeMessage('Trd_GetPositionList.Request', refreshed)
    case 2111:
      return encodeMessage('Trd_GetMaxTrdQtys.Request', { c2s: { header, orderType: 1, code: '00700', price: 500 } })
    case 2112:
      return encodeMessage('Trd_GetComboMaxTrdQtys.Request', { c2s: { header, orderType: 1, qty: 1 } })
    case 2201:
      return encodeMessage('Trd_GetOrderList.Request', refreshed)
    case 2202:
      return encodeMessage('Trd_PlaceOrder.Request', {
        c2s: { packetID, header, trdSide: 1, orderType: 1, code: '00700', qty: 100, price: 500 },
      })
    case 2205:
      return encodeMessage('Trd_ModifyOrder.Request', { c2s: { packetID, header, orderID: 5n, modifyOrderOp: 2 } })
    case 2211:
      return encodeMessage('Trd_GetOrderFillList.Request', refreshed)
    case 2221:
      return encodeMessage('Trd_GetHistoryOrderList.Request', { c2s: { header, filterConditions } })
    case 2222:
      return encodeMessage('Trd_GetHistoryOrderFillList.Request', { c2s: { header, filterConditions } })
    case 2223:
      return encodeMessage('Trd_GetMarginRatio.Request', { c2s: { header, securityList: [security] } })
    case 2225:
      return encodeMessage('Trd_GetOrderFee.Request', { c2s: { header, orderIdExList: ['x'] } })
    case 2226:
      return encodeMessage('Trd_FlowSummary.Request', { c2s: { header, clearingDate: '2026-05-05' } })
    case 3103:
      return encodeMessage('Qot_RequestHistoryKL.Request', {
        c2s: {
          rehabType: 1,
          klType: 2,
          security,
          beginTime: '2026-05-01',
          endTime: '2026-05-05',
          nextReqKey: new Uint8Array(counts ? 0 : 2),
        },
      })
    default:
      return new Uint8Array(0)
  }
}
