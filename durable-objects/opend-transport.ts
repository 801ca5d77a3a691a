import type { OpendAddress } from '../src/env.ts'
import type { Transport } from '../src/gateway/link/framing.ts'
import { tcpFraming } from '../src/gateway/link/tcp-framing.ts'
import type { Connect } from '../src/transport/link.ts'
import { sha1 } from '../src/transport/native-crypto.ts'
import { tcpConnector } from '../src/transport/tcp.ts'
import type { Database } from './storage/database.ts'

/** Creates the embedded simulator over the storage of the object, which keeps its state. */
export type Simulator = (storage: Database) => Connect

/** The way to the OpenD of the configuration. Without a TCP address that is the embedded simulator. */
export function transportOf(address: OpendAddress | null, simulator: Simulator | null, storage: Database): Transport {
  return { connect: connectorOf(address, simulator, storage), framing: tcpFraming(sha1) }
}

function connectorOf(address: OpendAddress | null, simulator: Simulator | null, storage: Database): Connect {
  if (address?.kind === 'tcp') return tcpConnector(address.hostname, address.port)
  if (simulator !== null) return simulator(storage)
  return () => {
    throw new Error('this build has no simulator: deploy src/demo.ts, or set OPEND_URL to tcp://host:port')
  }
}
