import type { Rng } from './rng.ts'

/** A wrong behaviour of OpenD for one order call. */
export const LIES = [
  /** Does nothing and replies with an unknown result. */
  'undone_unknown',
  /** Carries the call out and replies with an unknown result. */
  'done_unknown',
  /** Carries a new order out later, and sends no reply or one with an unknown result. */
  'late',
  /** Replies to a new order with success and no order id, or with the id of another order, and may carry it out. */
  'no_id',
  'other_id',
  /** Refuses a new order but places it. */
  'done_refused',
] as const

export type Lie = (typeof LIES)[number]

/** The behaviour of an account that hangs: every call takes 11 s or gets no reply. */
export interface Hang {
  readonly accId: bigint
  readonly untilMs: number
  readonly replyMs: number
}

/**
 * The false behaviours of OpenD in a schedule and their frequency: few kinds in each, so that all combinations occur.
 */
export class Lies {
  readonly #rng: Rng
  readonly #shares: ReadonlyMap<Lie, number>

  constructor(rng: Rng) {
    this.#rng = rng
    this.#shares = new Map(LIES.map((lie) => [lie, rng.chance(0.25) ? rng.unit() * 0.3 : 0]))
  }

  /** The false behaviour for the next order call; null for a correct one. */
  next(isNew: boolean): Lie | null {
    for (const [lie, share] of this.#shares) {
      if (share > 0 && (isNew || lie.endsWith('_unknown')) && this.#rng.chance(share)) return lie
    }
    return null
  }
}
