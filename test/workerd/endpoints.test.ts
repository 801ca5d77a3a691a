import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { type Listener, startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { RESEARCH_CALLS } from '../../src/calls/research-calls.ts'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { sampleBody } from '../http/sample-message.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'

/**
 * Every endpoint of the product's own bundle, over real TCP, against the simulated OpenD on a trading day: each answers
 * with something of its own, and what it says agrees with the others.
 */

type Json = Readonly<Record<string, unknown>>

/** Friday 2026-11-20, 10:30 in Hong Kong. */
const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2, 30)

let opend: OpendDriver
let listener: Listener
let worker: TestWorker

before(async () => {
  const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
  // Without rate limits: OpenD wants 40 ms between two changes, which a test is too fast for.
  opend = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, clock, limitsRates: false }), timeOfDay)
  listener = await startTcpServer(opend, { port: 0 })
  worker = await startWorker({ opendPort: listener.port })
})

after(async () => {
  await worker.close()
  opend.stop()
  await listener.close()
})

async function ask(path: string, body?: unknown): Promise<Json> {
  const { status, body: answer } = await worker.api(path, body)
  assert.equal(status, 200, `${path}: ${JSON.stringify(answer)}`)
  return record(answer as Json, 's2c')
}

/** The object in a field. */
function record(json: Json | undefined, name: string): Json {
  const value = json?.[name]
  assert.ok(typeof value === 'object' && value !== null, `${name}: ${JSON.stringify(value)}`)
  return value as Json
}

/** The list of objects in a field. */
function list(json: Json | undefined, name: string): readonly Json[] {
  const value = json?.[name]
  assert.ok(Array.isArray(value), `${name}: ${JSON.stringify(value)}`)
  return value as readonly Json[]
}

const HK = 1
const CANCELLED_ALL = 15
const TENCENT = { market: 1, code: '00700' }
const KINDS = ['Basic', 'OrderBook', 'Ticker', 'RT', 'KL_Day', 'Broker']
const DAYS = { begin_time: '2026-11-20', end_time: '2026-12-15' }

/** A body for each endpoint that takes one, and the field of the answer that must say something. */
const CALLS: Readonly<Record<string, { readonly body?: unknown; readonly says?: string }>> = {
  '/api/global-state': { says: 'server_ver' },
  '/api/user-info': { says: 'nick_name' },
  '/api/delay-statistics': {},
  '/api/subscribe': {
    body: { security_list: ['HK.00700'], sub_type_list: KINDS, is_sub_or_un_sub: true },
  },
  '/api/sub-info': { says: 'conn_sub_info_list' },
  '/api/query-subscription': { body: { is_req_all_conn: true }, says: 'conn_sub_info_list' },
  '/api/used-quota': { body: {}, says: 'used_sub_quota' },
  '/api/quote': { body: { security_list: [TENCENT] }, says: 'basic_qot_list' },
  '/api/kline': { body: { rehab_type: 1, kl_type: 'Day', security: TENCENT, req_num: 20 }, says: 'kl_list' },
  '/api/orderbook': { body: { security: TENCENT, num: 10 }, says: 'order_book_ask_list' },
  '/api/broker': { body: { security: TENCENT }, says: 'broker_ask_list' },
  '/api/ticker': { body: { security: TENCENT, max_ret_num: 10 }, says: 'ticker_list' },
  '/api/rt': { body: { security: TENCENT }, says: 'rt_list' },
  '/api/snapshot': { body: { symbols: ['HK.00700', 'US.AAPL'] }, says: 'snapshot_list' },
  '/api/static-info': { body: { security_list: [TENCENT] }, says: 'static_info_list' },
  '/api/plate-set': { body: { market: 1, plate_set_type: 1 }, says: 'plate_info_list' },
  '/api/owner-plate': { body: { security_list: [TENCENT] }, says: 'owner_plate_list' },
  '/api/reference': { body: { security: TENCENT, reference_type: 'Warrant' }, says: 'static_info_list' },
  '/api/option-chain': { body: { owner: TENCENT, ...DAYS }, says: 'option_chain' },
  '/api/warrant': { body: { begin: 0, num: 5, sort_field: 'Code', ascend: true }, says: 'warrant_data_list' },
  '/api/capital-flow': { body: { security: TENCENT }, says: 'flow_item_list' },
  '/api/capital-distribution': { body: { security: TENCENT }, says: 'update_time' },
  '/api/user-security': { body: { group_name: '全部' }, says: 'static_info_list' },
  '/api/stock-filter': { body: { begin: 0, num: 5, market: 1 }, says: 'data_list' },
  '/api/ipo-list': { body: { market: 1 }, says: 'ipo_list' },
  '/api/future-info': { body: { symbols: ['HK.HSImain'] }, says: 'future_info_list' },
  '/api/market-state': { body: { symbols: ['HK.00700'] }, says: 'market_info_list' },
  '/api/history-kline': {
    body: { rehab_type: 1, kl_type: 'Day', security: TENCENT, begin_time: '2026-10-01', end_time: '2026-11-20' },
    says: 'kl_list',
  },
  '/api/trading-days': { body: { market: 'HK', ...DAYS }, says: 'trade_date_list' },
  '/api/suspend': { body: { security_list: [TENCENT], begin_time: '2020-01-01', end_time: '2026-11-20' } },
  '/api/rehab': { body: { security: TENCENT }, says: 'rehab_list' },
  '/api/code-change': { body: {} },
  '/api/holding-change': { body: { security: TENCENT, holder_category: 1 } },
  '/api/history-kl-quota': { body: {}, says: 'used_quota' },
  '/api/option-expiration-date': { body: { owner: TENCENT }, says: 'date_list' },
  '/api/list-plates': { body: { market: 1, plate_set_type: 1 }, says: 'plate_info_list' },
  '/api/get-reference': { body: { security: TENCENT, reference_type: 'Warrant' }, says: 'static_info_list' },
  '/api/user-security-group': { body: { group_type: 'ALL' }, says: 'group_list' },
  '/api/modify-user-security': { body: { group_name: '特别关注', op: 'Add', security_list: ['HK.00005'] } },
  '/api/set-price-reminder': {
    body: { security: TENCENT, op: 'Add', type: 'PriceUp', freq: 'Always', value: 999 },
    says: 'key',
  },
  '/api/price-reminder': { body: { security: TENCENT }, says: 'price_reminder_list' },
  '/api/set-option-event-alert': { body: { oper_type: 'Add', alert_list: [] } },
  '/api/option-event-alert': { body: {} },
  '/api/accounts': { says: 'acc_list' },
  '/api/list-accounts': { says: 'acc_list' },
}

/** Reads of the newer API, which the simulated OpenD answers with data made up from the request. */
const RESEARCH = API_ENDPOINTS.filter(({ protocol }) => protocol in RESEARCH_CALLS)

/** Endpoints that need an account, a plate or an order; they have tests of their own below. */
const ELSEWHERE = new Set([
  '/api/unsubscribe',
  '/api/flow-summary',
  '/api/acc-cash-flow',
  '/api/combo-max-trd-qtys',
  '/api/plate-security',
  '/api/sub-acc-push',
  '/api/funds',
  '/api/positions',
  '/api/orders',
  '/api/order-fills',
  '/api/max-trd-qtys',
  '/api/history-orders',
  '/api/history-order-fills',
  '/api/margin-ratio',
  '/api/order-fee',
  '/api/unlock-trade',
  '/api/order',
  '/api/modify-order',
  '/api/cancel-order',
  '/api/cancel-all-order',
])

test('every endpoint of the table is called here', () => {
  const called = new Set([...Object.keys(CALLS), ...RESEARCH.map(({ path }) => path), ...ELSEWHERE])
  assert.deepEqual(
    [...new Set(API_ENDPOINTS.map(({ path }) => path as string))].filter((path) => !called.has(path)),
    [],
  )
})

for (const [path, { body, says }] of Object.entries(CALLS)) {
  test(`${path} answers`, async () => {
    const s2c = await ask(path, body)
    if (says === undefined) return
    const said = s2c[says]
    assert.ok(said !== undefined && (!Array.isArray(said) || said.length > 0), `${says}: ${JSON.stringify(said)}`)
  })
}

for (const endpoint of RESEARCH) {
  test(`${endpoint.path} answers`, async () => {
    const s2c = await ask(endpoint.path, aboutTencent(sampleBody(endpoint)))
    assert.ok(Object.keys(s2c).length > 0, JSON.stringify(s2c))
  })
}

/** A sample body with a security that exists. */
function aboutTencent(body: Json): Json {
  return JSON.parse(JSON.stringify(body), (_name, value: unknown) => {
    const isSecurity = typeof value === 'object' && value !== null && 'market' in value && 'code' in value
    return isSecurity ? TENCENT : value
  }) as Json
}

test('what is unsubscribed is not in the subscriptions any more', async () => {
  const kinds = { security_list: ['HK.00005'], sub_type_list: ['Basic'] }
  await ask('/api/subscribe', { ...kinds, is_sub_or_un_sub: true })
  const { status, body } = await worker.api('/api/unsubscribe', kinds)
  // OpenD keeps a subscription for a minute, and says so.
  assert.equal(status, 200, JSON.stringify(body))
})

test('the cash flow of a day, and the largest quantity of a combo', async () => {
  const header = { trd_env: 'real', acc_id: await accountOf(1), trd_market: 'HK' }
  await ask('/api/flow-summary', { header, clearing_date: '2026-11-20' })
  await ask('/api/acc-cash-flow', { header, clearing_date: '2026-11-20' })
  const [expiry] = list(await ask('/api/option-chain', { owner: TENCENT, ...DAYS }), 'option_chain')
  const calls = list(expiry, 'option').map((strike) => record(record(record(strike, 'call'), 'basic'), 'security'))
  const combo_legs = calls.slice(0, 2).map((security, at) => ({ security, side: at + 1, qty_ratio: 1 }))
  const quantities = await ask('/api/combo-max-trd-qtys', {
    header,
    combo_legs,
    qty: 1,
    order_type: 'NORMAL',
    price: 3,
  })
  record(quantities, 'max_trd_qtys')
})

test('a plate of a security lists that security', async () => {
  const owner = await ask('/api/owner-plate', { security_list: [TENCENT] })
  const [info] = list(list(owner, 'owner_plate_list')[0], 'plate_info_list')
  const members = list(await ask('/api/plate-security', { plate: info?.['plate'] }), 'static_info_list')
  assert.ok(members.some((member) => record(record(member, 'basic'), 'security')['code'] === '00700'))
})

test('quote, order book and K-line tell of one market', async () => {
  const [quote] = list(await ask('/api/quote', { security_list: [TENCENT] }), 'basic_qot_list')
  const book = await ask('/api/orderbook', { security: TENCENT, num: 1 })
  const bars = await ask('/api/kline', { rehab_type: 0, kl_type: 'Day', security: TENCENT, req_num: 1 })
  const bestBid = Number(list(book, 'order_book_bid_list')[0]?.['price'])
  const bestAsk = Number(list(book, 'order_book_ask_list')[0]?.['price'])
  assert.ok(bestBid < bestAsk)
  const today = list(bars, 'kl_list').at(-1)
  assert.equal(today?.['open_price'], quote?.['open_price'])
  assert.ok(Number(today?.['low_price']) <= Number(quote?.['cur_price']))
  assert.ok(Number(quote?.['cur_price']) <= Number(today?.['high_price']))
})

/** An account that trades in Hong Kong. */
async function accountOf(env: number): Promise<string> {
  const accounts = list(await ask('/api/accounts'), 'acc_list')
  const account = accounts.find(
    (one) => one['trd_env'] === env && (one['trd_market_auth_list'] as number[]).includes(HK),
  )
  return String(account?.['acc_id'])
}

async function orderOf(header: unknown, orderId: unknown): Promise<Json | undefined> {
  return list(await ask('/api/orders', { header }), 'order_list').find((one) => one['order_id'] === orderId)
}

test('an order of a simulated account shows up in orders, positions and funds', async () => {
  const header = { trd_env: 'simulate', acc_id: await accountOf(0), trd_market: 'HK' }
  const cashBefore = Number(record(await ask('/api/funds', { header }), 'funds')['cash'])
  const body = { header, trd_side: 'BUY', order_type: 'MARKET', code: '00700', qty: 100, sec_market: 'HK' }
  const placed = await ask('/api/order', body)
  const order = await orderOf(header, placed['order_id'])
  assert.equal(order?.['fill_qty'], 100)
  const positions = list(await ask('/api/positions', { header }), 'position_list')
  assert.equal(positions.find((one) => one['code'] === '00700')?.['qty'], 100)
  const cash = Number(record(await ask('/api/funds', { header }), 'funds')['cash'])
  assert.ok(cash < cashBefore - 99 * Number(order['fill_avg_price']))
  await ask('/api/max-trd-qtys', { header, order_type: 'NORMAL', code: '00700', price: 300, sec_market: 'HK' })
  await ask('/api/margin-ratio', { header, security_list: ['HK.00700'] })
})

test('a resting order can be changed and cancelled', async () => {
  const header = { trd_env: 0, acc_id: await accountOf(0), trd_market: 1 }
  const low = { header, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 200, sec_market: 1 }
  const { order_id } = await ask('/api/order', low)
  await ask('/api/modify-order', { header, order_id, modify_order_op: 'Normal', qty: 200, price: 210 })
  await ask('/api/cancel-order', { header, order_id })
  const order = await orderOf(header, order_id)
  assert.deepEqual([order?.['qty'], order?.['price'], order?.['order_status']], [200, 210, CANCELLED_ALL])
})

test('real money: locked until unlocked, then fills, fees and history agree', async () => {
  const header = { trd_env: 'real', acc_id: await accountOf(1), trd_market: 'HK' }
  const order = { header, trd_side: 'BUY', order_type: 'MARKET', code: '00700', qty: 100, sec_market: 'HK' }
  assert.equal((await worker.api('/api/order', order)).status, 400)
  await ask('/api/unlock-trade', { unlock: true, pwd_md5: 'e10adc3949ba59abbe56e057f20f883e', security_firm: 1 })
  await ask('/api/sub-acc-push', { acc_id_list: [header.acc_id] })
  const { order_id_ex } = await ask('/api/order', order)
  const fills = list(await ask('/api/order-fills', { header }), 'order_fill_list')
  const quantities = fills.filter((fill) => fill['order_id_ex'] === order_id_ex).map((fill) => Number(fill['qty']))
  assert.equal(
    quantities.reduce((sum, qty) => sum + qty, 0),
    100,
  )
  const [fee] = list(await ask('/api/order-fee', { header, order_id_ex_list: [order_id_ex] }), 'order_fee_list')
  assert.ok(Number(fee?.['fee_amount']) > 0)
  await ask('/api/cancel-all-order', { header })
  const filter_conditions = { begin_time: '2026-11-01 00:00:00', end_time: '2026-11-30 00:00:00' }
  await ask('/api/history-orders', { header, filter_conditions })
  await ask('/api/history-order-fills', { header, filter_conditions })
})

test('the word Bearer takes any case', async () => {
  const response = await worker.fetch('/api/global-state', { headers: { Authorization: `bearer ${TEST_KEY}` } })
  assert.equal(response.status, 200)
})

test('every metric says what it is', async () => {
  const lines = (await (await worker.fetch('/metrics')).text()).split('\n')
  const names = lines.flatMap((line) => (line.startsWith('# TYPE ') ? [line.split(' ')[2] ?? ''] : []))
  assert.ok(names.length > 20, names.join())
  assert.deepEqual(
    names.filter((name) => !lines.some((line) => line.startsWith(`# HELP ${name} `))),
    [],
  )
})
