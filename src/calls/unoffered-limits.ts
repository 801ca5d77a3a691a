import { type CallLimit, PER_ACCOUNT, PER_LOGIN } from './call-limit.ts'

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
  // Largest quantities of a combo, cash flow of an account, combo orders (which count with the plain ones).
  one(2112, { ...PER_ACCOUNT, calls: 10 }),
  one(2226, { ...PER_ACCOUNT, calls: 20 }),
  one(2227, { ...PER_ACCOUNT, calls: 15, leastGapMs: 20, sharesCounterOf: 'Trd_PlaceOrder' }),
  // Factors of price adjustment, changes of holdings, watchlists, trade dates, price reminders, option expirations.
  one(3105, { ...PER_LOGIN, calls: 60 }),
  one(3208, { ...PER_LOGIN, calls: 10 }),
  one(3214, { ...PER_LOGIN, calls: 10 }),
  one(3219, { ...PER_LOGIN, calls: 30 }),
  one(3220, { ...PER_LOGIN, calls: 60 }),
  one(3221, { ...PER_LOGIN, calls: 10 }),
  one(3222, { ...PER_LOGIN, calls: 10 }),
  one(3224, { ...PER_LOGIN, calls: 60 }),
  // Company data, option tools, search, then calendars, ranks, institutions and industries.
  { firstId: 3225, lastId: 3251, limit: { ...PER_LOGIN, calls: 30 } },
  { firstId: 3255, lastId: 3258, limit: { ...PER_LOGIN, calls: 30 } },
  { firstId: 3262, lastId: 3263, limit: { ...PER_LOGIN, calls: 10 } },
  { firstId: 3401, lastId: 3433, limit: { ...PER_LOGIN, calls: 60 } },
]

function one(protoId: number, limit: CallLimit): UnofferedLimit {
  return { firstId: protoId, lastId: protoId, limit }
}
