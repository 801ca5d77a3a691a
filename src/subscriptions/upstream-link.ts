import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import type { Result } from '../base/result.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { Quota } from './quota.ts'
import { readSubInfo, type SubCall, subInfoRequest, type SubOutcome, subOutcomeOf } from './upstream-calls.ts'
import type { UnitKey } from './stream.ts'
import { UpstreamSet, type WantedUnit } from './upstream-set.ts'

/** Sends one call to OpenD. While the link is down it may wait for it; it always settles. */
export type CallUpstream = (protoId: number, body: Uint8Array) => Promise<CallOutcome>

/**
 * The subscriptions of the present link: makes the calls and notes what came of them. Nothing is noted of a call that
 * outlived its link.
 */
export class UpstreamLink {
  readonly set = new UpstreamSet()
  readonly quota = new Quota()
  readonly #call: CallUpstream
  readonly #nowMs: () => number
  readonly #interrupted: (keys: readonly UnitKey[]) => void
  #isReady = false
  /** Grows with every link, so that a late reply is recognised. */
  #linkNumber = 0

  /** `interrupted` hears of units whose pushes stop or go on with other terms; not of all of them when the link is lost. */
  constructor(call: CallUpstream, nowMs: () => number, interrupted: (keys: readonly UnitKey[]) => void) {
    this.#call = call
    this.#nowMs = nowMs
    this.#interrupted = interrupted
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** A new link: nothing is subscribed on it. */
  opened(): void {
    this.lost()
    this.#isReady = true
  }

  lost(): void {
    this.#isReady = false
    this.#linkNumber++
    this.set.clear()
    this.quota.forget()
  }

  /** Null when the link is up; else asks OpenD something, which waits for the link and hurries it along. */
  async up(): Promise<Failure | null> {
    if (this.#isReady) return null
    const outcome = await this.#call(CALLS.Qot_GetSubInfo.protoId, subInfoRequest())
    if (!outcome.ok) return outcome.failure
    return this.#isReady ? null : notReady()
  }

  /** What OpenD says of quota and subscriptions, whatever is going on here. */
  async subInfo(): Promise<Result<MessageTypes['Qot_GetSubInfo.S2C']>> {
    return readSubInfo(await this.#call(CALLS.Qot_GetSubInfo.protoId, subInfoRequest()))
  }

  /** Reads the quota. Only while no other change is on its way, or it would be counted twice. */
  async readQuota(): Promise<Failure | null> {
    if (!this.#isReady) return notReady()
    const linkNumber = this.#linkNumber
    const info = await this.subInfo()
    if (!info.ok) return info.failure
    if (linkNumber !== this.#linkNumber) return linkChanged()
    this.quota.stated(info.value)
    return null
  }

  /** Subscribes the units of a call, with their pushes. */
  subscribe({ units, body }: SubCall): Promise<SubOutcome> {
    return this.#send(body, ({ kind }) => {
      if (kind === 'done' || kind === 'lost') this.quota.took(units.filter(({ key }) => !this.set.has(key)).length)
      if (kind === 'done') this.#subscribed(units)
      if (kind === 'lost') this.set.doubtful(units, this.#nowMs())
      // It may be about the quota, which other programs use too: the numbers are read anew before they count again.
      if (kind === 'refused') this.quota.forget()
    })
  }

  /** Drops the units of a call. */
  unsubscribe({ units, body }: SubCall): Promise<SubOutcome> {
    const keys = units.map(({ key }) => key)
    this.set.dropping(keys)
    this.#interrupted(keys)
    return this.#send(body, ({ kind }) => {
      if (kind === 'done') this.set.dropped(keys)
      else if (kind === 'refused') this.set.dropRefused(keys, this.#nowMs())
      else this.set.dropLost(keys, kind === 'lost', this.#nowMs())
    })
  }

  #subscribed(units: readonly WantedUnit[]): void {
    const changed = units.filter(({ key, options }) => this.set.has(key) && this.set.optionsOf(key) !== options)
    this.set.subscribed(units, this.#nowMs())
    if (changed.length > 0) this.#interrupted(changed.map(({ key }) => key))
  }

  async #send(body: Uint8Array, note: (outcome: SubOutcome) => void): Promise<SubOutcome> {
    if (!this.#isReady) return { kind: 'unsent', failure: notReady() }
    const linkNumber = this.#linkNumber
    const outcome = subOutcomeOf(await this.#call(CALLS.Qot_Sub.protoId, body))
    if (linkNumber !== this.#linkNumber) {
      return { kind: 'lost', failure: outcome.kind === 'done' ? linkChanged() : outcome.failure }
    }
    note(outcome)
    return outcome
  }
}

function notReady(): Failure {
  return { code: 'gateway.not_ready', detail: 'the link to OpenD is down', retryInMs: null }
}

function linkChanged(): Failure {
  return { code: 'gateway.disconnected', detail: 'the link to OpenD broke meanwhile', retryInMs: null }
}
