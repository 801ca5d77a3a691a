import type { MessageTypes, ProtocolName } from '../../proto/messages.ts'
import type { World } from './world.ts'

/** The names of calls; the other protocols are pushes and have no `C2S`. */
type CallName = { [Name in ProtocolName]: `${Name}.C2S` extends keyof MessageTypes ? Name : never }[ProtocolName]

/** The `C2S` of a call, as the decoder hands it over. */
export type C2S<Name extends CallName> = MessageTypes[`${Name}.C2S`]

/** The `S2C` of a call, as the encoder takes it. */
export type S2C<Name extends ProtocolName> = MessageTypes[`${Name}.S2C`]

/** An answer that is not success: OpenD's `retType` (-1 unless stated), its text, and its `errCode` if it has one. */
export interface Refusal {
  readonly refusal: { readonly retType: number; readonly retMsg: string; readonly errCode?: number }
}

/** A refusal with OpenD's usual `retType`, unless another is given. */
export function refuse(retMsg: string, retType = -1): Refusal {
  return { refusal: { retType, retMsg } }
}

/** What a handler may know of the call beside its body. */
export interface CallContext {
  /** Unix time in ms on the simulator's clock. */
  readonly nowMs: number
  /** The asking connection. */
  readonly connId: bigint
}

/**
 * Answers to calls, by protocol name. Subscription rules, rate limits and packet ids are checked before a handler
 * runs, so a handler only looks at the world and, for trade calls, changes it.
 */
export type HandlerTable = {
  readonly [Name in CallName]?: (world: World, c2s: C2S<Name>, context: CallContext) => S2C<Name> | Refusal
}
