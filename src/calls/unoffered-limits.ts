import { type CallLimit, PER_ACCOUNT } from './call-limit.ts'

/** A range of protocol ids whose calls each have this limit. */
export interface UnofferedLimit {
  readonly firstId: number
  readonly lastId: number
  readonly limit: CallLimit
}

/**
 * The documented limits of calls that the API does not offer. To add an endpoint for one of them, add a row with its
 * limit to `calls.ts` and remove its row here.
 */
export const UNOFFERED_LIMITS: readonly UnofferedLimit[] = [
  // Combo orders, which count with the plain ones.
  one(2227, { ...PER_ACCOUNT, calls: 15, leastGapMs: 20, sharesCounterOf: 'Trd_PlaceOrder' }),
]

function one(protoId: number, limit: CallLimit): UnofferedLimit {
  return { firstId: protoId, lastId: protoId, limit }
}
