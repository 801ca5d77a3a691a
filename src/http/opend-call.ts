import type { GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import type { QuoteCall } from '../quotes/quote-service.ts'
import type { Exchange } from './exchange.ts'

/** Sends a call through the gateway object. Its reply also tells whether this isolate has something to forget. */
export async function callOpend(exchange: Exchange, call: QuoteCall): Promise<GatewayReply> {
  const reply = await exchange.gateway.call(call)
  exchange.deployments.recordEpoch(reply.epoch)
  return reply
}
