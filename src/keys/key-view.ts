import type { KeyRecord } from '../auth/key-record.ts'

/** A key as the API shows it: the fields of its record without its hash, and what became of it. */
export interface KeyView {
  readonly id: string
  readonly [field: string]: unknown
}

/** Facts about a key beside its record. */
export interface KeyFacts {
  /** Whether its id or its hash is that of a configured key, which hides it. */
  readonly isHidden: boolean
  /** Its child tokens. */
  readonly children: number
  readonly nowMs: number
}

/** Account ids are decimal strings, as everywhere in responses; null means that the key has no such limit. */
export function keyView(record: KeyRecord, facts: KeyFacts): KeyView {
  const { limits, previous } = record
  return {
    id: record.id,
    source: record.source,
    state: stateOf(record, facts),
    parent: record.ancestors[0]?.id ?? null,
    child_tokens: facts.children,
    scopes: [...record.scopes],
    allowed_acc_ids: record.accIds?.map(String) ?? null,
    allowed_card_nums: record.cardNums,
    allowed_markets: limits.allowedMarkets,
    allowed_symbols: limits.allowedSymbols,
    allowed_trd_sides: limits.allowedTrdSides,
    hours_window: limits.hoursWindow,
    time_zone: limits.timeZone,
    max_orders_per_minute: limits.maxOrdersPerMinute,
    max_order_value: limits.maxOrderValue,
    max_daily_value: limits.maxDailyValue,
    market_price_band: limits.marketPriceBandPercent,
    subscription_quota: record.subscriptionQuota,
    allowed_cidrs: record.addresses?.map(({ text }) => text) ?? null,
    not_before: timeOf(record.notBeforeMs),
    expires_at: timeOf(record.expiresAtMs),
    previous_key_until: previous === null || previous.untilMs <= facts.nowMs ? null : timeOf(previous.untilMs),
    created_at: timeOf(record.createdAtMs),
    note: record.note,
  }
}

/** What a key can be, in the order in which the reasons are checked. */
function stateOf(
  { isFrozen, expiresAtMs, notBeforeMs }: KeyRecord,
  { isHidden, nowMs }: KeyFacts,
): 'hidden' | 'frozen' | 'expired' | 'not_yet_valid' | 'active' {
  if (isHidden) return 'hidden'
  if (isFrozen) return 'frozen'
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return 'expired'
  return notBeforeMs !== null && notBeforeMs > nowMs ? 'not_yet_valid' : 'active'
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
