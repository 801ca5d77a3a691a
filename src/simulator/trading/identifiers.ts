import type { AccountsState } from './account-state.ts'

const SPACE_BITS = 62n
const MASK = (1n << SPACE_BITS) - 1n
const FIRST_ID = 1n << SPACE_BITS

/**
 * The n-th id: a number far above 2^53, like OpenD's ids, so that a client that reads ids as doubles fails here and not
 * in production. Odd multipliers and shifts map the counter one to one onto 62 bits, so ids are unique. The next bit is
 * set, so that all ids have 19 digits and are positive as signed integers.
 */
export function idOf(counter: number): bigint {
  let mixed = (BigInt(counter) * 0x1e3779b97f4a7c15n) & MASK
  mixed = ((mixed ^ (mixed >> 31n)) * 0x3f58476d1ce4e5b9n) & MASK
  return (mixed ^ (mixed >> 31n)) | FIRST_ID
}

/** Most ids per millisecond of a run for which its ids cannot equal those of a later run. */
const IDS_PER_MS = 1000

/**
 * Continues the ids above those of every run that began before `startedMs` (Unix ms), even if the state of that run is
 * lost. The counter stays below 2^53 until the year 2255.
 */
export function continueIds(state: AccountsState, startedMs: number): void {
  state.idCounter = Math.max(state.idCounter, startedMs * IDS_PER_MS)
}

/** The next id of these accounts. */
export function nextId(state: AccountsState): bigint {
  state.idCounter += 1
  return idOf(state.idCounter)
}

/** The server id of an order or fill: letters and digits on real accounts, only digits on simulated ones. */
export function serverIdOf(id: bigint, isReal: boolean): string {
  return isReal ? `FT${id.toString(16).toUpperCase()}` : id.toString()
}
