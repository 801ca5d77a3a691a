import { CltRiskLevel, CltRiskStatus } from '../../../../proto/enums.ts'
import type { AccountState } from '../account-state.ts'
import { isMarginAccount } from '../requirement.ts'
import type { Valuation } from '../valuation.ts'

/** How the equity of a margin account compares with its margins, from the best state to the worst. */
export type MarginState =
  | 'sufficient'
  /** Below the alert margin: the broker warns. */
  | 'warned'
  /** Below the margin-call margin: the holder must add money or reduce positions. */
  | 'called'
  /** Below the maintenance margin: the broker closes positions. */
  | 'closing out'

/** The margin state of a valued account. */
export function marginStateOf(value: Valuation): MarginState {
  if (value.equity < value.maintenanceMargin) return 'closing out'
  if (value.equity < value.marginCallMargin) return 'called'
  return value.equity < value.alertMargin ? 'warned' : 'sufficient'
}

/** `CltRiskLevel`: a warning, and danger from the margin call on. Absolutely safe without any margin in use. */
export function riskLevelOf(value: Valuation): number {
  switch (marginStateOf(value)) {
    case 'closing out':
    case 'called':
      return CltRiskLevel.Danger
    case 'warned':
      return CltRiskLevel.Warning
    case 'sufficient':
      return value.maintenanceMargin === 0 ? CltRiskLevel.AbsoluteSafe : CltRiskLevel.Safe
  }
}

/**
 * `CltRiskStatus`: OpenD's documents call levels 1 to 6 very safe to high risk, 7 a warning, 8 and 9 a margin call. The
 * lower six divide the part of the equity that the maintenance margin uses.
 */
export function riskStatusOf(value: Valuation): number {
  switch (marginStateOf(value)) {
    case 'closing out':
      return CltRiskStatus.Level9
    case 'called':
      return CltRiskStatus.Level8
    case 'warned':
      return CltRiskStatus.Level7
    case 'sufficient':
      if (value.maintenanceMargin === 0) return CltRiskStatus.Level1
      return CltRiskStatus.Level1 + Math.min(5, Math.floor((value.maintenanceMargin / value.equity) * 6))
  }
}

/**
 * Whether time alone can change the account: it is a margin account that owes money, is short, or has futures. The
 * equity of any other account stays above its margin.
 */
export function isExposed(account: AccountState): boolean {
  if (!isMarginAccount(account.profile)) return false
  if (account.cash.some((one) => one.balance < 0)) return true
  return account.positions.some((one) => one.qty < 0 || (one.qty > 0 && !one.isCashSettled))
}
