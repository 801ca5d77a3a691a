import { orderLimitsOf } from '../accounts/allowed-accounts.ts'
import { LOCAL_READER } from '../auth/caller.ts'
import { SCOPES } from '../auth/scope.ts'
import { type Money, moneyText } from '../base/money.ts'
import type { Budgets } from '../limits/limit-state.ts'
import { accountsOf } from './accounts.ts'
import { answerJson } from './answer.ts'
import { admit } from './authenticate.ts'
import type { Handler } from './exchange.ts'
import { checkNoBody, checkQuery } from './request/body.ts'

/** `GET /api/me`: who the caller is, what it may do, and what is left of its limits. */
export const whoAmI: Handler = async (exchange) => {
  const admitted = await admit(exchange, SCOPES)
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const { caller } = admitted.value
  const accounts = await accountsOf(exchange, admitted.value, { accounts: 'reply' })
  if (!accounts.ok) return accounts
  const limits = orderLimitsOf(caller.restrictions, accounts.value)
  const allowance = await exchange.gateway.allowance({ caller: caller.id, limits })
  if (!allowance.ok) return allowance
  const { budgets, subscriptions } = allowance.value
  const body = {
    caller: caller.id,
    key_id: caller.key?.id ?? null,
    source: caller.key?.source ?? (caller === LOCAL_READER ? 'local' : 'jwt'),
    parents: caller.key?.ancestors.map(({ id }) => id) ?? [],
    scopes: [...caller.scopes],
    accounts: accounts.value === null ? null : [...accounts.value].map(String),
    expires_at: caller.expiresAtMs === null ? null : new Date(caller.expiresAtMs).toISOString(),
    limits: limitsView(limits),
    subscriptions: { used: subscriptions, quota: caller.restrictions?.subscriptionQuota ?? null },
    budgets: budgets.map((one) => ({ caller: one.caller, ...budgetView(one.budgets) })),
  }
  return answerJson(200, body, exchange.requestId)
}

function limitsView(limits: ReturnType<typeof orderLimitsOf>): object | null {
  if (limits === null) return null
  return {
    allowed_markets: limits.allowedMarkets,
    allowed_symbols: limits.allowedSymbols,
    allowed_trd_sides: limits.allowedTrdSides,
    hours_window: limits.hoursWindow,
    time_zone: limits.timeZone,
    max_orders_per_minute: limits.maxOrdersPerMinute,
    max_order_value: limits.maxOrderValue,
    max_daily_value: limits.maxDailyValue,
    market_price_band: limits.marketPriceBandPercent,
  }
}

/**
 * What is left of the rate; the value of the day's orders by currency. Orders are valued for keys with a cap on values only,
 * so a currency without a value is left out.
 */
function budgetView({ rate, day, dayEndsInMs, usedToday }: Budgets): object {
  const left = rate === null ? null : { cap: rate.cap, used: rate.used, left: Math.max(0, rate.cap - rate.used) }
  const used = [...usedToday]
    .filter(([, value]) => value > 0n)
    .map(([currency, value]: readonly [string, Money]) => [currency, moneyText(value)])
  return {
    orders_per_minute: left,
    day,
    day_ends_in_seconds: Math.ceil(dayEndsInMs / 1_000),
    value_today: Object.fromEntries(used),
  }
}
