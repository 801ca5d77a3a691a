import type { KeyRecord } from '../auth/key-record.ts'
import { mayTrade } from '../auth/caller.ts'
import type { Restrictions } from '../auth/restrictions.ts'
import type { Scope } from '../auth/scope.ts'
import type { ValueLimit } from '../limits/key-limits.ts'

/**
 * The record of a child token as it applies now: what its own record and its parent both allow. Its limits on orders are
 * its own; the checks of an order also run with those of each ancestor. Accounts are treated alike, because a list by
 * card and one by id cannot be compared here.
 * A child without a share of its parent's quota of subscriptions cannot subscribe.
 */
export function childRecord(own: KeyRecord, parent: KeyRecord): KeyRecord {
  const { ancestors: above, ...nearest } = parent
  const { timeZone, marketPriceBandPercent } = parent.limits
  return {
    ...own,
    scopes: new Set([...own.scopes].filter((scope) => grants(parent, scope))),
    isFrozen: own.isFrozen || parent.isFrozen,
    notBeforeMs: latest(own.notBeforeMs, parent.notBeforeMs),
    expiresAtMs: earliest(own.expiresAtMs, parent.expiresAtMs),
    subscriptionQuota: own.subscriptionQuota ?? (parent.subscriptionQuota === null ? null : 0),
    // The day of the budgets is that of the parent, and an order without a price is not valued lower.
    limits: { ...own.limits, timeZone, marketPriceBandPercent },
    source: 'service',
    ancestors: [{ ...nearest, ancestors: [] }, ...above],
  }
}

/** Whether a parent may give a scope to a child: one that it has, or that its own includes. */
function grants(parent: KeyRecord, scope: Scope): boolean {
  const isIncluded = scope === 'trade:simulate' && mayTrade({ ...parent, key: parent, restrictions: parent }).simulate
  return parent.scopes.has(scope) || isIncluded
}

/**
 * What a child would have beyond its parent, as texts for people; empty when nothing. Only what can be compared is
 * listed. The rest needs no comparison, because each use of the child is checked against the parent, too.
 */
export function excessOf(child: KeyRecord, parent: KeyRecord): readonly string[] {
  const scopes = [...child.scopes].filter((scope) => !grants(parent, scope))
  const [own, given] = [child.limits, parent.limits]
  return [
    ...listed('scopes', scopes),
    ...accountExcess(child, parent),
    ...listed('allowed_markets', missingIn(own.allowedMarkets, given.allowedMarkets)),
    ...listed('allowed_symbols', missingIn(own.allowedSymbols, given.allowedSymbols)),
    ...listed('allowed_trd_sides', missingIn(own.allowedTrdSides, given.allowedTrdSides)),
    ...overNumber('max_orders_per_minute', own.maxOrdersPerMinute, given.maxOrdersPerMinute),
    ...overValue('max_order_value', own.maxOrderValue, given.maxOrderValue),
    ...overValue('max_daily_value', own.maxDailyValue, given.maxDailyValue),
    // The parent's quota is what its other children have left of it.
    ...overNumber('subscription_quota', child.subscriptionQuota, parent.subscriptionQuota),
  ]
}

function accountExcess(child: Restrictions, parent: Restrictions): readonly string[] {
  // With cards on either side, both lists are resolved and intersected at each use.
  if (parent.cardNums !== null || child.cardNums !== null) return []
  const ids = missingIn(child.accIds, parent.accIds)
  return listed('allowed_acc_ids', ids.map(String))
}

/** The items of a list that an allowlist lacks. */
function missingIn<Item>(list: readonly Item[] | null, allowed: readonly Item[] | null): readonly Item[] {
  return list === null || allowed === null ? [] : list.filter((item) => !allowed.includes(item))
}

function listed(field: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${field} ${items.join(', ')}`]
}

function overNumber(field: string, own: number | null, most: number | null): readonly string[] {
  return own !== null && most !== null && own > most ? [`${field} ${own} (at most ${most})`] : []
}

function overValue(field: string, own: ValueLimit | null, most: ValueLimit | null): readonly string[] {
  if (own === null || most === null) return []
  if (typeof own === 'number') {
    return typeof most === 'number' ? overNumber(field, own, most) : [`${field}: give a table by currency`]
  }
  return Object.entries(own).flatMap(([currency, cap]) =>
    overNumber(`${field} ${currency}`, cap, typeof most === 'number' ? most : (most[currency] ?? 0)),
  )
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
