import { CALLS } from '../../calls.ts'
import type { OrderAnswer, OrderReply, OrderRequest } from '../request.ts'
import { type AccountRef, cancelRequest } from '../account-orders.ts'
import { outcomeOf } from '../sending/reply.ts'
import type { CancelTask } from './switch-store.ts'

/** The outcome of one cancel. */
export interface CancelEnding {
  /**
   * `cancelled`: OpenD accepted it. `refused`: OpenD refused it. `unknown`: its reply was lost. `not_attempted`: it was
   * not sent.
   */
  readonly outcome: 'cancelled' | 'refused' | 'unknown' | 'not_attempted'
  readonly detail: string | null
  /** The delay in ms after which a cancel that OpenD's limits held back can be sent; null for every other outcome. */
  readonly retryAfterMs: number | null
}

/** OpenD's ids of an order; a request may contain either. */
export interface OrderNames {
  readonly orderID: bigint
  readonly orderIDEx: string
}

/** Sends cancels for tasks. Tasks that cancel the same order at the same time share one cancel. */
export class OrderCanceller {
  /** Completed cancels since the object started, by outcome. */
  readonly counts: Record<CancelEnding['outcome'], number> = { cancelled: 0, refused: 0, unknown: 0, not_attempted: 0 }
  readonly #submit: (request: OrderRequest) => Promise<OrderAnswer>
  readonly #onError: (what: string, error: unknown) => void
  readonly #inFlight = new Map<string, Promise<CancelEnding>>()

  constructor(
    submit: (request: OrderRequest) => Promise<OrderAnswer>,
    onError: (what: string, error: unknown) => void,
  ) {
    this.#submit = submit
    this.#onError = onError
  }

  /** Cancels an order for a task. Never rejects. */
  cancel(task: CancelTask, account: AccountRef, order: OrderNames): Promise<CancelEnding> {
    const key = `${account.accId}/${order.orderID}/${order.orderIDEx}`
    const present = this.#inFlight.get(key)
    if (present !== undefined) return present
    const ending = this.#send(task, account, order).finally(() => this.#inFlight.delete(key))
    this.#inFlight.set(key, ending)
    return ending
  }

  async #send({ caller, requestId }: CancelTask, account: AccountRef, order: OrderNames): Promise<CancelEnding> {
    const request: OrderRequest = {
      protoId: CALLS.Trd_ModifyOrder.protoId,
      body: cancelRequest(account, order),
      caller,
      rights: { simulate: true, real: true },
      limits: null,
      requestId,
      idempotencyKey: null,
      isDryRun: false,
      isKillSwitch: true,
      callId: null,
      keyMark: null,
      expiresAtMs: null,
    }
    const ending = await this.#submit(request).then(
      ({ reply }) => endingOf(reply),
      (error: unknown) => {
        this.#onError('a kill switch failed to cancel an order', error)
        return LOST
      },
    )
    this.counts[ending.outcome]++
    return ending
  }
}

const LOST: CancelEnding = { outcome: 'unknown', detail: 'the reply to the cancel was lost', retryAfterMs: null }

function endingOf(reply: OrderReply): CancelEnding {
  switch (reply.kind) {
    case 'answered': {
      const outcome = outcomeOf(CALLS.Trd_ModifyOrder.protoId, { ok: true, body: reply.body })
      if (outcome.state === 'accepted') return { outcome: 'cancelled', detail: null, retryAfterMs: null }
      return { outcome: 'refused', detail: outcome.detail, retryAfterMs: null }
    }
    case 'refused': {
      const { failure } = reply
      const retryAfterMs = failure.code === 'upstream.rate_limited' ? failure.retryAfterMs : null
      return { outcome: 'not_attempted', detail: failure.code, retryAfterMs }
    }
    case 'unknown':
    case 'dry_run':
      return LOST
  }
}
