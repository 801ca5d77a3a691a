import type { NodeDatabase } from './node-database.ts'

/** Tables that do not grow with what callers do, with the reason: they may be read as a whole. */
export const SMALL_TABLES: Readonly<Record<string, string>> = {
  schema_version: 'one row',
  trading_halts: 'bounded by `Switches`, read once when the object starts',
  cancel_tasks: 'bounded by `Switches`, read once when the object starts',
  subscriptions: 'one row for each subscriber, read once when the object starts',
  api_keys: 'bounded by `KeyService`, read once when the object starts',
  hooks: 'at most 20 for each key',
  audit_anchor: 'one row',
  simulator_state: 'a few parts of one text',
  traded_accounts: 'the accounts and markets of the login for each caller, read once when the object starts',
}

/** What makes a statement slow when its tables grow, as sentences. */
export function planProblems(db: NodeDatabase, statement: string): readonly string[] {
  if (!/^\s*(?:select|insert|update|delete)\b/i.test(statement)) return []
  const plan = db.plan(statement)
  const tables = plan.flatMap((step) => /^(?:SCAN|SEARCH) (\w+)/.exec(step)?.[1] ?? [])
  const isSmall = (table: string): boolean => SMALL_TABLES[table] !== undefined
  const slow = plan.filter((step) => {
    const scanned = /^SCAN (\w+)/.exec(step)?.[1]
    if (scanned !== undefined) return scanned !== 'CONSTANT' && !isSmall(scanned)
    return step.includes('TEMP B-TREE') && !tables.every(isSmall)
  })
  return slow.map((step) => `${step} in: ${statement}`)
}
