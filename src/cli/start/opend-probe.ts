import { connect } from 'node:net'
import { type OpendAddress, opendAddressText } from '../../transport/opend-address.ts'

/** The gateway retries by itself, so the only cost of a slow answer is an unnecessary warning. */
const PATIENCE_MS = 3000

/** Texts for the error codes of a connection. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'there is no host with that name',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  EHOSTUNREACH: 'there is no route to that host',
  ENETUNREACH: 'there is no route to that network',
  ETIMEDOUT: 'it does not answer',
}

/**
 * Why a TCP connection to the first of the addresses fails at the moment, as a sentence with the remedy; null if it
 * succeeds, and for an address that only the gateway itself can reach.
 */
export async function opendProblem([address]: readonly OpendAddress[]): Promise<string | null> {
  if (address?.kind === 'connector') {
    return 'No connector is connected yet: start one beside OpenD with npm run connector (src/docs/connecting.md).'
  }
  if (address?.kind !== 'tcp') return null
  const code = await new Promise<string | null>((resolve) => {
    const host = address.hostname.replace(/^\[(.*)\]$/, '$1')
    const socket = connect({ host, port: address.port, timeout: PATIENCE_MS })
    const end = (failure: string | null): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.on('connect', () => end(null))
    socket.on('timeout', () => end('ETIMEDOUT'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
  if (code === null) return null
  const cause = MEANINGS[code] ?? code
  return `OpenD cannot be reached at ${opendAddressText(address)}: ${cause}. Start it there or correct OPEND_URL; the gateway retries.`
}
