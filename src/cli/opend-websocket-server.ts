import { once } from 'node:events'
import { WebSocketServer, type WebSocket } from 'ws'
import { MAX_FRAME_BODY_BYTES } from '../base/memory-budget.ts'
import { REQUEST_HEADER_BYTES } from '../wire/websocket-frame.ts'
import type { OpendDriver } from '../simulator/driver.ts'
import { LOOPBACK, MAX_UNSENT_BYTES, type Listener } from './opend-tcp-server.ts'

/**
 * Clients of this port send no heartbeat, so the server asks: a client that answers no ping between two of them is gone.
 * Thirty seconds each keep a dead connection about as long as the TCP port does.
 */
const PING_INTERVAL_MS = 30_000

/** `going away`, which clients take as a reason to come back. */
const GOING_AWAY = 1001

/** `try again later`, for one connection too many. */
const TRY_AGAIN_LATER = 1013

/** Serves OpenD's WebSocket port. Port 0 takes a free one. Rejects when the port cannot be had. */
export async function startWebSocketServer(driver: OpendDriver, options: { readonly port: number }): Promise<Listener> {
  const server = new WebSocketServer({
    host: LOOPBACK,
    port: options.port,
    maxPayload: REQUEST_HEADER_BYTES + MAX_FRAME_BODY_BYTES,
    perMessageDeflate: false,
  })
  server.on('connection', (socket) => serve(driver, socket))
  await once(server, 'listening')
  // From here on an error concerns one connection, which closes by itself.
  server.on('error', () => {})
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a WebSocket server has a port')
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
  // An error is always followed by `close`, which says all that matters.
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
    // A text message is no packet of OpenD; as bytes it fails like any other garbage.
    connection.receive(isBinary ? data : new Uint8Array(0))
  })
  socket.on('close', () => {
    clearInterval(pings)
    connection.closed()
  })
}
