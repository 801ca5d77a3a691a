import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { keyRig, readError } from './rig.ts'

const { gateway, send, clock } = keyRig(SCOPES)

const ACCOUNT = { trd_env: 0, acc_id: 5 }

/** The message that went upstream last. */
async function sent(route: string, body: object): Promise<unknown> {
  const response = await send(route, { body })
  assert.equal(response.status, 200, await response.text())
  return gateway.calls.at(-1)?.c2s
}

async function refusalOf(route: string, body: object): Promise<string> {
  return (await readError(await send(route, { body }), 400)).error
}

for (const [market, given, onItsClock] of [
  // New York: summer until 1 November 2026, 06:00 UTC.
  ['US', '2026-11-01T05:59:59Z', '2026-11-01 01:59:59'],
  ['US', '2026-11-01T06:00:00Z', '2026-11-01 01:00:00'],
  ['US', '2026-07-01T09:30:00-04:00', '2026-07-01 09:30:00'],
  ['US', '2026-07-01T09:30:00Z', '2026-07-01 05:30:00'],
  ['HK', '2026-07-01T00:00:00.900Z', '2026-07-01 08:00:00'],
  ['HKCC', '2026-07-01T00:00:00Z', '2026-07-01 08:00:00'],
  ['JP', '2026-07-01T20:00:00Z', '2026-07-02 05:00:00'],
  ['FUTURES_SIMULATE_US', '2026-12-01T00:00:00Z', '2026-11-30 19:00:00'],
  // Without a zone it is on that clock already.
  ['US', '2026-11-01 09:30:00', '2026-11-01 09:30:00'],
  ['US', '2026-11-01', '2026-11-01'],
  ['FUTURES', '2026-11-01', '2026-11-01'],
] as const) {
  test(`the time ${given} in a filter of ${market} is ${onItsClock} for OpenD`, async () => {
    const body = { ...ACCOUNT, trd_market: market, filter_conditions: { begin_time: given } }
    assert.partialDeepStrictEqual(await sent('POST /api/orders', body), { filterConditions: { beginTime: onItsClock } })
  })
}

test('a K-line request takes times to the second, and calls that take days get the day of the market', async () => {
  const span = { begin_time: '2026-07-01T03:00:00Z', end_time: '2026-07-02T03:00:00Z' }
  const kLines = { symbol: 'US.AAPL', rehab_type: 'None', kl_type: 'K_1M', ...span }
  assert.partialDeepStrictEqual(await sent('POST /api/history-kline', kLines), {
    beginTime: '2026-06-30 23:00:00',
    endTime: '2026-07-01 23:00:00',
  })
  assert.partialDeepStrictEqual(await sent('POST /api/capital-flow', { symbol: 'US.AAPL', ...span }), {
    beginTime: '2026-06-30',
    endTime: '2026-07-01',
  })
  assert.partialDeepStrictEqual(await sent('POST /api/option-chain', { symbol: 'HK.00700', ...span }), {
    beginTime: '2026-07-01',
    endTime: '2026-07-02',
  })
})

test('an order that ends on a day ends on the day of its market', async () => {
  const terms = { trd_side: 1, order_type: 1, qty: 1, price: 1, time_in_force: 'GTD', symbol: 'US.AAPL' }
  const body = { ...ACCOUNT, trd_market: 'US', ...terms, expire_time: '2026-12-01T03:00:00Z' }
  assert.partialDeepStrictEqual(await sent('POST /api/order', body), { expireTime: '2026-11-30' })
})

test('a time with a zone is refused where the call is about no market that has one clock', async () => {
  const before = gateway.touched
  const filter = { filter_conditions: { end_time: '2026-07-01T00:00:00Z' } }
  assert.match(
    await refusalOf('POST /api/orders', { ...ACCOUNT, trd_market: 'FUTURES', ...filter }),
    /^filter_conditions\.end_time: expected a time without a zone/,
  )
  const kLines = { symbol: 'CC.BTCUSD', rehab_type: 0, kl_type: 2, begin_time: '2026-07-01T00:00:00Z', end_time: '' }
  assert.match(await refusalOf('POST /api/history-kline', kLines), /^begin_time: expected a time without a zone/)
  assert.equal(gateway.touched, before)
})

test('past orders and fills without a filter are those of 90 days, on the clock of the market', async () => {
  // 21:30 on the 22nd in New York, 10:30 on the 23rd in Hong Kong.
  clock.nowMs = Date.UTC(2026, 10, 23, 2, 30)
  const span = (begin: string, end: string) => ({ beginTime: `${begin} 00:00:00`, endTime: `${end} 23:59:59` })
  for (const route of ['POST /api/history-orders', 'POST /api/history-order-fills']) {
    for (const [market, times] of [
      ['US', span('2026-08-24', '2026-11-22')],
      ['HK', span('2026-08-25', '2026-11-23')],
      ['FUTURES', span('2026-08-24', '2026-11-23')],
    ] as const) {
      const body = { ...ACCOUNT, trd_market: market }
      assert.partialDeepStrictEqual(await sent(route, body), { filterConditions: times })
      const wrapped = { c2s: { ...body, filter_conditions: { code_list: [], begin_time: '' } } }
      assert.partialDeepStrictEqual(await sent(route, wrapped), { filterConditions: times })
    }
  }
})

test('one time of a filter makes the other one: 90 days on, or back', async () => {
  for (const [conditions, begin, end] of [
    [{ begin_time: '2026-01-01' }, '2026-01-01', '2026-04-01 23:59:59'],
    [{ end_time: '2026-04-01 12:00:00' }, '2026-01-01 00:00:00', '2026-04-01 12:00:00'],
    [{ begin_time: '2026-01-01', end_time: '2026-09-01' }, '2026-01-01', '2026-09-01'],
  ] as const) {
    const body = { ...ACCOUNT, trd_market: 'HK', filter_conditions: { ...conditions, code_list: ['00700'] } }
    assert.partialDeepStrictEqual(await sent('POST /api/history-orders', body), {
      filterConditions: { codeList: ['00700'], beginTime: begin, endTime: end },
    })
  }
})
