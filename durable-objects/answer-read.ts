import type { Gateway } from '../src/core/gateway.ts'
import type { KeyGate } from '../src/keys/key-gate.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'
import type { GatewayReply } from './gateway-rpc.ts'

/** The parts of the object that a read needs. */
interface ReadParts {
  readonly gateway: Gateway
  readonly gate: KeyGate
  readonly epoch: () => number
}

/** Answers a read for the Worker: `GatewayRpc.call`. The key is checked again before and after the call to OpenD. */
export async function answerRead(
  { gateway, gate, epoch }: ReadParts,
  request: QuoteCall,
  keyMark: string | null,
): Promise<GatewayReply> {
  const admitted = { caller: request.caller, keyMark }
  const refusal = gate.refusalOf(admitted)
  if (refusal !== null) return { ok: false, failure: refusal, budget: null, epoch: epoch() }
  const quotaShare = gate.quotaOf(request.caller, request.quotaShare)
  const { quotes, opend } = gateway
  const { outcome, ...answer } = await quotes.call({ ...request, quotaShare })
  const budget = opend.budgetOf(request.protoId, request.body, 'read', request.caller)
  // The key may have been revoked while the call waited for OpenD: the reply is then withheld.
  const late = gate.refusalOf(admitted)
  if (late !== null) return { ok: false, failure: late, budget, epoch: epoch() }
  return outcome.ok
    ? { ok: true, body: outcome.body, ...answer, budget, epoch: epoch() }
    : { ok: false, failure: outcome.failure, budget, epoch: epoch() }
}
