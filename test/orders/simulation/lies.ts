import type { Rng } from './rng.ts'

/** What OpenD may do with one order call that it should not. */
export const LIES = [
  /** Does nothing, and answers that it does not know. */
  'undone_unknown',
  /** Carries the call out, and answers that it does not know. */
  'done_unknown',
  /** Carries a new order out later, and does not answer, or that it does not know. */
  'late',
  /** Answers a new order with success and no order id, or the id of another order; carries it out or not. */
  'no_id',
  'other_id',
  /** Refuses a new order that it places. */
  'done_refused',
] as const

export type Lie = (typeof LIES)[number]

/** How the account of a schedule behaves that hangs: every call takes 11 s, or gets no reply. */
export interface Hang {
  readonly accId: bigint
  readonly untilMs: number
  readonly replyMs: number
}

/** Which lies OpenD tells in a schedule, and how often: few kinds in each, so that they meet in every combination. */
export class Lies {
  readonly #rng: Rng
  readonly #shares: ReadonlyMap<Lie, number>

  constructor(rng: Rng) {
    this.#rng = rng
    this.#shares = new Map(LIES.map((lie) => [lie, rng.chance(0.25) ? rng.unit() * 0.3 : 0]))
  }

  /** The lie about the next order call; null for none. */
  next(isNew: boolean): Lie | null {
    for (const [lie, share] of this.#shares) {
      if (share > 0 && (isNew || lie.endsWith('_unknown')) && this.#rng.chance(share)) return lie
    }
    return null
  }
}
