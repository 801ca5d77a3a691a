import type { MessageTypes } from '../../../proto/messages.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { isUnsure } from '../reconciliation/match-result.ts'
import { tagOf } from '../tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/**
 * Pushes that are kept. OpenD sends a handful for each order and takes 15 orders in 30 s for an account, so these are
 * those of some seconds; one that is dropped costs a look.
 */
const MOST_PUSHES = 256

interface Push {
  readonly body: Uint8Array
  /** Decoded when it is first asked for; null when it is none of ours. */
  order: Order | null | undefined
  /** In which round it came. */
  readonly round: number
}

/**
 * The order pushes of the last moments, in case a reply is lost: OpenD may have told of the order there. They are only
 * read when somebody asks, which on a good day nobody does.
 */
export class PushedOrders {
  #pushes: Push[] = []

  note(body: Uint8Array, round: number): void {
    if (this.#pushes.length >= MOST_PUSHES) this.#pushes.shift()
    this.#pushes.push({ body, order: undefined, round })
  }

  /** The order with that tag as it was pushed last before that round, unless OpenD itself was not sure of it. */
  find(tag: string, beforeRound: number): Order | null {
    for (const push of this.#pushes.toReversed()) {
      if (push.round >= beforeRound) continue
      if (push.order === undefined) push.order = orderIn(push.body)
      if (push.order !== null && tagOf(push.order.remark) === tag && !isUnsure(push.order)) return push.order
    }
    return null
  }

  /** Forgets what came before that round. */
  forgetBefore(round: number): void {
    this.#pushes = this.#pushes.filter((push) => push.round >= round)
  }
}

/** The order that a push is about; null when it does not say. */
export function orderIn(body: Uint8Array): Order | null {
  const decoded = decodeMessage('Trd_UpdateOrder.Response', body)
  return decoded.ok ? (decoded.value.s2c?.order ?? null) : null
}
