import { createServer, type Server, type Socket } from 'node:net'
import type { OpendDriver } from '../simulator/driver.ts'

/** A running listener. */
export interface Listener {
  readonly port: number
  /** Stops listening and cuts what is open. */
  close(): Promise<void>
}

/** Only this machine: the simulator's keys are guessable and its control port has no password. */
export const LOOPBACK = '127.0.0.1'

/** A client that lets this much pile up unread is cut: it would hold ever more of our memory. */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024

/** Serves OpenD's TCP port. Port 0 takes a free one; the result says which. Rejects when the port cannot be had. */
export async function startTcpServer(driver: OpendDriver, options: { readonly port: number }): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(driver, socket)
  })
  await listen(server, options.port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function serve(driver: OpendDriver, socket: Socket): void {
  const connection = driver.open('tcp', {
    send: (bytes) => {
      if (socket.destroyed) return
      socket.write(bytes)
      if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy()
    },
    // What was sent before the close still goes out.
    close: () => socket.destroySoon(),
  })
  // An error is always followed by `close`, which says all that matters.
  socket.on('error', () => {})
  if (connection === null) {
    socket.destroy()
    return
  }
  socket.on('data', (bytes) => connection.receive(bytes))
  socket.on('close', () => connection.closed())
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
