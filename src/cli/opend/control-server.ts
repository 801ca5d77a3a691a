import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { parseFaultScript } from '../../simulator/session/fault-script.ts'
import type { OpendDriver } from '../../simulator/driver.ts'
import { LOOPBACK, type Listener } from './tcp-server.ts'

/** A script of a thousand rules takes a tenth of this. */
const MAX_SCRIPT_BYTES = 1024 * 1024

/**
 * The control port, HTTP on loopback. It changes the faults, login and connections of a running simulated OpenD.
 *
 *     GET  /          connections and login
 *     PUT  /script    a new fault script (JSON)
 *     PUT  /login     in, kicked or lost (plain text)
 *     POST /restart   cuts every connection and keeps all state
 *
 * Refuses requests that a web page could send, because the port has no password.
 */
export async function startControlServer(driver: OpendDriver, options: { readonly port: number }): Promise<Listener> {
  const server = createServer((request, response) => {
    answer(driver, request).then(
      ({ status, body }) => reply(response, status, body),
      () => reply(response, 400, { error: 'the request ended before its body was complete' }),
    )
  })
  server.listen(options.port, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly body: object
}

async function answer(driver: OpendDriver, request: IncomingMessage): Promise<Answer> {
  const { method, url, headers } = request
  // A browser sends an Origin with every request that changes something, and a foreign Host after DNS rebinding.
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')
  if (headers.origin !== undefined || !isLocal) return { status: 403, body: { error: 'web pages may not call this' } }
  switch (`${method} ${url}`) {
    case 'GET /':
      return { status: 200, body: { connections: driver.opend.connectionCount, login: driver.opend.login } }
    case 'PUT /script': {
      const script = parseFaultScript(await readBody(request))
      if (!script.ok) return { status: 400, body: { error: script.problem } }
      driver.change((opend) => opend.setFaults(script.rules))
      return { status: 200, body: { rules: script.rules.length } }
    }
    case 'PUT /login': {
      const login = (await readBody(request)).trim()
      if (login !== 'in' && login !== 'kicked' && login !== 'lost') {
        return { status: 400, body: { error: 'login must be in, kicked or lost' } }
      }
      driver.change((opend) => opend.setLogin(login))
      return { status: 200, body: { login } }
    }
    case 'POST /restart':
      driver.cutAll('restart')
      return { status: 200, body: {} }
    default:
      return { status: 404, body: { error: 'GET /, PUT /script, PUT /login or POST /restart' } }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_SCRIPT_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
