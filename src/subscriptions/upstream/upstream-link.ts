import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import type { Result } from '../../base/result.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { Quota } from './quota.ts'
import { readSubInfo, type SubCall, subInfoRequest, type SubOutcome, subOutcomeOf } from './upstream-calls.ts'
import type { UnitKey } from '../stream.ts'
import { UpstreamSet, type WantedUnit } from './upstream-set.ts'

/**
 * The subscriptions of the present link: sends the calls and records their outcomes. The outcome of a call of an
 * earlier link is not recorded.
 */
export class UpstreamLink {
  readonly set = new UpstreamSet()
  readonly quota = new Quota()
  readonly #sendCall: SendCall
  readonly #nowMs: () => number
  readonly #interrupted: (keys: readonly UnitKey[]) => void
  #isReady = false
  /** Increases with every link, to detect late replies. */
  #linkNumber = 0

  /** `interrupted` gets the units whose pushes stop or change options. It is not called when the link is lost. */
  constructor(send: SendCall, nowMs: () => number, interrupted: (keys: readonly UnitKey[]) => void) {
    this.#sendCall = send
    this.#nowMs = nowMs
    this.#interrupted = interrupted
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** A new link is up, without subscriptions. */
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

  /** Returns null when the link is up. Otherwise sends a call, which starts a connection attempt and waits for it. */
  async up(): Promise<Failure | null> {
    if (this.#isReady) return null
    const outcome = await this.#sendCall(CALLS.Qot_GetSubInfo.protoId, subInfoRequest())
    if (!outcome.ok) return outcome.failure
    return this.#isReady ? null : notReady()
  }

  /** Reads quota and subscriptions from OpenD without changing this object. */
  async subInfo(): Promise<Result<MessageTypes['Qot_GetSubInfo.S2C']>> {
    return readSubInfo(await this.#sendCall(CALLS.Qot_GetSubInfo.protoId, subInfoRequest()))
  }

  /** Reads the quota. Call it only while no change is pending, because its units would be counted twice. */
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
      // The cause may be the quota, which other programs use too, so the numbers must be read again.
      if (kind === 'refused') this.quota.forget()
    })
  }

  /** Unsubscribes the units of a call. */
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

  async #send(body: Uint8Array, record: (outcome: SubOutcome) => void): Promise<SubOutcome> {
    if (!this.#isReady) return { kind: 'unsent', failure: notReady() }
    const linkNumber = this.#linkNumber
    const outcome = subOutcomeOf(await this.#sendCall(CALLS.Qot_Sub.protoId, body))
    if (linkNumber !== this.#linkNumber) {
      return { kind: 'lost', failure: outcome.kind === 'done' ? linkChanged() : outcome.failure }
    }
    record(outcome)
    return outcome
  }
}

function notReady(): Failure {
  return { code: 'gateway.not_ready', detail: 'the link to OpenD is down', retryInMs: null }
}

function linkChanged(): Failure {
  return { code: 'gateway.disconnected', detail: 'the link to OpenD was lost during the call', retryInMs: null }
}
