import type { AccountState, AccountsState, CashFlow } from './account-state.ts'
import { MAX_FLOWS_PER_ACCOUNT, keepLast } from './bounds.ts'
import { nextId } from './identifiers.ts'

/** Adds a line to the account's statement of cash movements; nothing for an amount of zero. */
export function recordFlow(
  state: AccountsState,
  account: AccountState,
  movement: Pick<CashFlow, 'currency' | 'amount' | 'timeMs'>,
  type: string,
  remark: string,
): void {
  if (movement.amount === 0) return
  account.flows.push({ ...movement, flowId: nextId(state).toString(), type, remark })
  keepLast(account.flows, MAX_FLOWS_PER_ACCOUNT)
}
