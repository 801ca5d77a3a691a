import type { GatewayCall } from '../../durable-objects/gateway-rpc.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { Exchange } from './exchange.ts'

/** Sends a call through the gateway object and returns the bytes of the reply. */
export async function callOpend(exchange: Exchange, call: GatewayCall): Promise<Result<Uint8Array>> {
  const reply = await exchange.gateway.call(call)
  exchange.deployments.noteEpoch(reply.epoch)
  return reply.ok ? succeed(reply.body) : fail(reply.failure)
}
