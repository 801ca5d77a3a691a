import type { C2S, CallContext, HandlerTable, Refusal, S2C } from '../handler.ts'
import type { ConnectionHub } from './connection-hub.ts'
import type { Peer } from './peer.ts'

/** What a call that belongs to the conversation itself may see and change. */
export interface SessionContext {
  readonly hub: ConnectionHub
  readonly peer: Peer
  /** Unix ms of the session clock: for waiting times and limits. */
  readonly nowMs: number
  /** Unix ms of the market's clock: for every time that clients are told. */
  readonly marketMs: number
  readonly connId: CallContext['connId']
}

/** Answers to the calls that need more than the world: connections, subscriptions, OpenD's own state. */
export type SessionHandlerTable = {
  readonly [Name in keyof HandlerTable]?: (c2s: C2S<Name>, context: SessionContext) => S2C<Name> | Refusal
}
