import type { LedgerEntry } from '../entry.ts'

/**
 * Time between polls that count towards absence: quick at first, then every 30 s. A poll refreshes OpenD's cache, which
 * it allows ten times in 30 s for an account, and callers want some of those too.
 */
const COUNTED_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const
const USUAL_DELAY_MS = 30_000

/**
 * Complete polls, each at its time, without a trace of a call before the next one may conclude that it is absent. With
 * the delays between them they take a minute: OpenD answers within 12 s or not at all, and five times that covers a
 * gateway that was busy and bytes that were slow. Counted in polls because a clock may be set, and an order that is
 * called absent too early is sent twice.
 */
export const POLLS_BEFORE_ABSENT = COUNTED_DELAYS_MS.length + 1

/** Polls in a row that must agree before a call is decided by what is not listed, and the time between them. */
export const POLLS_OF_NOTHING = 3
export const NOTHING_DELAY_MS = 2_000

/** When to poll again after OpenD did not list the orders. The link coming up brings it forward. */
const RETRY_DELAY_MS = 8_000

/** When to poll over a new connection. */
export const FRESH_DELAY_MS = 1_000

/** Distance of the times at which entries are polled slowly. */
const GRID_MS = 10_000

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The time to the next poll after that many polls that counted. */
export function countedDelayMs(polls: number): number {
  return COUNTED_DELAYS_MS[polls] ?? USUAL_DELAY_MS
}

/**
 * The time to the next poll of an entry that polls alone do not decide, by how long it has been unknown: as long again,
 * from one second up to 30 s; after an hour 5 minutes, and after a day half an hour. A push, a new connection or an
 * operator decides such an entry sooner.
 */
export function pacedDelayMs(entry: LedgerEntry, nowMs: number): number {
  const ageMs = nowMs - entry.updatedAtMs
  if (ageMs >= DAY_MS) return 1_800_000
  if (ageMs >= HOUR_MS) return 300_000
  return Math.min(USUAL_DELAY_MS, Math.max(1_000, ageMs))
}

/** The time to the next poll after OpenD did not list the orders. */
export function retryDelayMs(entry: LedgerEntry, nowMs: number): number {
  return Math.max(RETRY_DELAY_MS, nowMs - entry.updatedAtMs < HOUR_MS ? 0 : pacedDelayMs(entry, nowMs))
}

/**
 * When to poll an entry again that a poll did not decide, Unix ms. From 8 s on the times of all entries lie on one grid,
 * so that one poll of their account serves many: OpenD allows ten refreshes in 30 s for an account.
 */
export function nextPollMs(nowMs: number, delayMs: number): number {
  return delayMs < RETRY_DELAY_MS ? nowMs + delayMs : Math.ceil((nowMs + delayMs) / GRID_MS) * GRID_MS
}

/** Whether the next poll of an entry is due. */
export function isDue(entry: LedgerEntry, nowMs: number): boolean {
  const { nextPollAtMs } = entry
  // No poll is planned further ahead than that: the clock was set back.
  return nextPollAtMs <= nowMs || nextPollAtMs > nowMs + Math.max(USUAL_DELAY_MS, pacedDelayMs(entry, nowMs)) + GRID_MS
}
