import type { Failure } from '../../base/failure.ts'

/**
 * What the session wants done. The session decides, the Durable Object performs: it owns the sockets, the promises and
 * the timers. Effects are performed in order.
 */
export type Effect =
  /** Open a connection; its events come back with this link id. */
  | { readonly kind: 'connect'; readonly linkId: number }
  | { readonly kind: 'send'; readonly linkId: number; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly linkId: number }
  /** Give a call its outcome. Every accepted call is settled exactly once. */
  | { readonly kind: 'settle'; readonly callId: number; readonly outcome: CallOutcome }
  /** An order call is on the link, in that frame. Follows its `send`. */
  | { readonly kind: 'sent'; readonly callId: number; readonly connId: bigint; readonly serial: number }
  /** The link came up. */
  | { readonly kind: 'ready' }
  /** A link that was up is gone, and with it every subscription made over it. */
  | { readonly kind: 'lost' }
  /** A call that waited for the link may go now; it is handed in again. Follows `ready`. */
  | { readonly kind: 'released'; readonly callId: number; readonly protoId: number; readonly body: Uint8Array }
  /**
   * A reply to an order call came over the connection that carried it, after the call was over. It is still OpenD's word.
   */
  | {
      readonly kind: 'late_reply'
      readonly protoId: number
      readonly connId: bigint
      readonly serial: number
      readonly body: Uint8Array
    }
  /** OpenD sent something unasked. */
  | { readonly kind: 'push'; readonly protoId: number; readonly body: Uint8Array }

/** The reply's body, or why there is none. */
export type CallOutcome =
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly failure: Failure; readonly sent: boolean }
