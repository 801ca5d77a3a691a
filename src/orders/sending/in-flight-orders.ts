import type { CallOutcome } from '../../gateway/effect.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { LedgerEntry } from '../entry.ts'
import { PushedOrders } from './pushed-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

/** How a call on its way ended: with its reply or without, or its order was seen in a push and the reply stays away. */
export type Ending = { readonly outcome: CallOutcome } | { readonly seen: Order }

/** The frame that carries a call. */
type SentAs = LedgerEntry['sentAs']

interface Call {
  readonly tag: string | null
  readonly end: (ending: Ending) => void
  sentAs: SentAs
  /** In which round it began. */
  readonly round: number
}

/**
 * How long a reply may stay away after a push has told of the order before the push counts in its place; at most twice
 * as long. OpenD sends the two within milliseconds of each other, so this is only met where the reply is lost or late.
 */
const REPLY_GRACE_MS = 500

/**
 * The calls that are on their way to OpenD. Each ends once: the reply counts, unless it is late and a push has told of
 * the order meanwhile. A reply that comes after that is not read any more, whatever it says.
 */
export class InFlightOrders {
  readonly #wait: (ms: number) => Promise<void>
  readonly #calls = new Map<string, Call>()
  readonly #pushed = new PushedOrders()
  #round = 0
  #isReviewing = false

  constructor(wait: (ms: number) => Promise<void>) {
    this.#wait = wait
  }

  /** Follows a call, from before it is sent until it ends. */
  follow({ id, tag }: LedgerEntry, send: () => Promise<CallOutcome>): Promise<Ending> {
    return new Promise<Ending>((end, fail) => {
      this.#calls.set(id, { tag, end, sentAs: null, round: this.#round })
      send().then((outcome) => end({ outcome }), fail)
    })
  }

  /** Notes which frame carries a call. */
  noteSent(id: string, sentAs: SentAs): void {
    const call = this.#calls.get(id)
    if (call !== undefined) call.sentAs = sentAs
  }

  /** The frame that carried a call, which is over now. */
  takeSentAs(id: string): SentAs {
    const sentAs = this.#calls.get(id)?.sentAs ?? null
    this.#calls.delete(id)
    return sentAs
  }

  /** Keeps an order push while it may be about a call that is on its way. */
  notePush(body: Uint8Array): void {
    if (this.#calls.size === 0) return
    this.#pushed.note(body, this.#round)
    if (this.#isReviewing) return
    this.#isReviewing = true
    void this.#review()
  }

  /** The order of a call, where a push has told of it. */
  orderOf({ tag }: LedgerEntry): Order | null {
    return tag === null ? null : this.#pushed.find(tag, Infinity)
  }

  /** Round after round, while there are calls: ends those that began before the last round and whose order was seen. */
  async #review(): Promise<void> {
    while (this.#calls.size > 0) {
      await this.#wait(REPLY_GRACE_MS)
      for (const { tag, end, round } of this.#calls.values()) {
        // The calls are in the order in which they began. What came in this round is given another one.
        if (round === this.#round) break
        const order = tag === null ? null : this.#pushed.find(tag, this.#round)
        if (order !== null) end({ seen: order })
      }
      this.#pushed.forgetBefore(this.#round)
      this.#round++
    }
    this.#pushed.forgetBefore(Infinity)
    this.#isReviewing = false
  }
}
