import type { ValueLimit } from '../../../src/limits/key-limits.ts'
import { NOT_DONE } from './execution-invariants.ts'
import type { Remains } from './invariants.ts'
import { localDay } from './local-time.ts'
import type { ExecutedOrder } from './opend-calls.ts'

const WINDOW_MS = 60_000

/** The tolerance for sums of doubles; the caps are exact. */
const ROUNDING = 1e-6

/** Checks the caps by brute force over the sent calls and the actions of OpenD. */
export function capProblems(remains: Remains): readonly string[] {
  return [...rateProblems(remains), ...valueProblems(remains)]
}

/**
 * In no 60 s are more orders sent than the cap allows: the cap protects against a runaway program. While the clock is
 * set forward, 60 s of it are less than 60 s of elapsed time.
 */
function rateProblems({ callers, gateway, steps, entries }: Remains): readonly string[] {
  return callers.flatMap(({ id, limits }) => {
    const cap = limits?.maxOrdersPerMinute ?? null
    if (cap === null) return []
    const times = entries
      .filter(({ caller, reservation }) => caller === id && reservation !== null)
      .flatMap((entry) => gateway.sent.get(entry.id)?.elapsedMs ?? [])
    return times.flatMap((endMs) => {
      const isIn = (ms: number): boolean => ms > endMs - WINDOW_MS && ms <= endMs
      if (steps.some(({ elapsedMs, byMs }) => byMs > 0 && isIn(elapsedMs))) return []
      const count = times.filter(isIn).length
      return count > cap ? [`${id} had ${count} orders in the 60 s before ${endMs} (cap ${cap})`] : []
    })
  })
}

/**
 * OpenD's actions never exceed the caps of a key: for one order, and for one day of its zone. A caller with a cap of
 * 1,000 must not end up with a position of 5,000, on either side.
 */
function valueProblems({ callers, gateway, opend, entries }: Remains): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const limitsOf = new Map(callers.map(({ id, limits }) => [id, limits]))
  const problems: string[] = []
  const peaks = new Map<string, number>()
  const days = new Map<string, number>()
  for (const { connId, serial, order } of opend.calls.executed) {
    const entry = byId.get(gateway.frames.get(`${connId}/${serial}`) ?? '')
    if (entry === undefined || order === null || entry.call.kind === 'cancel') continue
    // OpenD refused an order that it placed, so its value was released.
    if (entry.contradiction !== null || NOT_DONE.has(entry.state)) continue
    const limits = limitsOf.get(entry.caller) ?? null
    const peak = peaks.get(order.orderId) ?? 0
    const added = Math.max(0, order.value - peak)
    peaks.set(order.orderId, Math.max(peak, order.value))
    const cap = capOf(limits?.maxOrderValue ?? null, order)
    // A person's change of the order does not count for the key.
    if (added > 0 && order.value > cap + ROUNDING && !opend.calls.touched.has(order.orderId)) {
      problems.push(`${entry.id} made an order worth ${order.value} (cap ${cap})`)
    }
    const sentMs = gateway.sent.get(entry.id)?.wallMs ?? entry.createdAtMs
    const day = `${entry.caller} ${order.currency} ${localDay(sentMs, limits?.timeZone ?? 'UTC')}`
    const sum = (days.get(day) ?? 0) + added
    days.set(day, sum)
    const dayCap = capOf(limits?.maxDailyValue ?? null, order)
    if (sum > dayCap + ROUNDING) problems.push(`${day}: orders worth ${sum} (cap ${dayCap})`)
  }
  return problems
}

function capOf(limit: ValueLimit | null, { currency }: ExecutedOrder): number {
  if (limit === null) return Infinity
  return typeof limit === 'number' ? limit : (limit[currency] ?? 0)
}
