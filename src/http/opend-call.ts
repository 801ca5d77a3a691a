import type { GatewayCall, GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import type { Exchange } from './exchange.ts'

/** Sends a call through the gateway object. Its reply also tells whether this isolate has something to forget. */
export async function callOpend(exchange: Exchange, call: GatewayCall): Promise<GatewayReply> {
  const reply = await exchange.gateway.call(call)
  exchange.deployments.noteEpoch(reply.epoch)
  return reply
}
