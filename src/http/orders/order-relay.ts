import { mayTrade } from '../../auth/caller.ts'
import { orderLimitsOf } from '../../accounts/allowed-accounts.ts'
import { succeed, type Result } from '../../base/result.ts'
import type { OrderEndpoint } from '../../endpoints.ts'
import type { OrderRequest } from '../../orders/request.ts'
import { encodeChecked } from '../../wire/encode.ts'
import { accountsOf } from '../accounts.ts'
import { admitCall, type Admitted } from '../authenticate.ts'
import { checkQuery } from '../request/body.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { answerOrder } from './order-answer.ts'
import { FLAG } from '../../wire/json/json-fields.ts'
import { readQuery } from '../request/request-fields.ts'
import { type RequestMessage, readC2S } from '../request/request-message.ts'

const DRY_RUN = { dry_run: FLAG }

/**
 * The handler of every order call. It checks the caller and the message. The gateway object decides whether the order
 * is sent, because it has the accounts, the limits and the ledger. A key's allowlist of accounts is not checked here
 * either: for orders it is one of the limits.
 */
export function orderRelay(endpoint: OrderEndpoint): Handler {
  return async (exchange) => {
    const admitted = await admitCall(exchange, endpoint.scopes)
    if (!admitted.ok) return admitted
    const isDryRun = readDryRun(endpoint, exchange.request)
    if (!isDryRun.ok) return isDryRun
    const message = await readC2S(endpoint, exchange.request, exchange.nowMs)
    if (!message.ok) return message
    const request = await orderRequest(endpoint, exchange, admitted.value, message.value, isDryRun.value)
    if (!request.ok) return request
    const answer = await exchange.gateway.order(request.value)
    exchange.deployments.recordEpoch(answer.epoch)
    const { c2s } = message.value
    return answerOrder(answer, { protocol: endpoint.protocol, requestId: exchange.requestId, c2s })
  }
}

function readDryRun({ hasDryRun }: OrderEndpoint, request: Request): Result<boolean> {
  if (hasDryRun !== true) {
    const query = checkQuery(request)
    return query.ok ? succeed(false) : query
  }
  const query = readQuery(request, DRY_RUN)
  return query.ok ? succeed(query.value.dry_run === true) : query
}

async function orderRequest(
  endpoint: OrderEndpoint,
  exchange: Exchange,
  admitted: Admitted,
  { c2s, packetId, exits = null }: RequestMessage,
  isDryRun: boolean,
): Promise<Result<OrderRequest>> {
  const { request, requestId, freshId } = exchange
  const { caller } = admitted
  const idempotencyKey = idempotencyKeyOf(request, packetId)
  if (!idempotencyKey.ok) return idempotencyKey
  const allowed = await accountsOf(exchange, admitted, endpoint)
  if (!allowed.ok) return allowed
  return succeed({
    protoId: endpoint.protoId,
    body: encodeChecked(`${endpoint.protocol}.Request`, { c2s }),
    caller: caller.id,
    rights: mayTrade(caller),
    limits: orderLimitsOf(caller.restrictions, allowed.value),
    requestId,
    callId: freshId(),
    idempotencyKey: idempotencyKey.value,
    isDryRun,
    ...(exits !== null && { exits }),
    isKillSwitch: false,
    keyMark: caller.keyMark,
    expiresAtMs: caller.expiresAtMs,
  })
}
