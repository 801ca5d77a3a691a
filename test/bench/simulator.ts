import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { KLType, OrderType, RehabType, SubType, TrdEnv, TrdSecMarket, TrdSide } from '../../proto/enums.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../src/simulator/trading/unlock.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { CoreClient } from './core-client.ts'
import { median, table } from './numbers.ts'

/** Friday 2026-11-20, 10:00 in Hong Kong. */
const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2)

const TARGET_QUOTES_PER_SECOND = 75_000
const TARGET_SERIES_PER_SECOND = 25_000
const QUOTE_ROUNDS = 7
const QUOTES = 20_000

const TICKING = { count: 1_000, ticksPerMinute: 600 }
const TICKING_SECONDS = 20
const TICK_MS = 100

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const DAYS = 30
/** From 10:00 to the close. */
const SESSION_MINUTES = 6 * 60
/** Far below the market, and within what the account can pay for a whole day of such orders. */
const RESTING_PRICE = 10

const HK = 1
const SUBSCRIBE = 3001
const GET_QUOTE = 3004
const GET_BARS = 3006
const GET_MINUTES = 3008
const BARS = 100
const PLACE_ORDER = 2202
const SUBSCRIBE_ACCOUNT = 2008

/** What the simulated OpenD's core can do on one processor, without sockets. Takes about half a minute. */
export async function benchSimulator(): Promise<void> {
  const replies = [quotesPerSecond(), barsPerSecond(), minutesPerSecond()]
  const ticking = tickingShare()
  process.stdout.write(`simulator: the core alone, one processor, Node ${process.version}\n\n`)
  process.stdout.write(`${table([['', 'measured', 'target'], ...replies, ...ticking])}\n\n`)
  process.stdout.write(`${table(monthOfMemory())}\n`)
}

function startOpend(count = 0): SimulatedOpenD {
  return new SimulatedOpenD({
    seed: 1,
    crypto: nativeCrypto,
    limitsRates: false,
    subscriptionQuota: 10_000,
    ...(count > 0 && { market: { synthetic: { ...TICKING, count } } }),
  })
}

function subscribe(client: CoreClient, codes: readonly string[], kinds: readonly number[], pushes: boolean): void {
  const c2s = {
    securityList: codes.map((code) => ({ market: HK, code })),
    subTypeList: kinds,
    isSubOrUnSub: true,
    isRegOrUnRegPush: pushes,
    regPushRehabTypeList: [RehabType.None],
  }
  client.call(SUBSCRIBE, 'Qot_Sub.Request', { c2s }, 'Qot_Sub.Response', TRADING_HOUR_MS)
}

const CODES = ['00700', '00005', '09988', '03690']

/** Replies to one-security quote requests. */
function quotesPerSecond(): readonly string[] {
  const rate = repliesPerSecond(SubType.Basic, (client, code) =>
    client.request(GET_QUOTE, 'Qot_GetBasicQot.Request', { c2s: { securityList: [{ market: HK, code }] } }),
  )
  return ['quote replies/s', rate.toFixed(0), `${TARGET_QUOTES_PER_SECOND} or more`]
}

/** Replies with the latest bars of a minute, of which the last one is unfinished. */
function barsPerSecond(): readonly string[] {
  const rate = repliesPerSecond(SubType.KL_1Min, (client, code) =>
    client.request(GET_BARS, 'Qot_GetKL.Request', {
      c2s: { security: { market: HK, code }, klType: KLType._1Min, rehabType: RehabType.Forward, reqNum: BARS },
    }),
  )
  return [`replies of ${BARS} K-lines/s`, rate.toFixed(0), `${TARGET_SERIES_PER_SECOND} or more`]
}

/** Replies with the minutes of the day so far. */
function minutesPerSecond(): readonly string[] {
  const rate = repliesPerSecond(SubType.RT, (client, code) =>
    client.request(GET_MINUTES, 'Qot_GetRT.Request', { c2s: { security: { market: HK, code } } }),
  )
  return ['time share replies/s', rate.toFixed(0), `${TARGET_SERIES_PER_SECOND} or more`]
}

/** Frame in and frame out, while the market moves on. */
function repliesPerSecond(subType: number, requestOf: (client: CoreClient, code: string) => Uint8Array): number {
  const client = new CoreClient(startOpend(), TRADING_HOUR_MS)
  subscribe(client, CODES, [subType], false)
  const requests = CODES.map((code) => requestOf(client, code))
  const rates: number[] = []
  let nowMs = TRADING_HOUR_MS
  for (let round = 0; round < QUOTE_ROUNDS; round++) {
    const [startMs, framesBefore] = [performance.now(), client.frames]
    for (let index = 0; index < QUOTES; index++) {
      // A millisecond for every fifty: the speed that is wanted.
      if (index % 50 === 0) nowMs++
      const request = requests[index % requests.length]
      if (request !== undefined) client.send(request, nowMs)
    }
    rates.push(((client.frames - framesBefore) * 1000) / (performance.now() - startMs))
  }
  // The first rounds warm up.
  return median(rates.slice(2))
}

/** Share of a processor that a market of ticking securities takes, all of them pushed to one client. */
function tickingShare(): readonly (readonly string[])[] {
  return (
    [
      ['quotes', [SubType.Basic]],
      ['quotes and prints', [SubType.Basic, SubType.Ticker]],
    ] as const
  ).map(([what, kinds]) => {
    const opend = startOpend(TICKING.count)
    const client = new CoreClient(opend, TRADING_HOUR_MS)
    const codes = Array.from({ length: TICKING.count }, (_, index) => `S${String(index + 1).padStart(5, '0')}`)
    subscribe(client, codes, kinds, true)
    let nowMs = TRADING_HOUR_MS
    const run = (seconds: number): number => {
      const cpuBefore = process.cpuUsage()
      const endMs = nowMs + seconds * 1000
      for (; nowMs < endMs; nowMs += TICK_MS) client.pass(nowMs)
      const { user, system } = process.cpuUsage(cpuBefore)
      return (user + system) / 1e6 / seconds
    }
    run(2)
    const framesBefore = client.frames
    const share = run(TICKING_SECONDS)
    const pushes = (client.frames - framesBefore) / TICKING_SECONDS
    const label = `${TICKING.count} securities at 10 Hz, ${what}: share of a processor (${pushes.toFixed(0)} pushes/s)`
    return [label, share.toFixed(2), 'under 1']
  })
}

/**
 * The heap day by day over a month in which quotes, prints and bars are pushed and two orders come every minute: one
 * that fills and one that rests until the day is over.
 */
function monthOfMemory(): readonly (readonly string[])[] {
  const opend = startOpend()
  const client = new CoreClient(opend, TRADING_HOUR_MS)
  subscribe(client, ['00700', '00005', '09988', '02800'], [SubType.Basic, SubType.Ticker, SubType.KL_1Min], true)
  const trader = traderOf(opend, client)
  const collect = collector()
  const rows: string[][] = []
  for (let day = 0; day <= DAYS; day++) {
    for (let minute = 0; minute < SESSION_MINUTES; minute++) {
      const nowMs = TRADING_HOUR_MS + day * DAY_MS + minute * MINUTE_MS
      client.pass(nowMs)
      trader(minute, nowMs)
    }
    collect()
    const heap = `${(process.memoryUsage().heapUsed / 1e6).toFixed(1)} MB`
    const [orders, fills] = ['orders', 'fills'].map((name) => String(countIn(opend, name as 'orders' | 'fills')))
    if (day === 1 || day % 10 === 0) rows.push([`after day ${day}`, heap, orders ?? '', fills ?? ''])
  }
  return [['memory over a simulated month', 'heap', 'orders kept', 'fills kept'], ...rows]
}

function countIn(opend: SimulatedOpenD, what: 'orders' | 'fills'): number {
  return opend.world.accounts.state.accounts.reduce((sum, account) => sum + account[what].length, 0)
}

/** Sends the two orders of a minute. On days without a market they are refused, as they should be. */
function traderOf(opend: SimulatedOpenD, client: CoreClient): (minute: number, nowMs: number) => void {
  const profile = opend.world.accounts
    .profiles()
    .find(({ trdEnv, trdMarkets }) => trdEnv === TrdEnv.Real && trdMarkets.includes(HK))
  if (profile === undefined) throw new Error('no real account for Hong Kong')
  opend.world.accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
  const accID = BigInt(profile.accId)
  const subscription = { c2s: { accIDList: [accID] } }
  client.call(SUBSCRIBE_ACCOUNT, 'Trd_SubAccPush.Request', subscription, 'Trd_SubAccPush.Response', TRADING_HOUR_MS)
  let serialNo = 0
  const place = (
    trdSide: number,
    terms: { readonly orderType: number; readonly price?: number },
    nowMs: number,
  ): void => {
    const packetID = { connID: client.connId, serialNo: ++serialNo }
    const header = { trdEnv: TrdEnv.Real, accID, trdMarket: HK }
    const common = { packetID, header, trdSide, code: '00700', qty: 100, secMarket: TrdSecMarket.HK }
    client.send(client.request(PLACE_ORDER, 'Trd_PlaceOrder.Request', { c2s: { ...common, ...terms } }), nowMs)
  }
  return (minute, nowMs) => {
    place(minute % 2 === 0 ? TrdSide.Buy : TrdSide.Sell, { orderType: OrderType.Market }, nowMs)
    place(TrdSide.Buy, { orderType: OrderType.Normal, price: RESTING_PRICE }, nowMs)
  }
}

/** The garbage collector, which Node hands out on request only. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
