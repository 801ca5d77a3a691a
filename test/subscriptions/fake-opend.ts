import type { MessageTypes } from '../../proto/messages.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { secKeyOf, type UnitKey, unitKeyOf } from '../../src/subscriptions/stream.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import type { VirtualClock } from '../orders/simulation/virtual-clock.ts'

export type SubC2S = MessageTypes['Qot_Sub.C2S']

/** How the next `Qot_Sub` ends, if not as it should: with or without effect, and with what reply. */
export type Fate = 'refused' | 'lost_done' | 'lost_undone' | 'failed_done' | 'failed_undone'

/** What OpenD keeps of a subscription. */
export interface OpendUnit {
  readonly sinceMs: number
  readonly rehabTypes: readonly number[]
  readonly c2s: SubC2S
}

const WAY_MS = 5
const DEADLINE_MS = 12_000
const MINUTE_MS = 60_000

/**
 * OpenD as far as subscriptions go, and the link to it: the quota, the minute, and every way in which a call can end.
 * Calls wait for the link while it is down, as those of the session do.
 */
export class FakeOpend {
  quota = 100
  /** Units of other programs on the same login. */
  usedByOthers = 0
  /** Securities that OpenD does not know. */
  readonly unknown = new Set<string>()
  fates: Fate[] = []
  /** True: it does not say how much quota there is. */
  hidesQuota = false
  isUp = false
  /** How long after a cut its calls end; the next link may be up by then. */
  cutDelayMs = 0
  /** What the present connection has subscribed. */
  units = new Map<UnitKey, OpendUnit>()
  /** Every `Qot_Sub` that arrived. */
  readonly subs: SubC2S[] = []
  /** Drops that came within the minute. */
  earlyDrops = 0
  quotaRefusals = 0
  /** Most `Qot_Sub` that were on their way together. */
  mostAtOnce = 0
  readonly #clock: VirtualClock
  /** Units of closed connections, which count until their minute is over. */
  readonly #closing = new Map<UnitKey, number>()
  #link = 0
  #inFlight = new Set<(outcome: CallOutcome) => void>()
  #waiting: (() => void)[] = []
  #subsInFlight = new Set<unknown>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  up(): void {
    this.isUp = true
    this.#link++
  }

  /** Sends what waited; after the owner was told that the link is up, as the session does it. */
  sendWaiting(): void {
    for (const send of this.#waiting.splice(0)) send()
  }

  cut(): void {
    this.isUp = false
    this.#link++
    for (const [key, { sinceMs }] of this.units) this.#closing.set(key, sinceMs + MINUTE_MS)
    this.units = new Map()
    const cut = [...this.#inFlight]
    this.#inFlight = new Set()
    this.#subsInFlight = new Set()
    const end = () => {
      for (const settle of cut) settle(linkFailure('gateway.disconnected', true))
    }
    if (this.cutDelayMs === 0) end()
    else this.#clock.after(this.cutDelayMs, end)
  }

  /** Whether a call is on its way. */
  get isBusy(): boolean {
    return this.#inFlight.size > 0
  }

  used(): number {
    for (const [key, untilMs] of this.#closing) if (untilMs <= this.#clock.trueMs()) this.#closing.delete(key)
    return new Set([...this.units.keys(), ...this.#closing.keys()]).size + this.usedByOthers
  }

  call(protoId: number, body: Uint8Array): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: CallOutcome) => {
        this.#subsInFlight.delete(settle)
        if (this.#inFlight.delete(settle) || !outcome.ok) resolve(outcome)
      }
      if (this.isUp) this.#send(protoId, body, settle)
      else {
        let isOver = false
        this.#waiting.push(() => !isOver && this.#send(protoId, body, settle))
        this.#clock.after(DEADLINE_MS, () => {
          isOver = true
          if (!this.#inFlight.has(settle)) resolve(linkFailure('gateway.not_ready', false))
        })
      }
    })
  }

  #send(protoId: number, body: Uint8Array, settle: (outcome: CallOutcome) => void): void {
    const link = this.#link
    this.#inFlight.add(settle)
    if (protoId === 3001) this.#subsInFlight.add(settle)
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#subsInFlight.size)
    this.#clock.after(WAY_MS, () => {
      if (link !== this.#link) return
      const answer = this.#answer(protoId, body)
      if (answer === null) this.#clock.after(DEADLINE_MS, () => settle(linkFailure('gateway.call_timeout', true)))
      else this.#clock.after(WAY_MS, () => link === this.#link && settle({ ok: true, body: answer }))
    })
  }

  #answer(protoId: number, body: Uint8Array): Uint8Array | null {
    if (protoId === 3003) {
      if (this.hidesQuota) return encodeMessage('Qot_GetSubInfo.Response', { retType: -1, retMsg: 'no' })
      const totalUsedQuota = this.used()
      const remainQuota = Math.max(0, this.quota - totalUsedQuota)
      return encodeMessage('Qot_GetSubInfo.Response', { retType: 0, s2c: { totalUsedQuota, remainQuota } })
    }
    const { c2s } = decoded(body)
    this.subs.push(c2s)
    const fate = this.fates.shift()
    if (fate === 'refused') return reply(-1, 'no')
    if (fate === 'lost_undone') return null
    if (fate === 'failed_undone') return reply(-400, 'unknown')
    const refusal = c2s.isSubOrUnSub ? this.#subscribe(c2s) : this.#unsubscribe(c2s)
    if (fate === 'lost_done') return null
    if (fate === 'failed_done') return reply(-100, 'timeout')
    return refusal === null ? reply(0, null) : reply(-1, refusal)
  }

  #subscribe(c2s: SubC2S): string | null {
    const units = unitsOf(c2s)
    if ((c2s.securityList ?? []).some((security) => this.unknown.has(secKeyOf(security)))) return 'unknown security'
    const fresh = units.filter((key) => !this.units.has(key) && !this.#closing.has(key)).length
    if (this.used() + fresh > this.quota && fresh > 0) {
      this.quotaRefusals++
      return 'quota'
    }
    const rehabTypes = c2s.regPushRehabTypeList ?? []
    for (const key of units) {
      const sinceMs = this.units.get(key)?.sinceMs ?? this.#clock.trueMs()
      this.units.set(key, { sinceMs, rehabTypes: rehabTypes.length > 0 ? rehabTypes : [1], c2s })
    }
    return null
  }

  #unsubscribe(c2s: SubC2S): string | null {
    const units = unitsOf(c2s)
    const nowMs = this.#clock.trueMs()
    if (units.some((key) => nowMs - (this.units.get(key)?.sinceMs ?? -Infinity) < MINUTE_MS)) {
      this.earlyDrops++
      return 'too early'
    }
    for (const key of units) this.units.delete(key)
    return null
  }
}

/** The units that a `Qot_Sub` names. */
export function unitsOf({ securityList = [], subTypeList = [] }: SubC2S): readonly UnitKey[] {
  return securityList.flatMap((security) => subTypeList.map((type) => unitKeyOf(type, secKeyOf(security))))
}

function decoded(body: Uint8Array): MessageTypes['Qot_Sub.Request'] {
  const request = decodeMessage('Qot_Sub.Request', body)
  if (!request.ok) throw new Error(request.detail)
  return request.value
}

function reply(retType: number, retMsg: string | null): Uint8Array {
  return encodeMessage('Qot_Sub.Response', retMsg === null ? { retType, s2c: {} } : { retType, retMsg })
}

function linkFailure(
  code: 'gateway.disconnected' | 'gateway.not_ready' | 'gateway.call_timeout',
  sent: boolean,
): CallOutcome {
  return { ok: false, failure: { code, detail: 'test', retryInMs: null }, sent }
}
