import type { S2C } from '../handler.ts'
import type { SecurityRef } from './subscription-registry.ts'

/** A security whose history was requested. Times are Unix ms of the market's clock. */
export interface HistoryUse {
  readonly security: SecurityRef
  readonly atMs: number
}

/** How long one unit of quota covers a security's history. */
const HISTORY_WINDOW_MS = 30 * 86_400_000

/** OpenD writes its own times in UTC+8. */
const HOME_OFFSET_MS = 8 * 3_600_000

/**
 * The quota of historical K-lines: one unit per security in 30 days, for all periods; repeated requests are free.
 */
export class HistoryQuota {
  readonly total: number
  /** By security; the unit counts from the first request. Never more than `total` of them. */
  readonly #uses: Map<string, HistoryUse>

  constructor(total: number, uses: readonly HistoryUse[]) {
    this.total = total
    this.#uses = new Map(uses.map((use) => [keyOf(use.security), use]))
  }

  /** Whether this security's history may be requested now. */
  allows(security: SecurityRef, nowMs: number): boolean {
    this.#expire(nowMs)
    return this.#uses.has(keyOf(security)) || this.#uses.size < this.total
  }

  /** Charges a unit for a security, unless one was charged within 30 days. */
  use(security: SecurityRef, nowMs: number): void {
    this.#expire(nowMs)
    const key = keyOf(security)
    if (!this.#uses.has(key)) this.#uses.set(key, { security, atMs: nowMs })
  }

  used(nowMs: number): number {
    this.#expire(nowMs)
    return this.#uses.size
  }

  list(): HistoryUse[] {
    return [...this.#uses.values()]
  }

  /** The answer to Qot_RequestHistoryKLQuota. `nameOf` returns a security's name. */
  report(
    withDetail: boolean,
    nowMs: number,
    nameOf: (security: SecurityRef) => string,
  ): S2C<'Qot_RequestHistoryKLQuota'> {
    const usedQuota = this.used(nowMs)
    const detailList = withDetail ? this.list().map((use) => detailOf(use, nameOf)) : []
    return { usedQuota, remainQuota: this.total - usedQuota, detailList }
  }

  #expire(nowMs: number): void {
    for (const [key, { atMs }] of this.#uses) if (nowMs - atMs >= HISTORY_WINDOW_MS) this.#uses.delete(key)
  }
}

type Detail = NonNullable<S2C<'Qot_RequestHistoryKLQuota'>['detailList']>[number]

function detailOf({ security, atMs }: HistoryUse, nameOf: (security: SecurityRef) => string): Detail {
  const [date = '', time = ''] = new Date(atMs + HOME_OFFSET_MS).toISOString().split('T')
  return {
    security,
    requestTime: `${date} ${time.slice(0, 8)}`,
    requestTimeStamp: BigInt(Math.floor(atMs / 1000)),
    name: nameOf(security),
  }
}

function keyOf({ market, code }: SecurityRef): string {
  return `${market}.${code}`
}
