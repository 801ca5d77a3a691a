import type { LedgerEntry } from '../entry.ts'

/**
 * The delays between polls that count towards absence: short at first, then 30 s. Each poll refreshes OpenD's cache,
 * which OpenD allows ten times in 30 s for an account, and callers need some of these refreshes.
 */
const COUNTED_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const
const USUAL_DELAY_MS = 30_000

/**
 * The number of complete polls on schedule that must miss a call before the next one may declare it absent. With the
 * delays between them they take a minute: OpenD replies within 12 s or not at all, and five times that covers a busy
 * gateway and a slow connection. The condition counts polls, since a clock may be set, and a client sends an order
 * again that is declared absent too early.
 */
export const POLLS_BEFORE_ABSENT = COUNTED_DELAYS_MS.length + 1

/** Consecutive polls that must agree before a call is decided by absence from the list, and the delay between them. */
export const ABSENCE_POLLS = 3
export const ABSENCE_DELAY_MS = 2_000

/** The delay of the next poll after OpenD did not list the orders. A new link polls earlier. */
const RETRY_DELAY_MS = 8_000

/** The delay of the first counted poll over a new connection. */
export const FRESH_DELAY_MS = 1_000

/** The interval of the grid on which slow polls lie. */
const GRID_MS = 10_000

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The delay of the next poll after that many counted polls. */
export function countedDelayMs(polls: number): number {
  return COUNTED_DELAYS_MS[polls] ?? USUAL_DELAY_MS
}

/**
 * The delay of the next poll of an entry that polls alone cannot decide. It equals the time for which the entry has
 * been unknown, from 1 s up to 30 s; it is 5 minutes after an hour and 30 minutes after a day. A push, a new connection
 * or an operator decides such an entry sooner.
 */
export function pacedDelayMs(entry: LedgerEntry, nowMs: number): number {
  const ageMs = nowMs - entry.updatedAtMs
  if (ageMs >= DAY_MS) return 1_800_000
  if (ageMs >= HOUR_MS) return 300_000
  return Math.min(USUAL_DELAY_MS, Math.max(1_000, ageMs))
}

/** The delay of the next poll after OpenD did not list the orders. */
export function retryDelayMs(entry: LedgerEntry, nowMs: number): number {
  return Math.max(RETRY_DELAY_MS, nowMs - entry.updatedAtMs < HOUR_MS ? 0 : pacedDelayMs(entry, nowMs))
}

/**
 * When to poll an undecided entry again, Unix ms. For delays of 8 s and more the times of all entries lie on one grid,
 * so that one poll of their account serves many entries: OpenD allows ten refreshes in 30 s for an account.
 */
export function nextPollMs(nowMs: number, delayMs: number): number {
  return delayMs < RETRY_DELAY_MS ? nowMs + delayMs : Math.ceil((nowMs + delayMs) / GRID_MS) * GRID_MS
}

/** Whether the next poll of an entry is due. */
export function isDue(entry: LedgerEntry, nowMs: number): boolean {
  const { nextPollAtMs } = entry
  // No poll is scheduled further ahead than that, so the clock was set back.
  return nextPollAtMs <= nowMs || nextPollAtMs > nowMs + Math.max(USUAL_DELAY_MS, pacedDelayMs(entry, nowMs)) + GRID_MS
}
