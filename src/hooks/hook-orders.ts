import { hexOf, bytesOfHex } from '../base/hex.ts'
import type { Failure } from '../base/failure.ts'
import type { OrderProtoId } from '../calls.ts'
import type { KeyGate } from '../keys/key-gate.ts'
import type { OrderAnswer, OrderReply, OrderRequest } from '../orders/request.ts'
import type { Delivery, DeliveryStep } from './delivery.ts'
import type { HookCall } from './hook-call.ts'
import type { StoredHook } from './stored-hook.ts'

/** One call of a step, as it is stored. */
export type StepCall = DeliveryStep['calls'][number]

/** The stored form of a call. */
export function stepCallOf({ protoId, body, exits, text }: HookCall): StepCall {
  return { protoId, body: hexOf(body), exits, text }
}

/**
 * Hands the calls of deliveries to the order path, as orders of the hook's child token: with the limits of the hook and of
 * its key, in the ledger, at most once. The idempotency key is made from the delivery, so a call that is repeated after a
 * restart gets the answer of the first one.
 */
export class HookOrders {
  readonly #gate: KeyGate
  readonly #submit: (request: OrderRequest) => Promise<OrderAnswer>

  constructor(gate: KeyGate, submit: (request: OrderRequest) => Promise<OrderAnswer>) {
    this.#gate = gate
    this.#submit = submit
  }

  /** `number` is that of the call within its delivery. A hook whose key has ended is refused. */
  async submit(
    { childId }: StoredHook,
    { id }: Pick<Delivery, 'id'>,
    number: number,
    call: StepCall,
    isDryRun: boolean,
  ): Promise<OrderReply> {
    const caller = `key:${childId}`
    const keyMark = this.#gate.markOf(caller)
    if (keyMark === null) return refused({ code: 'auth.invalid_token' })
    const terms = await this.#gate.orderTerms({ caller, keyMark })
    if (!terms.ok) return refused(terms.failure)
    // The record of a child token is one of the service, so it has terms.
    if (terms.value === null) return refused({ code: 'auth.invalid_token' })
    const { reply } = await this.#submit({
      protoId: call.protoId as OrderProtoId,
      body: bytesOfHex(call.body) ?? new Uint8Array(),
      caller,
      ...(call.exits !== null && { exits: call.exits }),
      ...terms.value,
      requestId: id,
      callId: null,
      idempotencyKey: `${id}.${number}`,
      isDryRun,
      isKillSwitch: false,
      expiresAtMs: null,
    })
    return reply
  }
}

function refused(failure: Failure): OrderReply {
  return { kind: 'refused', failure, intentId: null, state: null, isReplay: false }
}
