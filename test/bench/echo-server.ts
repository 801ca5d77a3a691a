import { createServer } from 'node:net'

/** Sends everything back. A process of its own, as the simulator is. Says its port on its first line. */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => socket.write(chunk))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`echo on tcp://127.0.0.1:${address.port}\n`)
})
