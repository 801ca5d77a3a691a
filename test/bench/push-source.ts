import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { scriptedReply } from '../workerd/scripted-replies.ts'
import { encodeFrame } from '../../src/wire/frame.ts'

/** The securities that are pushed, one after the other. All codes are equally long, and so are all pushes. */
export const CODES = ['00700', '09988', '03690', '00005', '00941', '01299', '00388', '02318', '01810', '09618']

/** Prices that each security goes through. */
const PRICES = 100

/** The quotes as they go over the wire, made beforehand: the price of one is not that of the one before. */
const PUSHES: readonly Uint8Array[] = Array.from({ length: CODES.length * PRICES }, (_, index) =>
  framed(3005, 0, quote(CODES[index % CODES.length] ?? '', 300.01 + Math.floor(index / CODES.length) / 5)),
)

/** Length of one push over the wire, in bytes. */
export const PUSH_BYTES = PUSHES[0]?.length ?? 0

/**
 * An OpenD that pushes as it is told to. It answers the calls that a link and a subscription need, and never looks at
 * what is subscribed.
 */
export class PushSource {
  readonly port: number
  #peer: Socket | null = null
  #next = 0

  private constructor(server: Server) {
    const address = server.address() as AddressInfo
    this.port = address.port
    server.on('connection', (peer) => this.#accept(peer))
  }

  static async listen(): Promise<PushSource> {
    const server = createServer({ noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new PushSource(server)
  }

  /** Pushes so many quotes, in one write. */
  push(count: number): void {
    if (this.#peer === null) throw new Error('nobody has connected to push to')
    this.#peer.cork()
    for (let index = 0; index < count; index++) {
      this.#peer.write(PUSHES[this.#next] ?? '')
      this.#next = (this.#next + 1) % PUSHES.length
    }
    this.#peer.uncork()
  }

  #accept(peer: Socket): void {
    this.#peer = peer
    const deframer = new Deframer()
    peer.on('error', () => undefined)
    peer.on('data', (chunk) => {
      const deframed = deframer.push(chunk)
      if (!deframed.ok) throw new Error(`no OpenD frame: ${deframed.detail}`)
      for (const { header } of deframed.frames) {
        peer.write(framed(header.protoId, header.serial, replyTo(header.protoId)))
      }
    })
  }
}

function framed(protoId: number, serial: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ protoId, serial }, body, sha1(body))
}

/** A quote with everything that OpenD says of a stock in Hong Kong. All prices have two decimals. */
function quote(code: string, roughPrice: number): Uint8Array {
  const price = (difference: number): number => Math.round((roughPrice + difference) * 100) / 100
  const basicQot = {
    security: { market: 1, code },
    name: 'A COMPANY',
    isSuspended: false,
    listTime: '2004-06-16',
    listTimestamp: 1_087_315_200,
    priceSpread: 0.2,
    updateTime: '2026-11-20 10:00:00',
    updateTimestamp: 1_795_140_000,
    highPrice: price(3.4),
    openPrice: price(-1.2),
    lowPrice: price(-2.6),
    curPrice: price(0),
    lastClosePrice: price(-0.8),
    volume: 12_345_600n,
    turnover: 3_765_432_100,
    turnoverRate: 0.131,
    amplitude: 1.93,
    darkStatus: 0,
    secStatus: 1,
  }
  return encodeMessage('Qot_UpdateBasicQot.Response', { retType: 0, s2c: { basicQotList: [basicQot] } })
}

function replyTo(protoId: number): Uint8Array {
  const reply = scriptedReply(protoId)
  if (reply === null) throw new Error(`a call ${protoId} is nothing that pushes need`)
  return reply
}
