import { pushOf } from '../trading/pushes.ts'
import { tradeHandlers } from '../trading/handlers.ts'
import type { World } from '../world.ts'
import { quoteFacts } from './quote-facts.ts'
import type { WorldServices } from './desk.ts'
import { PushBody } from './push-body.ts'
import type { TradePush } from './trade-pushes.ts'

/** The real market and accounts, as the session knows them. */
export const worldServices: WorldServices = {
  handlers: { ...tradeHandlers },
  quotePushes: { current: () => null, changes: () => [] },
  quoteFacts,
  advance: (world, marketMs) => world.accounts.advance(marketMs),
  takeTradePushes,
}

const UPDATE_ORDER = 2208
const UPDATE_FILL = 2218

function takeTradePushes({ accounts }: World): TradePush[] {
  return accounts.drainEvents().map((event) => {
    const push = pushOf(event)
    const body =
      push.protocolName === 'Trd_UpdateOrder'
        ? new PushBody(UPDATE_ORDER, 'Trd_UpdateOrder.Response', { retType: 0, s2c: push.s2c })
        : new PushBody(UPDATE_FILL, 'Trd_UpdateOrderFill.Response', { retType: 0, s2c: push.s2c })
    return { accountId: push.accID, body }
  })
}
