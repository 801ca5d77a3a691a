import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { Remains } from './invariants.ts'

const WINDOW_MS = 60_000

/** Sums of doubles; the caps are exact. */
const ROUNDING = 1e-6

/** Whether the caps held, counted by brute force over what was admitted and what OpenD did. */
export function capProblems(remains: Remains, entries: readonly LedgerEntry[]): readonly string[] {
  return [...rateProblems(remains, entries), ...valueProblems(remains, entries)]
}

/** In no 60 s more orders leave than the cap. While the clock is set forward, 60 s of it are less than 60 s. */
function rateProblems({ callers, host, steps }: Remains, entries: readonly LedgerEntry[]): readonly string[] {
  return callers.flatMap(({ id, limits }) => {
    const cap = limits?.maxOrdersPerMinute ?? Infinity
    const times = entries
      .filter(({ caller, reservation }) => caller === id && reservation !== null)
      .flatMap((entry) => host.sent.get(entry.id)?.elapsedMs ?? [])
    return times.flatMap((endMs) => {
      const isIn = (ms: number): boolean => ms > endMs - WINDOW_MS && ms <= endMs
      if (steps.some(({ elapsedMs, byMs }) => byMs > 0 && isIn(elapsedMs))) return []
      const count = times.filter(isIn).length
      return count > cap ? [`${id} had ${count} orders in the 60 s before ${endMs} (cap ${cap})`] : []
    })
  })
}

/** What OpenD did never adds up to more than a key may spend: on one order, and in one day of its zone. */
function valueProblems({ callers, host, opend }: Remains, entries: readonly LedgerEntry[]): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const limitsOf = new Map(callers.map(({ id, limits }) => [id, limits]))
  const problems: string[] = []
  const peaks = new Map<string, number>()
  const days = new Map<string, number>()
  for (const { connId, serial, order } of opend.executed) {
    const entry = byId.get(host.frames.get(`${connId}/${serial}`) ?? '')
    if (entry === undefined || order === null || entry.call.kind === 'cancel') continue
    const limits = limitsOf.get(entry.caller) ?? null
    const peak = peaks.get(order.orderId) ?? 0
    const added = Math.max(0, order.value - peak)
    peaks.set(order.orderId, Math.max(peak, order.value))
    const cap = limits?.maxOrderValue ?? Infinity
    if (typeof cap === 'number' && added > 0 && order.value > cap + ROUNDING) {
      problems.push(`${entry.id} made an order worth ${order.value} (cap ${cap})`)
    }
    const day = `${entry.caller} ${localDay(host.sent.get(entry.id)?.wallMs ?? entry.createdAtMs, limits?.timeZone ?? 'UTC')}`
    const sum = (days.get(day) ?? 0) + added
    days.set(day, sum)
    const dayCap = limits?.maxDailyValue ?? null
    if (dayCap !== null && typeof dayCap === 'object' && sum > (dayCap['HKD'] ?? 0) + ROUNDING) {
      problems.push(`${day}: orders worth ${sum} (cap ${dayCap['HKD']})`)
    }
  }
  return problems
}

/** The zones of the simulation have no summer time. */
const OFFSETS_MS: Readonly<Record<string, number>> = { UTC: 0, 'America/Noronha': -2 * 3_600_000 }

function localDay(utcMs: number, timeZone: string): string {
  return new Date(utcMs + (OFFSETS_MS[timeZone] ?? Number.NaN)).toISOString().slice(0, 10)
}
