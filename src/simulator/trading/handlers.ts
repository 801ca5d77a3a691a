import type { HandlerTable } from '../handler.ts'
import { accountHandlers } from './account-handlers.ts'
import { comboHandlers } from './combo-handlers.ts'
import { orderHandlers } from './order-handlers.ts'
import { orderListHandlers } from './order-list-handlers.ts'

/** Every trade call the accounts answer. `Trd_SubAccPush` is not among them: it belongs to the connection. */
export const tradeHandlers: HandlerTable = {
  ...accountHandlers,
  ...orderListHandlers,
  ...orderHandlers,
  ...comboHandlers,
}
