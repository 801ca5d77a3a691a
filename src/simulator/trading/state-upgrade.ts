import type { AccountsState } from './account-state.ts'

/** Members that earlier versions did not save, by the record that has them now. */
interface SavedEarlier {
  readonly accounts: readonly {
    readonly cash: { interest?: number }[]
    readonly positions: { settled?: number }[]
    readonly orders: { amount?: number | null; combo?: null }[]
  }[]
}

/**
 * Completes a saved state of an earlier version in place. Until then no interest was charged and no variation margin
 * was paid, so both sums are zero, and no order was by amount or a leg of a combination.
 */
export function completeState(state: AccountsState): AccountsState {
  for (const { cash, positions, orders } of (state as SavedEarlier).accounts) {
    for (const balance of cash) balance.interest ??= 0
    for (const position of positions) position.settled ??= 0
    for (const order of orders) {
      order.amount ??= null
      order.combo ??= null
    }
  }
  return state
}
