import type { PushSockets } from '../../../src/pushes/push-socket.ts'

/** An object without push sockets. */
export const NO_SOCKETS: PushSockets = {
  size: 0,
  all: () => [],
  byId: () => null,
  ofCaller: () => [],
  identify: () => undefined,
  forget: () => undefined,
  pingedAtMs: () => null,
}
