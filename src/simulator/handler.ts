import type { MessageTypes, ProtocolName } from '../../proto/messages.ts'
import type { TradingHours } from './market/trading-hours.ts'
import type { World } from './world.ts'

/** The names of calls; the other protocols are pushes and have no `C2S`. */
type CallName = { [Name in ProtocolName]: `${Name}.C2S` extends keyof MessageTypes ? Name : never }[ProtocolName]

/** The `C2S` of a call, as the decoder returns it. */
export type C2S<Name extends CallName> = MessageTypes[`${Name}.C2S`]

/** The `S2C` of a call, as the encoder accepts it. */
export type S2C<Name extends ProtocolName> = MessageTypes[`${Name}.S2C`]

/** A failed answer: OpenD's `retType` (-1 by default), its text, and its `errCode` if it has one. */
export interface Refusal {
  readonly refusal: { readonly retType: number; readonly retMsg: string; readonly errCode?: number }
}

/** A refusal, by default with OpenD's usual `retType`. */
export function refuse(retMsg: string, retType = -1): Refusal {
  return { refusal: { retType, retMsg } }
}

/** The context of a call beside its body. */
export interface CallContext {
  /** Unix time in ms on the simulator's clock. */
  readonly nowMs: number
  /** The connection that made the call. */
  readonly connId: bigint
  /** The hours of the subscription that a getter of K-lines, minutes or prints reads; regular hours by default. */
  readonly hours?: TradingHours
}

/**
 * Handlers of calls, by protocol name. Subscriptions, rate limits and packet ids are checked before a handler runs. A
 * handler reads the world and, for trade calls, changes it.
 */
export type HandlerTable = {
  readonly [Name in CallName]?: (world: World, c2s: C2S<Name>, context: CallContext) => S2C<Name> | Refusal
}
