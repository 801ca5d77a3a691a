import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeFrame, type Frame } from '../../src/wire/frame.ts'
import { scriptedReply } from './scripted-replies.ts'

/** How the gateway treats one frame: answer it properly, or do something to the socket instead. */
export type Reaction =
  | 'answer'
  | 'ignore'
  | 'cut'
  | 'garbage'
  | 'wrong-digest'
  | 'half-frame-then-cut'
  | 'half-frame-then-silence'
  | 'one-byte-at-a-time'

/**
 * An OpenD over real TCP on 127.0.0.1 that misbehaves on cue. It knows InitConnect, KeepAlive, GetGlobalState and
 * GetUserInfo, which is all a link needs; `react` decides what happens to each frame that arrives.
 */
export class ScriptedGateway {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #arrivals: { readonly protoId: number; readonly resolve: () => void }[] = []
  /** Protocol ids of all frames that arrived, in order. */
  readonly arrived: number[] = []
  connections = 0
  react: (protoId: number) => Reaction = () => 'answer'

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket))
  }

  static async listen(port = 0): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway()
    gateway.#server.listen(port, '127.0.0.1')
    await once(gateway.#server, 'listening')
    return gateway
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo
    return address.port
  }

  /** Resolves when the next frame of that id arrives. */
  arrival(protoId: number): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push({ protoId, resolve }))
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    const deframer = new Deframer()
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => {
      const deframed = deframer.push(chunk)
      if (!deframed.ok) throw new Error(`the gateway object sent no OpenD frame: ${deframed.detail}`)
      for (const frame of deframed.frames) this.#frame(frame, socket)
    })
  }

  #frame(frame: Frame, socket: Socket): void {
    const { protoId } = frame.header
    this.arrived.push(protoId)
    const waiting = this.#arrivals.findIndex((arrival) => arrival.protoId === protoId)
    if (waiting !== -1) this.#arrivals.splice(waiting, 1)[0]?.resolve()
    this.#perform(this.react(protoId), socket, replyTo(frame))
  }

  #perform(reaction: Reaction, socket: Socket, reply: Uint8Array): void {
    const half = reply.subarray(0, Math.floor(reply.length / 2))
    switch (reaction) {
      case 'answer':
        socket.write(reply)
        break
      case 'ignore':
        break
      case 'cut':
        socket.destroy()
        break
      case 'garbage':
        socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        break
      case 'wrong-digest':
        socket.write(reply.map((byte, index) => (index === 16 ? byte ^ 1 : byte)))
        break
      case 'half-frame-then-cut':
        socket.end(half)
        break
      case 'half-frame-then-silence':
        socket.write(half)
        break
      case 'one-byte-at-a-time':
        socket.setNoDelay(true)
        for (const byte of reply) socket.write(new Uint8Array([byte]))
    }
  }
}

function replyTo(frame: Frame): Uint8Array {
  const { protoId, serial } = frame.header
  const body = scriptedReply(protoId) ?? new Uint8Array()
  return encodeFrame({ protoId, serial }, body, sha1(body))
}
