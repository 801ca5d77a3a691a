import type { BodyCipher } from '../../wire/cipher.ts'
import type { Connect } from '../../transport/link.ts'
import type { Handshake } from './handshake.ts'

/** A message from OpenD, decrypted and checked. */
export interface OpendMessage {
  readonly protoId: number
  /** The serial of the call that it answers; has no meaning for pushes. */
  readonly serial: number
  readonly body: Uint8Array
}

/** The ways in which bytes of OpenD end a link. */
export type FramingFailure = 'gateway.bad_frame' | 'gateway.bad_digest' | 'gateway.disconnected'

/** A message, or the failure with which the link must be ended. */
export type Received =
  | { readonly ok: true; readonly message: OpendMessage }
  | { readonly ok: false; readonly code: FramingFailure; readonly detail: string }

/** Puts calls into the bytes of one connection, and reads OpenD's messages from its bytes. */
export interface Framing {
  /** Sets the cipher for later bodies, in both directions. */
  useCipher(cipher: BodyCipher): void
  /** The bytes of a call. */
  frame(call: OpendMessage): Uint8Array
  /**
   * The messages that these bytes complete. Each is decrypted when it is taken, because a message may change the cipher
   * of the next one. A failure is the last item.
   */
  receive(bytes: Uint8Array): Iterable<Received>
}

/** Creates the framing of a new connection, without a cipher. */
export type CreateFraming = () => Framing

/** What the session needs to know about a way to OpenD. */
export interface Route {
  readonly framing: CreateFraming
  readonly handshake: Handshake
  /**
   * Whether others can read and change what passes: a link to another machine without any encryption. Trade calls on
   * real accounts do not leave over it. False where the operator allows them.
   */
  readonly isExposed: boolean
}

/**
 * A way to OpenD: the bytes, and the messages in them. The composition root (`durable-objects/opend-transport.ts`)
 * chooses both together. Another way needs a `Connect` in `src/transport`, and a `Framing` and a `Handshake` in this
 * folder.
 */
export interface Transport extends Route {
  /** Its address as text. */
  readonly name: string
  readonly connect: Connect
}
