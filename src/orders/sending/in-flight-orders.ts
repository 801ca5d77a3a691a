import type { Failure } from '../../base/failure.ts'
import type { Timers } from '../../base/timers.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import type { Reservation } from '../../limits/limit-state.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { LedgerEntry } from '../entry.ts'
import { PushedOrders } from './pushed-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

/** How a call ended: with its outcome, or its order was seen in a push and the reply stays away. */
export type CallEnding = { readonly outcome: CallOutcome } | { readonly seen: Order }

/** The same, or the call was stopped before its frame left. */
export type Ending = CallEnding | { readonly stopped: Failure }

/** What the ledger writes down about the sending, together with the outcome. */
export type SendingFacts = Partial<Pick<LedgerEntry, 'sentAs' | 'sentAtMs' | 'reservation'>>

interface InFlightOrder {
  readonly entry: LedgerEntry
  readonly end: (ending: Ending) => void
  isOver: boolean
  /** Null until the frame was handed to the link. */
  sentAtMs: number | null
  reservation: Reservation | null
  sentAs: LedgerEntry['sentAs']
  /** In which round it began. */
  readonly round: number
}

/**
 * How long a reply may stay away after a push has told of the order before the push counts in its place; at most twice
 * as long. OpenD sends the two within milliseconds of each other, so this is only met where the reply is lost or late.
 */
const REPLY_GRACE_MS = 500

/**
 * The order calls between their entry in the ledger and their outcome. Each ends once: the reply counts, unless it is
 * late and a push has told of the order meanwhile, or the call was stopped before it left. A reply that comes after that
 * is not read any more, whatever it says.
 */
export class InFlightOrders {
  readonly #timers: Timers
  readonly #orders = new Map<string, InFlightOrder>()
  readonly #pushed = new PushedOrders()
  #round = 0
  #isReviewing = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Follows a call, from before it is sent until it ends. */
  follow(entry: LedgerEntry, send: () => Promise<CallOutcome>): Promise<Ending> {
    return new Promise<Ending>((resolve, fail) => {
      const order: InFlightOrder = {
        entry,
        end: (ending) => {
          order.isOver = true
          resolve(ending)
        },
        isOver: false,
        sentAtMs: null,
        reservation: null,
        sentAs: null,
        round: this.#round,
      }
      this.#orders.set(entry.id, order)
      send().then((outcome) => order.end({ outcome }), fail)
    })
  }

  /** Whether the frame of a call may still leave: it has not left, and its caller was not told that it will not. */
  isWaiting(id: string): boolean {
    const order = this.#orders.get(id)
    return order !== undefined && !order.isOver && order.sentAtMs === null
  }

  /** The frame of a call is handed to the link in this turn. */
  recordLeaving(id: string, sentAtMs: number, reservation: Reservation | null): void {
    const order = this.#orders.get(id)
    if (order === undefined) return
    order.sentAtMs = sentAtMs
    order.reservation = reservation
  }

  /** Which frame carries a call. */
  recordFrame(id: string, sentAs: LedgerEntry['sentAs']): void {
    const order = this.#orders.get(id)
    if (order !== undefined) order.sentAs = sentAs
  }

  /** Ends a call that has not left. Does nothing once its frame was handed to the link. */
  stop(id: string, failure: Failure): void {
    if (this.isWaiting(id)) this.#orders.get(id)?.end({ stopped: failure })
  }

  /** Ends every call of that kind that has not left. */
  stopWhere(isMeant: (entry: LedgerEntry) => boolean, failure: Failure): void {
    for (const { entry } of this.#orders.values()) if (isMeant(entry)) this.stop(entry.id, failure)
  }

  /** Forgets a call that is over, and returns what is known of its sending. */
  take(id: string): SendingFacts {
    const order = this.#orders.get(id)
    this.#orders.delete(id)
    if (order?.sentAtMs === undefined || order.sentAtMs === null) return {}
    const { sentAs, sentAtMs, reservation } = order
    return { sentAs, sentAtMs, ...(reservation !== null && { reservation }) }
  }

  /** Keeps an order push while it may be about a call that is on its way. */
  onPush(body: Uint8Array): void {
    if (this.#orders.size === 0) return
    this.#pushed.note(body, this.#round)
    if (this.#isReviewing) return
    this.#isReviewing = true
    this.#reviewLater()
  }

  /** The order of a call, where a push has told of it. */
  orderOf({ tag }: LedgerEntry): Order | null {
    return tag === null ? null : this.#pushed.find(tag, Infinity)
  }

  #reviewLater(): void {
    this.#timers.after(REPLY_GRACE_MS, () => this.#review())
  }

  /** Round after round, while there are calls: ends those that left before the last round and whose order was seen. */
  #review(): void {
    for (const { entry, end, sentAtMs, round } of this.#orders.values()) {
      // The calls are in the order in which they began. What came in this round is given another one.
      if (round === this.#round) break
      const order = entry.tag === null || sentAtMs === null ? null : this.#pushed.find(entry.tag, this.#round)
      if (order !== null) end({ seen: order })
    }
    this.#pushed.forgetBefore(this.#round)
    this.#round++
    this.#isReviewing = this.#orders.size > 0
    if (this.#isReviewing) this.#reviewLater()
    else this.#pushed.forgetBefore(Infinity)
  }
}
