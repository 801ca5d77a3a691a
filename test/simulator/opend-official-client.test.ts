import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import FutuClient from 'futu-api'
import {
  ModifyOrderOp,
  NotifyType,
  OrderStatus,
  OrderType,
  SubType,
  TrdEnv,
  TrdMarket,
  TrdSide,
} from '../../proto/enums.ts'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import type { Listener } from '../../src/cli/opend/tcp-server.ts'
import { startWebSocketServer } from '../../src/cli/opend/websocket-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD, type OpendOptions } from '../../src/simulator/opend.ts'
import { md5Hex, nativeCrypto } from '../../src/transport/native-crypto.ts'

/** The official JavaScript client, as it comes from the registry, against the WebSocket port. */

const KEY = 'secret123'

/** Longer than anything here takes; a test that hangs ends with it. */
const PATIENCE_MS = 8000

const TENCENT = { market: 1, code: '00700' }

/** Every quote push and the subscription that brings it. */
const QUOTE_PUSHES = [
  [3005, SubType.Basic],
  [3007, SubType.KL_1Min],
  [3009, SubType.RT],
  [3011, SubType.Ticker],
  [3013, SubType.OrderBook],
  [3015, SubType.Broker],
] as const

interface Server {
  readonly driver: OpendDriver
  readonly listener: Listener
}

/** A simulator at ten o'clock on a trading day in Hong Kong, a hundred times as fast as life. */
async function serve(options: Partial<OpendOptions> = {}): Promise<Server> {
  const clock = { kind: 'fast', factor: 100, fromMs: Date.UTC(2026, 10, 20, 2), sinceMs: Date.now() } as const
  const driver = new OpendDriver(new SimulatedOpenD({ seed: 3, crypto: nativeCrypto, clock, ...options }), timeOfDay)
  return { driver, listener: await startWebSocketServer(driver, { port: 0 }) }
}

/** The clients of the running test, so that none outlives it. */
const clients: Client[] = []

/** A client and what it has been told; waiting for something ends when it comes, or fails after a while. */
class Client {
  readonly api = new FutuClient()
  readonly logins: boolean[] = []
  readonly pushes: { readonly command: number; readonly s2c: Readonly<Record<string, unknown>> }[] = []
  #wake: () => void = () => {}

  constructor() {
    clients.push(this)
    this.api.onlogin = (isOk) => {
      this.logins.push(isOk)
      this.#wake()
    }
    this.api.onPush = (command, { s2c }) => {
      this.pushes.push({ command, s2c })
      this.#wake()
    }
  }

  async login(port: number, key: string): Promise<boolean> {
    this.api.start('127.0.0.1', port, false, key)
    // Its five seconds also pass while the whole machine pauses, and then a call fails with a bare 'timeout'.
    if (this.api.websock !== null) this.api.websock.timeout = 100_000
    return this.until('a login', () => this.logins.at(-1))
  }

  /** The first defined value that `look` gives, looked at again after every event. */
  async until<Value>(what: string, look: () => Value | undefined): Promise<Value> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS)
    try {
      for (;;) {
        const found = look()
        if (found !== undefined) return found
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#wake = resolve
        await Promise.race([promise, tooLate])
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** The next push of that id that has not been taken yet. */
  async push(command: number): Promise<Readonly<Record<string, unknown>>> {
    return this.until(`push ${command}`, () => {
      const at = this.pushes.findIndex((one) => one.command === command)
      return at < 0 ? undefined : this.pushes.splice(at, 1)[0]?.s2c
    })
  }

  /** `stop` of the client leaves its socket open, and an open socket keeps the process. */
  close(): void {
    this.api.stop()
    this.api.websock?.close()
  }
}

let open: Server
before(async () => {
  // The client writes about its life to the console.
  console.debug = () => {}
  console.log = () => {}
  // Orders here follow each other faster than OpenD's rates allow.
  open = await serve({ limitsRates: false })
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})
after(async () => {
  open.driver.stop()
  await open.listener.close()
})

test('login without a key, and the connection id is the one OpenD knows', async () => {
  const client = new Client()
  assert.equal(await client.login(open.listener.port, ''), true)
  const { s2c } = await client.api.GetGlobalState({ c2s: { userID: 0 } })
  assert.equal(String(s2c['connID']), client.api.getConnID().toString())
  assert.equal(s2c['qotLogined'], true)
})

test('login with the right key works, with a wrong one it fails at once and the client gives up', async () => {
  const locked = await serve({ webSocketKeyMd5: md5Hex(KEY) })
  const [right, wrong] = [new Client(), new Client()]
  assert.equal(await right.login(locked.listener.port, KEY), true)
  assert.equal(await wrong.login(locked.listener.port, 'other'), false)
  await assert.rejects(wrong.api.GetGlobalState({ c2s: { userID: 0 } }))
  locked.driver.stop()
  await locked.listener.close()
})

test("a refusal rejects with OpenD's words, and a call without a subscription gets its answer", async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  await assert.rejects(client.api.GetBasicQot({ c2s: { securityList: [TENCENT] } }), (reply: { retMsg: string }) => {
    assert.match(reply.retMsg, /HK\.00700 Basic/)
    return true
  })
  const holders = await client.api.GetHoldingChangeList({ c2s: { security: TENCENT, holderCategory: 1 } })
  assert.equal(holders.retType, 0)
})

test('every quote push arrives: at once on subscribing, and again when the market moves', async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  const subTypeList = QUOTE_PUSHES.map(([, subType]) => subType)
  await client.api.Sub({
    c2s: { securityList: [TENCENT], subTypeList, isSubOrUnSub: true, isRegOrUnRegPush: true, isFirstPush: true },
  })
  for (const [command] of QUOTE_PUSHES) {
    for (const time of ['first', 'second']) {
      const s2c = await client.push(command)
      const { security } = (s2c['basicQotList'] as [{ security: object }] | undefined)?.[0] ?? s2c
      assert.deepEqual({ ...(security as object) }, TENCENT, `${time} push ${command}`)
    }
  }
})

test('a price reminder that was set speaks up', async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  await client.api.SetPriceReminder({ c2s: { security: TENCENT, op: 1, type: 1, freq: 3, value: 1, note: 'up' } })
  assert.equal((await client.push(3019))['note'], 'up')
})

test('notices arrive', async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  open.driver.opend.setLogin('lost')
  assert.equal((await client.push(1003))['type'], NotifyType.ConnStatus)
  open.driver.opend.setLogin('in')
  assert.equal((await client.push(1003))['type'], NotifyType.ConnStatus)
})

test('an order is placed, changed and cancelled, a fill is reported, on an unlocked real account', async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  const accounts = (await client.api.GetAccList({ c2s: { userID: 0 } })).s2c['accList'] as unknown as {
    readonly accID: { toString(): string }
    readonly trdEnv: number
    readonly trdMarketAuthList: readonly number[]
  }[]
  const account = accounts.find(
    ({ trdEnv, trdMarketAuthList }) => trdEnv === TrdEnv.Real && trdMarketAuthList.includes(TrdMarket.HK),
  )
  assert.ok(account !== undefined)
  const header = { trdEnv: TrdEnv.Real, accID: account.accID, trdMarket: TrdMarket.HK }
  let serialNo = 0
  const packetID = () => ({ connID: client.api.getConnID(), serialNo: ++serialNo })
  const place = (price: number) =>
    client.api.PlaceOrder({
      c2s: {
        packetID: packetID(),
        header,
        trdSide: TrdSide.Buy,
        orderType: OrderType.Normal,
        code: '00700',
        secMarket: 1,
        qty: 100,
        price,
      },
    })

  const { market } = open.driver.opend.world
  const tencent = market.instrument(1, '00700')
  assert.ok(tencent !== null)
  const last = market.lastPrice(tencent, Date.UTC(2026, 10, 20, 2))
  const [low, high] = [Math.floor(last * 0.9), Math.ceil(last * 1.05)]

  await assert.rejects(place(low), (reply: { retMsg: string }) => /unlock/i.test(reply.retMsg))
  await assert.rejects(client.api.UnlockTrade({ c2s: { unlock: true, pwdMD5: md5Hex('wrong') } }))
  await client.api.UnlockTrade({ c2s: { unlock: true, pwdMD5: md5Hex('123456') } })
  await client.api.SubAccPush({ c2s: { accIDList: [account.accID] } })

  const statusOf = async (): Promise<number> =>
    ((await client.push(2208))['order'] as { readonly orderStatus: number }).orderStatus
  const untilStatus = async (wanted: number): Promise<void> => {
    while ((await statusOf()) !== wanted);
  }
  const resting = await place(low)
  await untilStatus(OrderStatus.Submitted)
  const change = (modifyOrderOp: number, more: object) =>
    client.api.ModifyOrder({
      c2s: { packetID: packetID(), header, orderID: resting.s2c['orderID'], modifyOrderOp, ...more },
    })
  await change(ModifyOrderOp.Normal, { qty: 200, price: low })
  await change(ModifyOrderOp.Cancel, {})
  await untilStatus(OrderStatus.Cancelled_All)

  await place(high)
  const fill = (await client.push(2218))['orderFill'] as { readonly qty: number; readonly code: string }
  assert.equal(fill.code, '00700')
  await untilStatus(OrderStatus.Filled_All)
})

test('after a cut the client is back within seconds, as a new connection without subscriptions', async () => {
  const client = new Client()
  await client.login(open.listener.port, '')
  const firstId = client.api.getConnID().toString()
  await client.api.Sub({ c2s: { securityList: [TENCENT], subTypeList: [SubType.Basic], isSubOrUnSub: true } })
  open.driver.cutAll('test')
  await client.until('a second login', () => (client.logins.length > 1 ? true : undefined))
  assert.notEqual(client.api.getConnID().toString(), firstId)
  await assert.rejects(client.api.GetBasicQot({ c2s: { securityList: [TENCENT] } }))
})
