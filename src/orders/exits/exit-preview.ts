import type { SendCall } from '../../gateway/opend-client.ts'
import type { OrderAnswer, OrderRequest } from '../request.ts'
import { exitOrder, newGroup } from './exit-calls.ts'
import type { Leg } from './exit-group.ts'
import { exitPriceOf, type LegKind } from './exit-price.ts'
import { readPrices } from './exit-reads.ts'

/** An exit as it would be placed if the parent were filled at its price. */
export interface ExitPreview {
  readonly kind: LegKind
  readonly waitsAt: Leg['waitsAt']
  /** `Trd_Common.OrderType` of its order. */
  readonly orderType: number
  /** The rounded price; null where it is not known. */
  readonly price: number | null
}

/** Adds the exits to the answer of a dry run: a limit order is filled at its limit, every other order at the last price. */
export async function withPreview(answer: OrderAnswer, request: OrderRequest, send: SendCall): Promise<OrderAnswer> {
  const { reply } = answer
  if (reply.kind !== 'dry_run' || request.exits === undefined) return answer
  const group = newGroup(request, request.exits, 'dry-run', 0)
  const origin = { caller: request.caller, rank: 'read' } as const
  const upstream: SendCall = (protoId, body) => send(protoId, body, origin)
  const reads = group.symbol === null ? null : await readPrices(upstream, [group.symbol])
  const read = reads?.get(group.symbol ?? '') ?? null
  const fill = group.limitPrice ?? read?.price ?? null
  const exits = group.legs.map((leg) => {
    const { kind, waitsAt, wanted } = leg
    const at = { isLong: group.isLong, step: read?.step ?? null }
    const price = fill === null ? null : exitPriceOf(wanted, kind, { ...at, fill })
    const { orderType } = exitOrder(group, leg, group.parent.qty)
    return { kind, waitsAt, orderType, price }
  })
  return { ...answer, reply: { ...reply, report: { ...reply.report, exits } } }
}
