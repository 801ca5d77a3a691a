import { MAX_WATCHED_NETWORKS } from '../base/memory-budget.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import { hexOf } from '../base/hex.ts'
import { fail, type Result } from '../base/result.ts'
import { sha256 } from '../transport/native-crypto.ts'
import type { Authenticator, Presented } from './authenticator.ts'
import type { Caller } from './caller.ts'
import { NO_NETWORK } from './client-network.ts'

/**
 * Different wrong tokens that a network may send in a minute before it is slowed down. A program with a revoked key sends
 * the same one again and again, which is one; an office behind one address has several such programs.
 */
export const MOST_WRONG_TOKENS = 30

const WINDOW_MS = 60_000

/** 32 bits distinguish thirty tokens. */
const MARK_HEX_DIGITS = 8

/** A wrong token: a short hash of it, and when it was first sent. */
interface WrongToken {
  readonly mark: string
  readonly atMs: number
}

/** Who sends a token, from which network (see `networkOf`), and how its key is found. */
export interface FromNetwork extends Omit<Presented, 'lookup'> {
  readonly network: string
  readonly lookupOf: (waitMs: number) => Presented['lookup']
}

/** The answer to a token that is not looked up. */
export function slowDown(retryAfterMs: number): Result<never> {
  return fail({ code: 'auth.too_many_failures', retryAfterMs })
}

/** Counts the different wrong tokens of each client network, in this isolate. */
export class WrongTokens {
  /** The wrong tokens of the last minute, oldest first; at most `MOST_WRONG_TOKENS` of a network. */
  readonly #tokens = new BoundedMap<string, readonly WrongToken[]>(MAX_WATCHED_NETWORKS)

  /** The number of networks with counted tokens. */
  get networks(): number {
    return this.#tokens.size
  }

  /**
   * The caller of a token from a network. A network that has sent many wrong tokens gets `auth.too_many_failures` instead
   * of the next `auth.invalid_token`. `lookupOf` returns the lookup for a network that has to wait so long, ms: it
   * may find only the keys that cost no call. Failures: those of `Authenticator.identify`, and `auth.too_many_failures`.
   */
  async identify(
    authenticator: Authenticator,
    token: string,
    { network, lookupOf, ...presented }: FromNetwork,
  ): Promise<Result<Caller>> {
    const { nowMs } = presented
    const waitMs = network === NO_NETWORK ? 0 : this.waitMs(network, nowMs)
    const caller = await authenticator.identify(token, { ...presented, lookup: lookupOf(waitMs) })
    if (caller.ok || caller.failure.code !== 'auth.invalid_token') return caller
    if (waitMs > 0) return slowDown(waitMs)
    if (network !== NO_NETWORK) this.count(network, token, nowMs)
    return caller
  }

  /** Counts a wrong token. */
  count(network: string, token: string, nowMs: number): void {
    const mark = hexOf(sha256(token)).slice(0, MARK_HEX_DIGITS)
    const recent = this.#recent(network, nowMs)
    if (recent.some((one) => one.mark === mark)) return
    this.#tokens.set(network, [...recent, { mark, atMs: nowMs }].slice(-MOST_WRONG_TOKENS))
  }

  /** The time until a network may send another token that has to be looked up; 0 when it may now. */
  waitMs(network: string, nowMs: number): number {
    const recent = this.#recent(network, nowMs)
    const [first] = recent
    return first === undefined || recent.length < MOST_WRONG_TOKENS ? 0 : first.atMs + WINDOW_MS - nowMs
  }

  /** Those of the last minute; none of the future, because the clock may have been set back. */
  #recent(network: string, nowMs: number): readonly WrongToken[] {
    return (this.#tokens.get(network) ?? []).filter(({ atMs }) => atMs <= nowMs && atMs > nowMs - WINDOW_MS)
  }
}
