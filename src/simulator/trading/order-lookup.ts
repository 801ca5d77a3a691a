import type { AccountState, OrderState } from './account-state.ts'

/** An order by its server id if that is given, else by its number; null when the account has no such order. */
export function findOrder(account: AccountState, orderId: bigint, orderIdEx: string): OrderState | null {
  const text = orderId.toString()
  return account.orders.find((one) => (orderIdEx === '' ? one.orderId === text : one.orderIdEx === orderIdEx)) ?? null
}
