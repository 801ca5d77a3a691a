import type { Failure } from '../../base/failure.ts'
import type { Timers } from '../../base/time/timers.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import type { Reservation } from '../../limits/limit-state.ts'
import type { LedgerEntry } from '../entry.ts'
import { covers } from '../kill-switch/halt-scope.ts'
import type { HaltScope } from '../kill-switch/switches.ts'
import { type OrderPush, PushedOrders } from './pushed-orders.ts'
import type { Order } from '../order-identity.ts'

/** How a call ended: with its outcome, or with its order seen in a push while the reply is missing. */
export type CallEnding = { readonly outcome: CallOutcome } | { readonly seen: Order }

/** As `CallEnding`, or the call was stopped before its frame was sent. */
export type Ending = CallEnding | { readonly stopped: Failure }

/** The facts about the sending that the ledger stores together with the outcome. */
export type SendingFacts = Partial<Pick<LedgerEntry, 'sentAs' | 'sentAtMs' | 'reservation'>>

interface InFlightOrder {
  readonly entry: LedgerEntry
  readonly end: (ending: Ending) => void
  isOver: boolean
  /** Null until the frame is written to the link. */
  sentAtMs: number | null
  reservation: Reservation | null
  sentAs: LedgerEntry['sentAs']
  /** The round in which the call began. */
  readonly round: number
}

/**
 * How long a call waits for its reply after a push has shown its order, at least; at most twice as long. Then the push
 * decides instead. OpenD sends both within milliseconds, so a call waits only when the reply is lost or late.
 */
const REPLY_GRACE_MS = 500

/**
 * The order calls between their entry in the ledger and their outcome. Each ends once: with its reply, with a push when
 * the reply is late, or by a stop before the frame was sent. A later reply is ignored.
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

  /** Whether the frame of a call may still be sent: it has not been sent, and the call has not been stopped. */
  isWaiting(id: string): boolean {
    const order = this.#orders.get(id)
    return order !== undefined && !order.isOver && order.sentAtMs === null
  }

  /** Records that the frame of a call is written to the link in this turn. */
  recordLeaving(id: string, sentAtMs: number, reservation: Reservation | null): void {
    const order = this.#orders.get(id)
    if (order === undefined) return
    order.sentAtMs = sentAtMs
    order.reservation = reservation
  }

  /** Records which frame carries a call. */
  recordFrame(id: string, connId: bigint, serial: number): void {
    const order = this.#orders.get(id)
    if (order !== undefined) order.sentAs = { connId: connId.toString(), serial }
  }

  /** Ends a call that has not been sent. Does nothing once its frame has been written to the link. */
  stop(id: string, failure: Failure): void {
    if (this.isWaiting(id)) this.#orders.get(id)?.end({ stopped: failure })
  }

  /** Ends the orders and changes within a halted scope that have not been sent. Cancels are not affected. */
  stopInScope(scope: HaltScope, failure: Failure): void {
    for (const { entry } of this.#orders.values()) if (isHalted(entry, scope)) this.stop(entry.id, failure)
  }

  /** Removes a call that has ended, and returns the facts about its sending. */
  take(id: string): SendingFacts {
    const order = this.#orders.get(id)
    this.#orders.delete(id)
    if (order?.sentAtMs === undefined || order.sentAtMs === null) return {}
    const { sentAs, sentAtMs, reservation } = order
    return { sentAs, sentAtMs, ...(reservation !== null && { reservation }) }
  }

  /** Stores an order push while calls are in flight: it may show an order whose reply will be lost. */
  onPush(push: OrderPush): void {
    if (this.#orders.size === 0) return
    this.#pushed.add(push, this.#round)
    if (this.#isReviewing) return
    this.#isReviewing = true
    this.#reviewLater()
  }

  /** The order of a call if a push has shown it; null otherwise. */
  orderOf({ tag }: LedgerEntry): Order | null {
    return tag === null ? null : this.#pushed.find(tag, Infinity)
  }

  #reviewLater(): void {
    this.#timers.after(REPLY_GRACE_MS, () => this.#review())
  }

  /**
   * Runs once per round while there are calls: ends those that were sent before the last round and whose order was
   * pushed.
   */
  #review(): void {
    for (const { entry, end, sentAtMs, round } of this.#orders.values()) {
      // The calls are in the order in which they began. Calls of this round get one more round.
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

function isHalted({ caller, payers, call }: LedgerEntry, scope: HaltScope): boolean {
  return call.kind !== 'cancel' && covers(scope, [caller, ...payers], call.accId)
}
