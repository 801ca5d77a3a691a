import { isInRanges } from '../auth/address-range.ts'
import { MAX_WAITING_DELIVERIES } from '../base/memory-budget.ts'
import { hexOf } from '../base/hex.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Timers } from '../base/time/timers.ts'
import type { KeyService } from '../keys/key-service.ts'
import { describe } from '../problem/problem.ts'
import { type AlertBody, readAlertBody } from './alert-body.ts'
import type { Delivery } from './delivery.ts'
import { type DeliveryRunner, settingsOf } from './delivery-runner.ts'
import type { HookArrival, Received } from './hook-command.ts'
import type { HookSettings } from './hook.ts'
import type { HookStore } from './hook-store.ts'
import { type ReadIntent, readIntent } from './read-delivery.ts'
import type { StoredHook } from './stored-hook.ts'

/** The dependencies of the receiver. */
export interface HookReceiverDeps {
  readonly store: HookStore
  readonly keys: KeyService
  readonly runner: DeliveryRunner
  readonly timers: Timers
  /** SHA-256 of a text. */
  readonly sha256: (text: string) => Uint8Array
  /** Whether two texts are equal, in a time that does not depend on where they differ. */
  readonly equals: (one: string, other: string) => boolean
}

/** Most alerts of a hook that wait: at OpenD's pace they take 20 minutes, and most would be too old before. */
const MAX_WAITING = 600

/** Deliveries of a hook are kept for 30 days, the newest thousand of them: a few MiB for each hook. */
const KEPT_MS = 30 * 86_400_000
const KEPT_DELIVERIES = 1_000

/** Alerts with the same id of the sender are one for a day. */
const EXPLICIT_ID_MS = 86_400_000

/** Takes the alerts that arrive: checks the sender, stores them, and has them carried out. */
export class HookReceiver {
  readonly #deps: HookReceiverDeps

  constructor(deps: HookReceiverDeps) {
    this.#deps = deps
  }

  /**
   * Takes an alert: stores it, and starts to carry it out. An alert with the right secret is always stored, also when it is
   * refused, unless too many wait. Failures: `hook.unknown`, `hook.busy`.
   */
  receive(arrival: HookArrival): Result<Received> {
    const { store, timers } = this.#deps
    const nowMs = timers.nowMs()
    const hook = store.hook(arrival.hookId)
    const body = readAlertBody(arrival.body)
    if (hook === null || !this.#isAdmitted(hook, arrival, body.ok ? body.value : null, nowMs)) {
      return fail({ code: 'hook.unknown' })
    }
    const known = store.delivery(hook.id, arrival.deliveryId)
    if (known !== null) return succeed(receivedOf(known))
    const { ofHook, ofAll } = store.waitingCount(hook.id)
    if (ofHook >= MAX_WAITING || ofAll >= MAX_WAITING_DELIVERIES)
      return fail({ code: 'hook.busy', retryAfterMs: 10_000 })
    store.putHook({ ...hook, lastAlertMs: nowMs })
    store.forget(hook.id, nowMs - KEPT_MS, KEPT_DELIVERIES)
    const settings = settingsOf(hook)
    const intent = body.ok ? readIntent(body.value, settings) : body
    const text = body.ok ? body.value.text : withoutAnySecret(arrival.body)
    const delivery = this.#stored(hook, settings, arrival, text, intent, nowMs)
    if (delivery.state === 'waiting') this.#deps.runner.start(delivery)
    return succeed(receivedOf(delivery))
  }

  #stored(
    hook: StoredHook,
    settings: HookSettings,
    arrival: HookArrival,
    text: string,
    intent: Result<ReadIntent>,
    nowMs: number,
  ): Delivery {
    const { store } = this.#deps
    const alert = intent.ok ? intent.value.alert : null
    const explicitId = alert?.alertId ?? null
    const content = `${text} ${alert?.atMs ?? ''}`
    const duplicateKey = explicitId === null ? hexOf(this.#deps.sha256(content)) : `id:${explicitId}`
    const windowMs = explicitId === null ? settings.duplicateMs : EXPLICIT_ID_MS
    const first = windowMs === 0 ? null : store.firstOf(hook.id, duplicateKey, nowMs - windowMs)
    const refusal = this.#refusalOf(hook, settings, arrival, intent)
    const reason = first === null ? refusal : `The same alert arrived before, as ${first.id}.`
    return store.addDelivery({
      id: arrival.deliveryId,
      hookId: hook.id,
      receivedMs: nowMs,
      state: first !== null ? 'duplicate' : refusal === null ? 'waiting' : 'refused',
      reason,
      body: text,
      duplicateKey,
      duplicateOf: first?.id ?? null,
      symbol: intent.ok ? intent.value.symbol : null,
      atMs: alert?.atMs ?? null,
      intent: alert === null ? null : JSON.stringify(alert),
      checks: intent.ok ? intent.value.checks : [],
      orders: [],
      step: null,
      positionGap: null,
    })
  }

  /** Why an alert is refused at once, as a sentence; null when it is not. */
  #refusalOf(
    hook: StoredHook,
    { sources }: HookSettings,
    { address }: HookArrival,
    intent: Result<ReadIntent>,
  ): string | null {
    if (sources !== null && !isInRanges(address, sources)) {
      return `The address ${address ?? '(not known)'} is not among the sources of the hook.`
    }
    if (this.#deps.keys.find(hook.childId) === null) return 'The key of the hook has ended.'
    if (hook.paused !== null) return `The hook is paused: ${hook.paused}`
    return intent.ok ? null : describe(intent.failure).error
  }

  /** Whether the sender knows the secret of the hook, or is its key. */
  #isAdmitted(hook: StoredHook, arrival: HookArrival, body: AlertBody | null, nowMs: number): boolean {
    const { sha256, equals } = this.#deps
    if (arrival.bearerKey !== null) return arrival.bearerKey === hook.owner
    const inBody = body?.secret ?? null
    const given = arrival.secretHash ?? (inBody === null ? null : hexOf(sha256(inBody)))
    if (given === null) return false
    const { secretHash, previous } = hook
    const isPresent = equals(given, secretHash)
    return isPresent || (previous !== null && previous.untilMs > nowMs && equals(given, previous.hash))
  }
}

function receivedOf({ id, state, reason, duplicateOf }: Delivery): Received {
  return { deliveryId: id, state, reason, duplicateOf }
}

/** A body that is not JSON may contain a secret in a place that is not known: only its length is kept then. */
function withoutAnySecret(body: string): string {
  return body.trimStart().startsWith('{') ? `(malformed JSON, ${body.length} characters)` : body
}
