import type { Greeting } from './handshake.ts'

/**
 * Where the link stands.
 *
 *     parked        by an administrator; nothing moves until `reload`
 *     waiting       no link; the next attempt starts at `attemptAtMs`
 *     connecting    the socket is opening
 *     initializing  InitConnect is sent, with that serial
 *     ready         calls flow; the next heartbeat is due at `heartbeatAtMs`
 */
export type Stage =
  | { readonly name: 'parked' }
  | { readonly name: 'waiting'; readonly attemptAtMs: number }
  | { readonly name: 'connecting'; readonly giveUpAtMs: number }
  | { readonly name: 'initializing'; readonly giveUpAtMs: number; readonly serial: number }
  | { readonly name: 'ready'; readonly greeting: Greeting; readonly heartbeatAtMs: number }

/** When a stage needs the clock again, Unix ms; `Infinity` when it does not. */
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
