import { createServer, type Server, type Socket } from 'node:net'
import type { OpendDriver } from '../../simulator/driver.ts'

/** A running listener. */
export interface Listener {
  readonly port: number
  /** Stops listening and cuts the open connections. */
  close(): Promise<void>
}

/** Listen on this machine only: the simulator's keys are guessable and its control port has no password. */
export const LOOPBACK = '127.0.0.1'

/** A client with more unread bytes than this is cut, because its send buffer would grow without limit. */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024

/** Serves OpenD's TCP port. Port 0 takes a free port, which the result contains. Rejects if the port is unavailable. */
export async function startTcpServer(driver: OpendDriver, options: { readonly port: number }): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(driver, socket)
  })
  await listen(server, options.port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the TCP server has no port')
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
    // Bytes written before the close are still sent.
    close: () => socket.destroySoon(),
  })
  // An error is always followed by `close`, which handles it.
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
