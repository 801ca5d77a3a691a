import { once } from 'node:events'
import { WebSocketServer, type WebSocket } from 'ws'
import { MAX_FRAME_BODY_BYTES } from '../../base/memory-budget.ts'
import { REQUEST_HEADER_BYTES } from '../../wire/websocket-frame.ts'
import type { OpendDriver } from '../../simulator/driver.ts'
import { LOOPBACK, MAX_UNSENT_BYTES, type Listener } from './tcp-server.ts'

/**
 * Clients of this port send no heartbeat, so the server pings them and drops a client that did not answer the previous
 * ping. With thirty seconds between pings a dead connection stays open about as long as on the TCP port.
 */
const PING_INTERVAL_MS = 30_000

/** Close code `going away`: clients reconnect. */
const GOING_AWAY = 1001

/** Close code `try again later`, for a connection above the limit. */
const TRY_AGAIN_LATER = 1013

/** Serves OpenD's WebSocket port. Port 0 takes a free port. Rejects if the port is unavailable. */
export async function startWebSocketServer(driver: OpendDriver, options: { readonly port: number }): Promise<Listener> {
  const server = new WebSocketServer({
    host: LOOPBACK,
    port: options.port,
    maxPayload: REQUEST_HEADER_BYTES + MAX_FRAME_BODY_BYTES,
    perMessageDeflate: false,
  })
  server.on('connection', (socket) => serve(driver, socket))
  await once(server, 'listening')
  // Once the server listens, an error concerns one connection, which closes by itself.
  server.on('error', () => {})
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the WebSocket server has no port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of server.clients) socket.terminate()
      }),
  }
}

function serve(driver: OpendDriver, socket: WebSocket): void {
  const connection = driver.open('websocket', {
    send: (bytes) => {
      if (socket.readyState !== socket.OPEN) return
      socket.send(bytes)
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
    },
    close: () => socket.close(GOING_AWAY),
  })
  // An error is always followed by `close`, which handles it.
  socket.on('error', () => {})
  if (connection === null) {
    socket.close(TRY_AGAIN_LATER, 'too many connections')
    return
  }
  let hasAnswered = true
  const pings = setInterval(() => {
    if (!hasAnswered) socket.terminate()
    hasAnswered = false
    if (socket.readyState === socket.OPEN) socket.ping()
  }, PING_INTERVAL_MS)
  socket.on('pong', () => {
    hasAnswered = true
  })
  socket.on('message', (data, isBinary) => {
    // A text message is not an OpenD packet. Passed on as bytes, it is refused like any other invalid input.
    connection.receive(isBinary ? data : new Uint8Array(0))
  })
  socket.on('close', () => {
    clearInterval(pings)
    connection.closed()
  })
}
