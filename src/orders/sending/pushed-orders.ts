import { decodeMessage } from '../../wire/decode.ts'
import { idsOf, isSameOrder, type Order } from '../order-identity.ts'
import { isUnsure } from '../reconciliation/match-result.ts'
import { tagOf } from '../tag.ts'

/** An order push of OpenD. It is decoded on first use, which most pushes never have, and once for all uses. */
export class OrderPush {
  readonly #body: Uint8Array
  #decoded: PushedOrder | null | undefined = undefined

  constructor(body: Uint8Array) {
    this.#body = body
  }

  /** The order and its account; null when the body does not decode or has no order. */
  decoded(): PushedOrder | null {
    if (this.#decoded === undefined) this.#decoded = pushedOrder(this.#body)
    return this.#decoded
  }
}

/** The order in a push, and its account (decimal id). */
export interface PushedOrder {
  readonly accId: string
  readonly order: Order
}

/**
 * The most pushes that are stored. OpenD sends a handful for each order and accepts 15 orders in 30 s for an account,
 * so these span some seconds; a dropped push costs a poll.
 */
const MOST_PUSHES = 256

interface StoredPush {
  readonly push: OrderPush
  /** The round in which the push arrived. */
  readonly round: number
}

/** The most recent order pushes, for calls whose reply is lost. */
export class PushedOrders {
  #pushes: StoredPush[] = []

  add(push: OrderPush, round: number): void {
    if (this.#pushes.length >= MOST_PUSHES) this.#pushes.shift()
    this.#pushes.push({ push, round })
  }

  /**
   * The latest order with that tag pushed before that round, without pushes in which OpenD reports the status as
   * unknown. Null also when several orders carry the tag: a remark can be copied, and a push alone does not show which
   * order is the copy.
   */
  find(tag: string, beforeRound: number): Order | null {
    const tagged = this.#pushes.filter((one) => tagOf(orderOf(one)?.remark) === tag)
    const [first] = tagged
    if (first === undefined) return null
    const ids = idsOf(orderOf(first) ?? {})
    if (tagged.some((one) => isSameOrder(ids, idsOf(orderOf(one) ?? {})) === false)) return null
    const known = tagged.filter((one) => one.round < beforeRound)
    return known.map(orderOf).findLast((order) => order !== null && !isUnsure(order)) ?? null
  }

  /** Removes the pushes from before that round. */
  forgetBefore(round: number): void {
    this.#pushes = this.#pushes.filter((one) => one.round >= round)
  }
}

function pushedOrder(body: Uint8Array): PushedOrder | null {
  const push = decodeMessage('Trd_UpdateOrder.Response', body)
  if (!push.ok || push.value.s2c === undefined) return null
  const { header, order } = push.value.s2c
  return { accId: header.accID.toString(), order }
}

function orderOf({ push }: StoredPush): Order | null {
  return push.decoded()?.order ?? null
}
