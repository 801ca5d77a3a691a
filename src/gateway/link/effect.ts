import type { Failure } from '../../base/failure.ts'

/**
 * An action that the session requests. The session has no I/O: `OpendClient` performs its effects in order, on the
 * sockets, promises and timers.
 */
export type Effect =
  /** Open a connection over the way with that index; its events carry this link id. */
  | { readonly kind: 'connect'; readonly linkId: number; readonly route: number }
  | { readonly kind: 'send'; readonly linkId: number; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly linkId: number }
  /** End a call with its outcome. Every accepted call gets exactly one. */
  | { readonly kind: 'outcome'; readonly callId: number; readonly outcome: CallOutcome }
  /** An order call was sent, with the serial of its frame. Follows its `send`. */
  | { readonly kind: 'sent'; readonly callId: number; readonly connId: bigint; readonly serial: number }
  /** The link came up. */
  | { readonly kind: 'ready' }
  /** A link that was up is lost, with every subscription made over it. */
  | { readonly kind: 'lost' }
  /** A call that waited for the link can be sent; its owner submits it again. Follows `ready`. */
  | { readonly kind: 'released'; readonly callId: number; readonly protoId: number; readonly body: Uint8Array }
  /**
   * A reply to an order call arrived over the same connection after the call had ended. It is still valid.
   */
  | {
      readonly kind: 'late_reply'
      readonly protoId: number
      readonly connId: bigint
      readonly serial: number
      readonly body: Uint8Array
    }
  /** OpenD sent a push. */
  | { readonly kind: 'push'; readonly protoId: number; readonly body: Uint8Array }

/** The body of the reply, or a failure. */
export type CallOutcome =
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly failure: Failure; readonly sent: boolean }
