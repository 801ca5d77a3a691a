import type { Alert } from './alert.ts'
import type { DeliveryCheck } from './delivery.ts'
import type { Plan } from './plan.ts'
import type { StoredHook } from './stored-hook.ts'

/** A hook as its owner sees it: without hashes. Plain data. */
export interface HookView {
  readonly id: string
  /** In the form of `HOOK_RULES`, as JSON text: an object of any depth has no type for RPC. */
  readonly settings: string
  /** The id under which its orders are in the ledger and in the limits. */
  readonly caller: string
  readonly isPaused: boolean
  /** Why it is paused; null while it is not. */
  readonly paused: string | null
  readonly createdMs: number
  readonly lastAlertMs: number | null
  readonly previousSecretUntilMs: number | null
  /** Whether an expected alert has not come; null without `expect_every_seconds`. */
  readonly isOverdue: boolean | null
  /** Whether the key of the hook has ended. */
  readonly isEnded: boolean
}

/** What a body leads to. */
export interface AlertPreview {
  readonly intent: Alert | null
  readonly symbol: string | null
  readonly checks: readonly DeliveryCheck[]
  /** The order that would be sent now; null without one. */
  readonly plan: Plan | null
  /** Why nothing would be sent, as a sentence; null when something would. */
  readonly reason: string | null
}

/** The view of a stored hook. */
export function hookView(
  hook: StoredHook,
  { expectEveryMs, isEnded, nowMs }: { expectEveryMs: number | null; isEnded: boolean; nowMs: number },
): HookView {
  const { id, fields, childId, paused, createdMs, lastAlertMs, previous } = hook
  const isLate = (everyMs: number): boolean => nowMs - (lastAlertMs ?? createdMs) > everyMs
  return {
    id,
    settings: fields,
    caller: `key:${childId}`,
    isPaused: paused !== null,
    paused,
    createdMs,
    lastAlertMs,
    previousSecretUntilMs: previous !== null && previous.untilMs > nowMs ? previous.untilMs : null,
    isOverdue: expectEveryMs === null ? null : isLate(expectEveryMs),
    isEnded,
  }
}
