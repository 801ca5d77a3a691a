import { systemHandlers } from '../system/handlers.ts'
import { accountPushHandlers } from './account-push.ts'
import { reminderHandlers } from './reminder-calls.ts'
import type { SessionHandlerTable } from './session-handler.ts'
import { subscriptionHandlers } from './subscription-calls.ts'

/** Every call that the session answers itself. */
export const sessionHandlers: SessionHandlerTable = {
  ...systemHandlers,
  ...subscriptionHandlers,
  ...accountPushHandlers,
  ...reminderHandlers,
}
