import type { HandlerTable } from '../handler.ts'
import { accountHandlers } from './account-handlers.ts'
import { comboHandlers } from './combo/combo-handlers.ts'
import { orderHandlers } from './order-handlers.ts'
import { orderListHandlers } from './order-list-handlers.ts'

/** Handlers of all trade calls of the accounts. The session handles `Trd_SubAccPush`, which changes the connection. */
export const tradeHandlers: HandlerTable = {
  ...accountHandlers,
  ...orderListHandlers,
  ...orderHandlers,
  ...comboHandlers,
}
