import { decodeMessage } from '../../wire/decode.ts'
import { idsOf, isSameOrder, type Order } from '../order-identity.ts'
import { isUnsure } from '../reconciliation/match-result.ts'
import { tagOf } from '../tag.ts'

/** An order push: the order and its account (decimal id). */
export interface PushedOrder {
  readonly accId: string
  readonly order: Order
}

/**
 * The most pushes that are stored. OpenD sends a handful for each order and accepts 15 orders in 30 s for an account,
 * so these span some seconds; a dropped push costs a poll.
 */
const MOST_PUSHES = 256

interface Push {
  readonly body: Uint8Array
  /** Decoded on first use; null when the body does not decode or has no order. */
  order: Order | null | undefined
  /** The round in which the push arrived. */
  readonly round: number
}

/**
 * The most recent order pushes, for calls whose reply is lost. They are decoded only when one is needed, which is not
 * the case while replies arrive.
 */
export class PushedOrders {
  #pushes: Push[] = []

  add(body: Uint8Array, round: number): void {
    if (this.#pushes.length >= MOST_PUSHES) this.#pushes.shift()
    this.#pushes.push({ body, order: undefined, round })
  }

  /**
   * The latest order with that tag pushed before that round, without pushes in which OpenD reports the status as
   * unknown. Null also when several orders carry the tag: a remark can be copied, and a push alone does not show which
   * order is the copy.
   */
  find(tag: string, beforeRound: number): Order | null {
    const tagged = this.#pushes.filter((push) => tagOf(decoded(push)?.remark) === tag)
    const [first] = tagged
    if (first === undefined) return null
    const ids = idsOf(decoded(first) ?? {})
    if (tagged.some((push) => isSameOrder(ids, idsOf(decoded(push) ?? {})) === false)) return null
    const known = tagged.filter((push) => push.round < beforeRound)
    return known.map(decoded).findLast((order) => order !== null && !isUnsure(order)) ?? null
  }

  /** Removes the pushes from before that round. */
  forgetBefore(round: number): void {
    this.#pushes = this.#pushes.filter((push) => push.round >= round)
  }
}

/** The order in a push; null when the push does not decode or has no order. */
export function pushedOrder(body: Uint8Array): PushedOrder | null {
  const push = decodeMessage('Trd_UpdateOrder.Response', body)
  if (!push.ok || push.value.s2c === undefined) return null
  const { header, order } = push.value.s2c
  return { accId: header.accID.toString(), order }
}

function decoded(push: Push): Order | null {
  if (push.order === undefined) push.order = pushedOrder(push.body)?.order ?? null
  return push.order
}
