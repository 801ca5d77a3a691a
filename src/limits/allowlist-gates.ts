import { refuse, type ListReport } from './gate.ts'
import type { OrderFacts } from './order-facts.ts'
import type { OrderPolicy } from './order-policy.ts'

/** Longest name in a refusal. A code comes from the request body and could have any length. */
const MOST_NAME_LENGTH = 40

/** Longest list in a refusal. For a longer list the refusal has only its length. */
const MOST_NAMES_LISTED = 10

/** The account of the call's header must be on the list. */
export function checkAccount(policy: OrderPolicy, facts: OrderFacts): ListReport {
  const isAllowed = policy.accIds?.has(facts.accId) ?? true
  return report('account', [facts.accId.toString()], policy.accIds, isAllowed)
}

/** Every market that the call touches must be on the list. */
export function checkMarket(policy: OrderPolicy, facts: OrderFacts): ListReport {
  const { markets } = policy
  const isAllowed = markets === null || facts.markets.every((name) => markets.has(name))
  return report('market', facts.markets, markets, isAllowed)
}

/** The security must be on the list, exactly as `HK.00700`. */
export function checkSymbol(policy: OrderPolicy, facts: OrderFacts): ListReport {
  return checkName('symbol', facts.symbol, facts, policy.symbols)
}

/** The side must be on the list. A modify has the side of the order that it changes. */
export function checkSide(policy: OrderPolicy, facts: OrderFacts): ListReport {
  return checkName('side', facts.side, facts, policy.sides)
}

/** An unknown name is not on any list. A cancel has no name and passes. */
function checkName(
  gate: 'symbol' | 'side',
  name: string | null,
  facts: OrderFacts,
  list: ReadonlySet<string> | null,
): ListReport {
  const isAllowed = facts.kind === 'cancel' || list === null || (name !== null && list.has(name))
  const unknown = gate === 'symbol' && facts.kind === 'place' ? 'not known without sec_market' : 'not known'
  return report(gate, name === null ? [] : [name], list, isAllowed, unknown)
}

function report(
  gate: ListReport['gate'],
  requested: readonly string[],
  list: ReadonlySet<string | bigint> | null,
  isAllowed: boolean,
  unknown = 'not known',
): ListReport {
  const names = requested.map(clip)
  const text = `${gate} not allowed: ${names.join(', ') || unknown} (allowed: ${listText(list)})`
  return { gate, requested: names, allowedCount: list?.size ?? null, refusal: isAllowed ? null : refuse(text) }
}

function listText(list: ReadonlySet<string | bigint> | null): string {
  if (list === null || list.size === 0) return 'none'
  return list.size > MOST_NAMES_LISTED ? String(list.size) : [...list].map((name) => clip(String(name))).join(', ')
}

function clip(name: string): string {
  return name.length > MOST_NAME_LENGTH ? `${name.slice(0, MOST_NAME_LENGTH)}…` : name
}
