import type { Config } from '../src/env.ts'
import type { Transport } from '../src/gateway/link/framing.ts'
import { tcpHandshake, webSocketHandshake } from '../src/gateway/link/handshake.ts'
import { tcpFraming } from '../src/gateway/link/tcp-framing.ts'
import { webSocketFraming } from '../src/gateway/link/websocket-framing.ts'
import type { Connect } from '../src/transport/link.ts'
import { aes128, sha1 } from '../src/transport/native-crypto.ts'
import { isExposed, type OpendAddress, opendAddressText } from '../src/transport/opend-address.ts'
import { type OpenTcp, tcpConnector } from '../src/transport/tcp.ts'
import { webSocketConnector } from '../src/transport/websocket.ts'
import type { Database } from './storage/database.ts'

/** Creates the embedded simulator over the storage of the object, which keeps its state. */
export type Simulator = (storage: Database) => Connect

/** The parts of the object that links use. */
export interface LinkParts {
  readonly simulator: Simulator | null
  readonly ctx: { readonly storage: Database }
  readonly connectors: { readonly connect: Connect }
  /** The bindings of the Worker, for private networks. */
  readonly bindings: object
}

/** The ways to OpenD of a configuration, in the order in which they are tried; null for a wrong configuration. */
export function transportsOf(config: Config | null, parts: LinkParts): readonly [Transport, ...Transport[]] {
  const [first, ...others] = (config?.opendAddresses ?? []).map((address) => transportOf(address, config, parts))
  return [first ?? transportOf({ kind: 'simulator' }, config, parts), ...others]
}

function transportOf(address: OpendAddress, config: Config | null, parts: LinkParts): Transport {
  const name = opendAddressText(address)
  const connect = connectOf(address, config, parts)
  const isRefused = (hasKey: boolean) => config?.allowsPlaintextTrading !== true && isExposed(address, hasKey)
  if (address.kind === 'websocket') {
    const handshake = webSocketHandshake(config?.link.webSocketKeyMd5 ?? '')
    return { name, connect, framing: webSocketFraming, handshake, isExposed: isRefused(false) }
  }
  // The simulator has no key. Every other OpenD has that of the configuration, whichever way leads to it.
  const rsa = address.kind === 'simulator' ? null : (config?.linkKey ?? null)
  const handshake = tcpHandshake(rsa === null ? null : { rsa, aes128 })
  return { name, connect, framing: tcpFraming(sha1), handshake, isExposed: isRefused(rsa !== null) }
}

function connectOf(address: OpendAddress, config: Config | null, parts: LinkParts): Connect {
  switch (address.kind) {
    case 'tcp':
      return tcpConnector(address.hostname, address.port)
    case 'websocket':
      return webSocketConnector(address.url, config?.link.accessHeaders ?? {})
    case 'vpc':
      return tcpConnector(address.hostname, address.port, vpcOpener(address.binding, parts.bindings))
    case 'connector':
      return parts.connectors.connect
    case 'simulator':
      return parts.simulator?.(parts.ctx.storage) ?? NO_SIMULATOR
  }
}

const NO_SIMULATOR: Connect = () => {
  throw new Error('this build has no simulator: deploy src/demo.ts, or set OPEND_URL to the address of your OpenD')
}

/** `connect()` of a binding. A missing binding is a failure of the link, which names it. */
function vpcOpener(name: string, bindings: object): OpenTcp {
  return ({ hostname, port }, options) => {
    const binding: unknown = Object.entries(bindings).find(([key]) => key === name)?.[1]
    if (!hasConnect(binding)) {
      throw new Error(`the Worker has no binding ${name}: declare it as a vpc_networks binding in wrangler.toml`)
    }
    return binding.connect(`${hostname}:${port}`, options)
  }
}

interface Connectable {
  connect(address: string, options: SocketOptions): Socket
}

function hasConnect(binding: unknown): binding is Connectable {
  return (typeof binding === 'object' || typeof binding === 'function') && binding !== null && 'connect' in binding
}
