import type { C2S, CallContext, HandlerTable, Refusal, S2C } from '../handler.ts'
import type { ConnectionHub } from './connection-hub.ts'
import type { Peer } from './peer.ts'

/** The state that a session call may read and change. */
export interface SessionContext {
  readonly hub: ConnectionHub
  readonly peer: Peer
  /** Unix ms of the session clock, for waiting times and limits. */
  readonly nowMs: number
  /** Unix ms of the market's clock, for every time in a reply. */
  readonly marketMs: number
  readonly connId: CallContext['connId']
}

/** Handlers of the calls that need session state: connections, subscriptions, OpenD's own state. */
export type SessionHandlerTable = {
  readonly [Name in keyof HandlerTable]?: (c2s: C2S<Name>, context: SessionContext) => S2C<Name> | Refusal
}
