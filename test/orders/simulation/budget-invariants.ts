import { ledgerRowsOf } from '../../../src/orders/admission/limiter-registry.ts'
import { NO_LIMITS } from '../../../src/limits/key-limits.ts'
import { type Budgets, LimitState } from '../../../src/limits/limit-state.ts'
import { orderPolicyOf } from '../../../src/limits/order-policy.ts'
import type { Caller } from './caller-limits.ts'
import type { DurableStorage } from './durable-storage.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { placeBody, RESTING_PRICES } from './order-bodies.ts'
import { PLAY } from './setting.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The sources for the object and its ledger. */
export interface GatewayPlace {
  readonly clock: VirtualClock
  readonly gateway: GatewayUnderTest
  readonly storage: DurableStorage
}

/**
 * Consecutive checks with a difference. An order that arrives during a check may be in only one of the two, and the next
 * alarm, within 30 s, writes the changes that the storage did not take before.
 */
const TRIES = 50
const BETWEEN_TRIES_MS = 700

/** Compares the budgets in memory with those rebuilt from the ledger. */
export async function budgetProblems(place: GatewayPlace, callers: readonly Caller[]): Promise<readonly string[]> {
  const problems: string[] = []
  for (const caller of callers) {
    let difference: string | null = null
    for (let tries = 0; tries === 0 || (difference !== null && tries < TRIES); tries++) {
      if (tries > 0) await place.clock.runUntil(place.clock.elapsedMs + BETWEEN_TRIES_MS)
      difference = await differenceOf(place, caller)
    }
    if (difference !== null) problems.push(difference)
  }
  return problems
}

async function differenceOf({ clock, gateway, storage }: GatewayPlace, { id, limits }: Caller): Promise<string | null> {
  const budgets = await budgetsOf(clock, gateway, { id, limits })
  if (budgets === 'no answer') return `a dry run of ${id} was not answered`
  // It was refused before its limits were checked.
  if (budgets === null) return null
  // After the clock was set back, the two differ, each on the safe side: see `RateWindow`.
  if (clock.wasSetBack) return null
  const rows = storage.entries().flatMap((entry) => (entry.caller === id ? ledgerRowsOf(entry) : []))
  const nowMs = clock.wallMs()
  const cached = text(budgets)
  const rebuilt = text(new LimitState(orderPolicyOf(limits ?? NO_LIMITS), rows, nowMs).budgets(nowMs))
  return cached === rebuilt ? null : `${id} has budgets ${cached}, but its ledger yields ${rebuilt}`
}

/** The remaining budget according to a dry run. */
async function budgetsOf(
  clock: VirtualClock,
  gateway: GatewayUnderTest,
  { id, limits }: Pick<Caller, 'id' | 'limits'>,
): Promise<Budgets | 'no answer' | null> {
  const body = placeBody({ header: PLAY, lots: 1, price: RESTING_PRICES[0], remark: '' })
  const request = { protoId: 2202, body, caller: id, limits, requestId: 'probe', idempotencyKey: null } as const
  const origin = { callId: null, isKillSwitch: false, keyMark: null, expiresAtMs: null }
  let budgets: Budgets | 'no answer' | null = 'no answer'
  const answer = gateway
    .wake()
    .submit({ ...request, ...origin, rights: { simulate: true, real: true }, isDryRun: true })
  answer.then(
    (result) => (budgets = result.budgets),
    (bug: unknown) => gateway.bugs.push(bug),
  )
  await clock.runUntil(clock.elapsedMs + 20_000, () => budgets !== 'no answer')
  return budgets
}

/** A sum of 0 equals a missing sum. */
function text({ rate, day, usedToday }: Budgets): string {
  const sums = [...usedToday]
    .filter(([, value]) => value > 0n)
    .map(([currency, value]) => `${currency} ${value}`)
    .toSorted((a, b) => a.localeCompare(b))
  return `${rate === null ? 'no rate' : `${rate.used} orders`}, ${day}: ${sums.join(', ')}`
}
