import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  OptionType,
  OrderStatus,
  OrderType,
  SubType,
  TrdEnv,
  TrdMarket,
  TrdSecMarket,
  TrdSide,
} from '../../proto/enums.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../src/simulator/trading/unlock.ts'
import { serve, Trader } from './program-rig.ts'

/** Programs that trade options and futures, on a server with its limits and latency. See also `programs-stocks`. */

const [HK, US] = [1, 11]
const REAL_US = { trdEnv: TrdEnv.Real, accID: 283445328110215941n, trdMarket: TrdMarket.US }
const PAPER_FUTURES = {
  trdEnv: TrdEnv.Simulate,
  accID: 281756482566240858n,
  trdMarket: TrdMarket.Futures_Simulate_HK,
}

test('an option seller walks the chain, writes the put of the wanted delta, and buys it back', async () => {
  // Half past ten in New York.
  const server = await serve('2026-11-20T15:30:00Z', 60)
  const trader = await Trader.login(server, REAL_US)
  const { client } = trader
  await client.call('Trd_UnlockTrade', { unlock: true, pwdMD5: DEFAULT_PASSWORD_MD5 })
  const owner = { market: US, code: 'AAPL' }
  const { dateList = [] } = await client.call('Qot_GetOptionExpirationDate', { owner })
  const puts: string[] = []
  for (const { strikeTime: day = '' } of dateList.slice(0, 3)) {
    const span = { owner, type: OptionType.Put, beginTime: day, endTime: day }
    const { optionChain = [] } = await client.call('Qot_GetOptionChain', span)
    for (const { option = [] } of optionChain) {
      for (const { put } of option) if (put !== undefined) puts.push(put.basic.security.code)
    }
  }
  assert.ok(puts.length > 30, `${puts.length} puts`)
  let best: { readonly code: string; readonly away: number } | null = null
  for (let first = 0; first < puts.length; first += 200) {
    const securityList = puts.slice(first, first + 200).map((code) => ({ market: US, code }))
    const { snapshotList = [] } = await client.call('Qot_GetSecuritySnapshot', { securityList })
    for (const { basic, optionExData } of snapshotList) {
      const away = Math.abs((optionExData?.delta ?? 0) + 0.3)
      if ((basic.bidPrice ?? 0) > 0.5 && (best === null || away < best.away)) best = { code: basic.security.code, away }
    }
  }
  assert.ok(best !== null && best.away < 0.1, `no put with a delta near -0.3: ${JSON.stringify(best)}`)
  const { code } = best
  await trader.subscribe(US, [code], SubType.OrderBook)
  const order = { orderType: OrderType.Normal, secMarket: TrdSecMarket.US, code, qty: 1 }
  const { bid } = await trader.book(US, code)
  const written = await trader.place({ ...order, trdSide: TrdSide.Sell, price: bid })
  const filled = await trader.until(written, OrderStatus.Filled_All)
  assert.equal(filled.trdSide, TrdSide.SellShort)
  assert.deepEqual(await trader.positions(), { [code]: -1 })
  const { ask } = await trader.book(US, code)
  const cover = await trader.place({ ...order, trdSide: TrdSide.Buy, price: Math.round(ask * 110) / 100 })
  await trader.until(cover, OrderStatus.Filled_All)
  assert.deepEqual(await trader.positions(), {})
})

test('a futures roller leaves the front month for the next one, order by order', async () => {
  // The week in which the November contract ends, ten o'clock in Hong Kong.
  const server = await serve('2026-11-25T02:00:00Z', 60)
  const trader = await Trader.login(server, PAPER_FUTURES)
  const { client } = trader
  const main = { market: HK, code: 'MHImain' }
  const { futureInfoList = [] } = await client.call('Qot_GetFutureInfo', { securityList: [main] })
  const front = futureInfoList[0]?.origin?.code ?? ''
  const { staticInfoList = [] } = await client.call('Qot_GetReference', { security: main, referenceType: 2 })
  const months = staticInfoList.map(({ basic }) => basic.security.code).filter((code) => code !== main.code)
  const next = months.toSorted()[months.toSorted().indexOf(front) + 1]
  assert.ok(front !== '' && next !== undefined, `${front} of ${months.join(', ')}`)
  await trader.subscribe(HK, [front, next], SubType.OrderBook)
  const trade = async (code: string, trdSide: number): Promise<void> => {
    const { bid, ask } = await trader.book(HK, code)
    // Ten points beyond the best price fill at once, as programs that roll by limit orders do.
    const price = trdSide === TrdSide.Buy ? ask + 10 : bid - 10
    const terms = { trdSide, orderType: OrderType.Normal, secMarket: TrdSecMarket.HK, code, qty: 1, price }
    await trader.until(await trader.place(terms), OrderStatus.Filled_All)
  }
  for (let held = 0; held < 3; held++) await trade(front, TrdSide.Buy)
  assert.deepEqual(await trader.positions(), { [front]: 3 })
  for (let rolled = 0; rolled < 3; rolled++) {
    await trade(front, TrdSide.Sell)
    await trade(next, TrdSide.Buy)
  }
  assert.deepEqual(await trader.positions(), { [next]: 3 })
})
