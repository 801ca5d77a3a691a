import { type Failure, linkFailure } from '../base/failure.ts'
import { plaintextRefusal } from './exposed-link.ts'
import type { CallOutcome, Effect } from './link/effect.ts'
import type { GovernedCall, Governor } from './rate-limit/governor.ts'
import type { GatewaySession } from './link/session.ts'

/** Checks whether a call may still be sent at that time, Unix ms. A failure means that it is not sent. */
export type LeaveCheck = (nowMs: number) => Failure | null

/** A call that its owner submits. */
export interface SubmittedCall extends GovernedCall {
  /** Called synchronously before the frame is sent. */
  readonly mayLeave?: LeaveCheck | undefined
}

/**
 * Combines the session and the governor. Like the session it has no I/O: it takes events and the time and returns
 * effects. Every call passes the governor when the link is up, also a call that waited for the link, so that many
 * waiting calls do not exceed OpenD's limits when the link comes up.
 */
export class GovernedSession {
  readonly session: GatewaySession
  readonly #governor: Governor
  /** Calls that are not sent yet: they wait for the link or for the governor. */
  readonly #unsent = new Map<number, SubmittedCall>()

  constructor(session: GatewaySession, governor: Governor) {
    this.session = session
    this.#governor = governor
  }

  /** Takes a call. It ends exactly once. */
  call(call: SubmittedCall, nowMs: number): readonly Effect[] {
    if (this.session.stage.name === 'ready') return this.#submit(call, nowMs)
    this.#unsent.set(call.callId, call)
    return this.#pass(call, nowMs)
  }

  /**
   * The failure with which `call` would refuse a call now; null when it would send it, or queue it for the link or for
   * OpenD's limit. Counts nothing.
   */
  wouldRefuse(call: Omit<SubmittedCall, 'callId'>, nowMs: number): Failure | null {
    const failure = this.session.wouldRefuse(call) ?? this.#plaintextRefusal(call)
    if (failure !== null || this.session.stage.name !== 'ready') return failure
    return this.#governor.wouldRefuse(call, nowMs)
  }

  /**
   * The effects of the session with those of the governor: a call that the session releases is sent, waits for OpenD's
   * limit, or is refused. Everything that the session returns for an event must pass here; pushes pass unchanged.
   */
  govern(effects: readonly Effect[], nowMs: number): readonly Effect[] {
    if (this.#unsent.size === 0 && !this.#governor.isHolding) return effects
    return effects.flatMap((effect) => {
      if (effect.kind === 'outcome') {
        this.#unsent.delete(effect.callId)
        this.#governor.ended(effect.callId, nowMs)
      }
      if (effect.kind === 'lost') return [effect, ...this.#waitForLink(nowMs)]
      if (effect.kind !== 'released') return [effect]
      const call = this.#unsent.get(effect.callId)
      return call === undefined ? [] : this.#submit(call, nowMs)
    })
  }

  /** Runs the work that is due. */
  tick(nowMs: number): readonly Effect[] {
    const effects = [...this.govern(this.session.tick(nowMs), nowMs)]
    if (this.session.stage.name !== 'ready') return effects
    const { send, refused } = this.#governor.release(nowMs)
    for (const callId of send) {
      const call = this.#unsent.get(callId)
      if (call !== undefined) effects.push(...this.#pass(call, nowMs))
    }
    for (const { callId, failure } of refused) {
      this.#unsent.delete(callId)
      effects.push(outcomeEffect(callId, { ok: false, failure, sent: false }))
    }
    return effects
  }

  /** Parks the session and ends the calls that wait for the governor. */
  park(nowMs: number): readonly Effect[] {
    const failure = linkFailure('gateway.parked', 'shut down before the call was sent')
    const ended = this.#governor.forgetWaiting().map((callId) => {
      this.#unsent.delete(callId)
      return outcomeEffect(callId, { ok: false, failure, sent: false })
    })
    return [...ended, ...this.govern(this.session.park(nowMs), nowMs)]
  }

  /** When `tick` is next due; null when nothing is scheduled. */
  nextWakeMs(): number | null {
    const governorMs = this.session.stage.name === 'ready' ? this.#governor.nextWakeMs() : null
    const next = Math.min(this.session.nextWakeMs() ?? Infinity, governorMs ?? Infinity)
    return next === Infinity ? null : next
  }

  #plaintextRefusal({ protoId, body }: Omit<SubmittedCall, 'callId'>): Failure | null {
    return this.session.routes.current.isExposed ? plaintextRefusal(protoId, body) : null
  }

  #submit(call: SubmittedCall, nowMs: number): readonly Effect[] {
    const decision = this.#governor.submit(call, nowMs)
    switch (decision.kind) {
      case 'send':
        return this.#pass(call, nowMs)
      case 'wait':
        this.#unsent.set(call.callId, call)
        return []
      case 'refused':
        this.#unsent.delete(call.callId)
        return [outcomeEffect(call.callId, { ok: false, failure: decision.failure, sent: false })]
    }
  }

  /** Passes a call to the session, which sends it, queues it for the link, or refuses it. */
  #pass(call: SubmittedCall, nowMs: number): readonly Effect[] {
    if (this.session.stage.name === 'ready') {
      this.#unsent.delete(call.callId)
      // The owner records the time of sending in `mayLeave`, so it is called last.
      const failure = this.session.wouldRefuse(call) ?? this.#plaintextRefusal(call) ?? call.mayLeave?.(nowMs) ?? null
      if (failure !== null) return [outcomeEffect(call.callId, { ok: false, failure, sent: false })]
      this.#governor.sent(call, nowMs)
    }
    return this.govern(this.session.call(call, nowMs), nowMs)
  }

  /** Moves the calls that wait for the governor to the queue for the next link. */
  #waitForLink(nowMs: number): readonly Effect[] {
    return this.#governor.forgetWaiting().flatMap((callId) => {
      const call = this.#unsent.get(callId)
      return call === undefined ? [] : this.#pass(call, nowMs)
    })
  }
}

function outcomeEffect(callId: number, outcome: CallOutcome): Effect {
  return { kind: 'outcome', callId, outcome }
}
