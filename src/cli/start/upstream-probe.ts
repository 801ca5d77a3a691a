import { connect } from 'node:net'
import { type Upstream, upstreamText } from '../../env.ts'

/** The gateway goes on trying, so a slow answer costs nothing but a sentence too many. */
const PATIENCE_MS = 3000

/** What the errors of a connection mean to somebody who looks at the screen. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to that host',
  ENETUNREACH: 'there is no route to that network',
  ETIMEDOUT: 'it does not answer',
}

/** Why no TCP connection to OpenD can be made at the moment, as a sentence with what to do; null when one can. */
export async function upstreamProblem(upstream: Upstream): Promise<string | null> {
  if (upstream.kind === 'simulator') return null
  const code = await new Promise<string | null>((resolve) => {
    const host = upstream.hostname.replace(/^\[(.*)\]$/, '$1')
    const socket = connect({ host, port: upstream.port, timeout: PATIENCE_MS })
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
  return `OpenD cannot be reached at ${upstreamText(upstream)}: ${cause}. Start it there or correct OPEND_URL; the gateway goes on trying.`
}
