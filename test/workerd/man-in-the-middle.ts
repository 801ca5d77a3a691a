import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeFrame, type Frame } from '../../src/wire/frame.ts'

/** Which way a frame goes: a request to OpenD, or a reply or a push from it. */
export type Direction = 'request' | 'reply'

/** What becomes of a frame: it passes as it is, is lost, or passes with another body (encoded, not encrypted). */
export type Treatment = 'pass' | 'lose' | Uint8Array

/** Decides about one frame by its body. While a promise is open, that frame waits and others overtake it. */
export type Treat = (body: Uint8Array) => Treatment | Promise<Treatment>

/** Frames that are kept back. */
export interface Hold {
  /** Resolves when the first frame is kept back. */
  readonly first: Promise<void>
  /** Lets every frame pass that is kept back, and those that are still to come. */
  release(): void
}

interface Rule {
  readonly direction: Direction
  readonly protoId: number
  readonly treat: Treat
}

/**
 * A TCP proxy on 127.0.0.1 between the Worker and OpenD. It cuts both directions into frames and treats each as the
 * newest rule for its protocol id says; a frame without a rule passes. Connections must not be encrypted.
 *
 * The fault script of the simulator acts inside OpenD: it cannot bring a request late, nor let OpenD say what it never
 * would. This can, and on a connection that lives.
 */
export class ManInTheMiddle {
  readonly #server: Server
  readonly #opendPort: number
  readonly #sockets = new Set<Socket>()
  readonly #arrivals = new Map<number, number[]>()
  #rules: readonly Rule[] = []

  private constructor(opendPort: number) {
    this.#opendPort = opendPort
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  static async listen(opendPort: number): Promise<ManInTheMiddle> {
    const middle = new ManInTheMiddle(opendPort)
    middle.#server.listen(0, '127.0.0.1')
    await once(middle.#server, 'listening')
    return middle
  }

  get port(): number {
    // It listens on a port, not on a pipe.
    return (this.#server.address() as AddressInfo).port
  }

  /** Treats the frames of that id from now on. The function returned ends the rule. */
  treat(direction: Direction, protoId: number, treat: Treat): () => void {
    const rule = { direction, protoId, treat }
    this.#rules = [rule, ...this.#rules]
    return () => (this.#rules = this.#rules.filter((one) => one !== rule))
  }

  /** Loses the frames of that id whose body is meant, from now on. The function returned ends the rule. */
  lose(direction: Direction, protoId: number, isMeant: (body: Uint8Array) => boolean = () => true): () => void {
    return this.treat(direction, protoId, (body) => (isMeant(body) ? 'lose' : 'pass'))
  }

  /** Keeps back the frames of that id, from now on until they are released. */
  hold(direction: Direction, protoId: number): Hold {
    const first = Promise.withResolvers<void>()
    const released = Promise.withResolvers<Treatment>()
    const end = this.treat(direction, protoId, () => {
      first.resolve()
      return released.promise
    })
    return {
      first: first.promise,
      release: () => {
        end()
        released.resolve('pass')
      },
    }
  }

  /** When the requests of that id went on to OpenD, Unix ms, in that order. */
  arrivals(protoId: number): readonly number[] {
    return this.#arrivals.get(protoId) ?? []
  }

  /** Ends every connection. What is kept back on them is lost; a new connection is accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  #accept(worker: Socket): void {
    const opend = connect({ host: '127.0.0.1', port: this.#opendPort, noDelay: true })
    this.#relay('request', worker, opend)
    this.#relay('reply', opend, worker)
  }

  #relay(direction: Direction, from: Socket, to: Socket): void {
    const deframer = new Deframer()
    this.#sockets.add(from)
    // An error is always followed by `close`.
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroySoon()
    })
    from.on('data', (chunk) => {
      const { ok, frames } = deframer.push(chunk)
      for (const frame of frames) this.#pass(direction, frame, to)
      if (!ok) from.destroy()
    })
  }

  #pass(direction: Direction, frame: Frame, to: Socket): void {
    const { protoId } = frame.header
    const rule = this.#rules.find((one) => one.direction === direction && one.protoId === protoId)
    const treatment = rule?.treat(frame.body) ?? 'pass'
    // Not awaited unless it has to be: frames stay in order.
    if (treatment instanceof Promise) void treatment.then((settled) => this.#send(direction, frame, settled, to))
    else this.#send(direction, frame, treatment, to)
  }

  #send(direction: Direction, { header, body }: Frame, treatment: Treatment, to: Socket): void {
    if (treatment === 'lose' || to.destroyed) return
    if (direction === 'request') this.#arrivals.set(header.protoId, [...this.arrivals(header.protoId), Date.now()])
    if (treatment === 'pass') to.write(encodeFrame(header, body, header.digest))
    else to.write(encodeFrame(header, treatment, sha1(treatment)))
  }
}
