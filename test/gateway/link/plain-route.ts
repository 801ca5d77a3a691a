import type { Route } from '../../../src/gateway/link/framing.ts'
import { type Encryption, tcpHandshake } from '../../../src/gateway/link/handshake.ts'
import { tcpFraming } from '../../../src/gateway/link/tcp-framing.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'

/** The way to an OpenD over TCP, encrypted if there is a key. */
export function plainRoute(encryption: Encryption | null = null): Route {
  return { framing: tcpFraming(sha1), handshake: tcpHandshake(encryption), isExposed: false }
}
