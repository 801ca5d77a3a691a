import type { GatewayFailureCode } from '../../base/failure.ts'
import type { Greeting } from './handshake.ts'
import { CONNECT_TIMEOUT_MS, INIT_TIMEOUT_MS } from './timing.ts'

/** The names of the stages of the link, in their order. */
export const LINK_STAGES = ['parked', 'waiting', 'connecting', 'initializing', 'ready'] as const

/** The name of a stage. */
export type LinkStage = (typeof LINK_STAGES)[number]

/**
 * The state of the link.
 *
 *     parked        by an administrator; no attempt to connect until `reload`
 *     waiting       no link; the next attempt starts at `attemptAtMs`
 *     connecting    the socket is opening
 *     initializing  InitConnect was sent, with that serial
 *     ready         calls can be sent; the next heartbeat is due at `heartbeatAtMs`
 */
export type Stage =
  | { readonly name: 'parked' }
  | { readonly name: 'waiting'; readonly attemptAtMs: number }
  | { readonly name: 'connecting'; readonly giveUpAtMs: number }
  | { readonly name: 'initializing'; readonly giveUpAtMs: number; readonly serial: number }
  | { readonly name: 'ready'; readonly greeting: Greeting; readonly heartbeatAtMs: number }

/** When a stage has work due, Unix ms; `Infinity` when it has none. */
export function stageDueMs(stage: Stage): number {
  switch (stage.name) {
    case 'parked':
      return Infinity
    case 'waiting':
      return stage.attemptAtMs
    case 'connecting':
    case 'initializing':
      return stage.giveUpAtMs
    case 'ready':
      return stage.heartbeatAtMs
  }
}

/** Whether there is a connection in this stage, open or opening. */
export function hasLink({ name }: Stage): boolean {
  return name !== 'parked' && name !== 'waiting'
}

/** Why a connection that is opening is given up now; null when it is not. `greeting` is the name of its first call. */
export function overdue(
  stage: Stage,
  nowMs: number,
  greeting: string,
): { readonly code: GatewayFailureCode; readonly detail: string } | null {
  if (!('giveUpAtMs' in stage) || nowMs < stage.giveUpAtMs) return null
  return stage.name === 'connecting'
    ? { code: 'gateway.connect_timeout', detail: `no connection within ${CONNECT_TIMEOUT_MS} ms` }
    : { code: 'gateway.init_timeout', detail: `no ${greeting} reply within ${INIT_TIMEOUT_MS} ms` }
}
