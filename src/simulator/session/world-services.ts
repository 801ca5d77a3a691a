import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { quoteHandlers } from '../quotes/handlers.ts'
import { currentPush, nextChangeMs, pushFor, type QuotePush } from '../quotes/pushes.ts'
import { tradeHandlers } from '../trading/handlers.ts'
import { pushOf, type TradePush } from '../trading/pushes.ts'
import type { WorldServices } from './connection-hub.ts'
import { PushBody } from './push-body.ts'
import { quoteFacts } from './quote-facts.ts'

/** The services of the simulated market and accounts. */
export const worldServices: WorldServices = {
  handlers: { ...quoteHandlers, ...tradeHandlers },
  quotePushes: {
    current: (world, { subType, security, rehabType, hours }, nowMs) =>
      currentPush(world, subType, security, nowMs, [rehabType], hours).map(bodyOf),
    changes: (world, { subType, security, rehabType, hours }, fromMs, toMs) =>
      pushFor(world, subType, security, fromMs, toMs, [rehabType], hours).map(bodyOf),
    nextChangeMs: (world, { subType, security, hours }, nowMs) => nextChangeMs(world, subType, security, nowMs, hours),
  },
  quoteFacts,
  advance: ({ accounts }, marketMs) => accounts.advance(marketMs),
  takeTradePushes: ({ accounts }) =>
    accounts.drainEvents().map((event) => {
      const push = pushOf(event)
      return { accountId: push.accID, body: bodyOf(push) }
    }),
}

const PUSH_IDS = {
  Qot_UpdateBasicQot: 3005,
  Qot_UpdateKL: 3007,
  Qot_UpdateRT: 3009,
  Qot_UpdateTicker: 3011,
  Qot_UpdateOrderBook: 3013,
  Qot_UpdateBroker: 3015,
  Trd_UpdateOrder: 2208,
  Trd_UpdateOrderFill: 2218,
} as const

function bodyOf({ protocolName, s2c }: QuotePush | TradePush): PushBody {
  // The name and the message come from one value of a closed union, so they match.
  const message = { retType: 0, s2c } as MessageTypes[MessageName]
  return new PushBody<MessageName>(PUSH_IDS[protocolName], `${protocolName}.Response`, message)
}
