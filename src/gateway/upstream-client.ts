import { type Failure, type GatewayFailure, linkFailure, type UpstreamFailure } from '../base/failure.ts'
import type { CallOutcome, Effect } from './link/effect.ts'
import type { GovernedCall, Governor } from './rate-limit/governor.ts'
import type { GatewaySession } from './link/session.ts'

/** Whether a call may still leave at that time, Unix ms; a failure keeps it from being sent. */
export type LeaveCheck = (nowMs: number) => Failure | null

/** A call as its owner hands it in. */
export interface UpstreamCall extends GovernedCall {
  /** Asked in the turn in which the frame is handed to the link. */
  readonly mayLeave?: LeaveCheck | undefined
}

/**
 * The line to OpenD: the session behind the governor. Like the session it has no I/O: events and the time go in, effects
 * come out. Every call passes the governor when the link is up, also one that waited for the link, so that a crowd
 * that waited does not break OpenD's limits in the moment the link comes up.
 */
export class UpstreamClient {
  readonly session: GatewaySession
  readonly #governor: Governor
  /** Calls that are not on the link yet: they wait for it, or for the governor. */
  readonly #held = new Map<number, UpstreamCall>()

  constructor(session: GatewaySession, governor: Governor) {
    this.session = session
    this.#governor = governor
  }

  /** Takes a call. It settles exactly once. */
  call(call: UpstreamCall, nowMs: number): readonly Effect[] {
    if (this.session.stage.name === 'ready') return this.#govern(call, nowMs)
    this.#held.set(call.callId, call)
    return this.#handed(call, nowMs)
  }

  /**
   * The failure with which `call` would end a call now; null when it would send it or let it wait, for the link or for
   * OpenD's limit. Takes nothing.
   */
  wouldRefuse(call: Omit<UpstreamCall, 'callId'>, nowMs: number): UpstreamFailure | GatewayFailure | null {
    const failure = this.session.wouldRefuse(call)
    if (failure !== null || this.session.stage.name !== 'ready') return failure
    return this.#governor.wouldRefuse(call, nowMs)
  }

  opened(linkId: number, nowMs: number): readonly Effect[] {
    return this.#settled(this.session.opened(linkId, nowMs), nowMs)
  }

  received(linkId: number, bytes: Uint8Array, nowMs: number): readonly Effect[] {
    return this.#settled(this.session.received(linkId, bytes, nowMs), nowMs)
  }

  closed(linkId: number, detail: string, nowMs: number): readonly Effect[] {
    return this.#settled(this.session.closed(linkId, detail, nowMs), nowMs)
  }

  /** Does whatever is due by now. */
  tick(nowMs: number): readonly Effect[] {
    const effects = [...this.#settled(this.session.tick(nowMs), nowMs)]
    if (this.session.stage.name !== 'ready') return effects
    const { send, refused } = this.#governor.release(nowMs)
    for (const callId of send) {
      const call = this.#held.get(callId)
      if (call !== undefined) effects.push(...this.#handed(call, nowMs))
    }
    for (const { callId, failure } of refused) {
      this.#held.delete(callId)
      effects.push(settle(callId, { ok: false, failure, sent: false }))
    }
    return effects
  }

  reload(nowMs: number): readonly Effect[] {
    return this.#settled(this.session.reload(nowMs), nowMs)
  }

  /** Parks the session; what waits for the governor ends with it. */
  park(nowMs: number): readonly Effect[] {
    const failure = linkFailure('gateway.parked', 'shut down before the call was sent')
    const ended = this.#governor.forgetWaiting().map((callId) => {
      this.#held.delete(callId)
      return settle(callId, { ok: false, failure, sent: false })
    })
    return [...ended, ...this.#settled(this.session.park(nowMs), nowMs)]
  }

  /** When `tick` is next due; null when nothing is scheduled. */
  nextWakeMs(): number | null {
    const governorMs = this.session.stage.name === 'ready' ? this.#governor.nextWakeMs() : null
    const next = Math.min(this.session.nextWakeMs() ?? Infinity, governorMs ?? Infinity)
    return next === Infinity ? null : next
  }

  #govern(call: UpstreamCall, nowMs: number): readonly Effect[] {
    const verdict = this.#governor.submit(call, nowMs)
    switch (verdict.kind) {
      case 'send':
        return this.#handed(call, nowMs)
      case 'wait':
        this.#held.set(call.callId, call)
        return []
      case 'refused':
        this.#held.delete(call.callId)
        return [settle(call.callId, { ok: false, failure: verdict.failure, sent: false })]
    }
  }

  /** To the session, which sends it, lets it wait for the link, or refuses it. */
  #handed(call: UpstreamCall, nowMs: number): readonly Effect[] {
    if (this.session.stage.name === 'ready') {
      this.#held.delete(call.callId)
      // The owner stamps the moment of sending, so it is asked only when nothing else is in the way.
      const failure = this.session.wouldRefuse(call) ?? call.mayLeave?.(nowMs) ?? null
      if (failure !== null) return [settle(call.callId, { ok: false, failure, sent: false })]
    }
    return this.#settled(this.session.call(call, nowMs), nowMs)
  }

  /** What waited for its turn on the link that is lost waits for the next one, like every call. */
  #waitForLink(nowMs: number): readonly Effect[] {
    return this.#governor.forgetWaiting().flatMap((callId) => {
      const call = this.#held.get(callId)
      return call === undefined ? [] : this.#handed(call, nowMs)
    })
  }

  /** The session's effects, with the calls it hands back sent past the governor. */
  #settled(effects: readonly Effect[], nowMs: number): readonly Effect[] {
    if (this.#held.size === 0) return effects
    return effects.flatMap((effect) => {
      if (effect.kind === 'settle') this.#held.delete(effect.callId)
      if (effect.kind === 'lost') return [effect, ...this.#waitForLink(nowMs)]
      if (effect.kind !== 'released') return [effect]
      const call = this.#held.get(effect.callId)
      return call === undefined ? [] : this.#govern(call, nowMs)
    })
  }
}

function settle(callId: number, outcome: CallOutcome): Effect {
  return { kind: 'settle', callId, outcome }
}
