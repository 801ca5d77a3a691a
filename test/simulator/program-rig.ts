import { after } from 'node:test'
import type { MessageTypes } from '../../proto/messages.ts'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { startWebSocketServer } from '../../src/cli/opend/websocket-server.ts'
import { OpendDriver, type Timekeeper } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { USUAL_LATENCY } from '../../src/simulator/session/latency.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { SocketClient } from './socket-client.ts'

/** A server with OpenD's rate limits and latency, on a market clock that is faster than life. */
export interface ProgramServer {
  readonly driver: OpendDriver
  readonly tcpPort: number
  readonly webSocketPort: number
}

/** Most time that passes for a server while it is not looking. */
const MOST_STEP_MS = 50

/**
 * This machine's clock without its pauses. On a busy machine the process may stand still for seconds; a market that is
 * thousands of times as fast as life would lose a day then, while the program in the same process could do nothing.
 */
function withoutPauses(): Timekeeper {
  let lookedMs = Date.now()
  let passedMs = lookedMs
  return {
    ...timeOfDay,
    nowMs: () => {
      const nowMs = Date.now()
      passedMs += Math.min(nowMs - lookedMs, MOST_STEP_MS)
      lookedMs = nowMs
      return passedMs
    },
  }
}

const cleanups: (() => unknown)[] = []
after(async () => {
  for (const clean of cleanups) await clean()
})

/** Serves a simulated OpenD as `npm run opend` does by default; only its clock starts at `from`, `factor` times as fast. */
export async function serve(from: string, factor: number, seed = 1): Promise<ProgramServer> {
  const clock = { kind: 'fast', factor, fromMs: Date.parse(from), sinceMs: Date.now() } as const
  const opend = new SimulatedOpenD({ seed, crypto: nativeCrypto, clock, latency: USUAL_LATENCY })
  const driver = new OpendDriver(opend, withoutPauses())
  const tcp = await startTcpServer(driver, { port: 0 })
  const webSocket = await startWebSocketServer(driver, { port: 0 })
  cleanups.push(async () => {
    driver.stop()
    await Promise.all([tcp.close(), webSocket.close()])
  })
  return { driver, tcpPort: tcp.port, webSocketPort: webSocket.port }
}

/** A trading account, as programs name it with each call. */
export type Header = MessageTypes['Trd_Common.TrdHeader']

type OrderTerms = Omit<MessageTypes['Trd_PlaceOrder.C2S'], 'packetID' | 'header'>

/** A program that trades on one account: it waits for each reply before it makes the next call, and knows no limits. */
export class Trader {
  readonly client: SocketClient
  readonly header: Header

  private constructor(client: SocketClient, header: Header) {
    this.client = client
    this.header = header
  }

  static async login({ tcpPort }: ProgramServer, header: Header): Promise<Trader> {
    const client = await SocketClient.open(tcpPort)
    await client.call('Trd_SubAccPush', { accIDList: [header.accID] })
    return new Trader(client, header)
  }

  /** Places an order and returns its id. */
  async place(terms: OrderTerms): Promise<bigint> {
    const packetID = this.client.packetID()
    const { orderID } = await this.client.call('Trd_PlaceOrder', { packetID, header: this.header, ...terms })
    if (orderID === undefined) throw new Error('an order without an id')
    return orderID
  }

  /** Waits until a push says that an order has one of the statuses; returns the order. */
  async until(orderID: bigint, ...statuses: readonly number[]): Promise<MessageTypes['Trd_Common.Order']> {
    const { s2c } = await this.client.push(`order ${orderID} in status ${statuses.join(', ')}`, (push) => {
      const order = push.s2c['order'] as MessageTypes['Trd_Common.Order'] | undefined
      return order?.orderID === orderID && statuses.includes(order.orderStatus)
    })
    return s2c['order'] as MessageTypes['Trd_Common.Order']
  }

  /** Quantities of the open positions by code. */
  async positions(): Promise<Readonly<Record<string, number>>> {
    const { positionList = [] } = await this.client.call('Trd_GetPositionList', { header: this.header })
    return Object.fromEntries(positionList.filter(({ qty }) => qty !== 0).map(({ code, qty }) => [code, qty]))
  }

  /** Best bid and ask; the security must be subscribed. */
  async book(market: number, code: string): Promise<{ readonly bid: number; readonly ask: number }> {
    const book = await this.client.call('Qot_GetOrderBook', { security: { market, code }, num: 1 })
    const [bid, ask] = [book.orderBookBidList?.[0]?.price, book.orderBookAskList?.[0]?.price]
    if (bid === undefined || ask === undefined) throw new Error(`no order book of ${code}`)
    return { bid, ask }
  }

  async subscribe(market: number, codes: readonly string[], ...subTypeList: readonly number[]): Promise<void> {
    const securityList = codes.map((code) => ({ market, code }))
    await this.client.call('Qot_Sub', { securityList, subTypeList, isSubOrUnSub: true, isRegOrUnRegPush: true })
  }
}
