import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { limitFactsOf, readOrderCall, writeOrderCall } from '../../src/orders/order-call.ts'
import { keyRig, readError } from './rig.ts'

const { gateway, send } = keyRig(SCOPES)

const HK = { trd_env: 0, acc_id: 5, trd_market: 'HK' }
const US = { trd_env: 0, acc_id: 5, trd_market: 'US' }
const TERMS = { trd_side: 'BUY', order_type: 'NORMAL', qty: 100, price: 300 }

/** The order that was handed over last, as it goes upstream, and the symbol that the limits look at. */
async function placed(body: object): Promise<object> {
  const response = await send('POST /api/order', { body: { ...TERMS, ...body } })
  assert.equal(response.status, 200, await response.text())
  const call = readOrderCall(2202, gateway.orders.at(-1)?.body ?? new Uint8Array())
  const upstream = readOrderCall(2202, writeOrderCall(call, null))
  assert.ok(upstream.protoId === 2202)
  return {
    code: upstream.c2s.code,
    secMarket: upstream.c2s.secMarket,
    limited: limitFactsOf(call, null).symbol,
    markets: limitFactsOf(upstream, null).markets.join(),
  }
}

async function refusalOf(route: string, body: object): Promise<string> {
  const error = await readError(await send(route, { body }), 400)
  return `${error.code} ${error.error}`
}

for (const [body, code, secMarket, limited] of [
  [{ ...HK, symbol: 'HK.700' }, '00700', 1, 'HK.00700'],
  [{ ...HK, symbol: { market: 'HK', code: '700' } }, '700', 1, 'HK.700'],
  [{ ...HK, symbol: 'HK.00700', sec_market: 1 }, '00700', 1, 'HK.00700'],
  [{ ...HK, symbol: 'HK.00700', sec_market: 0 }, '00700', 1, 'HK.00700'],
  [{ ...HK, code: 'HK.00700' }, '00700', 1, 'HK.00700'],
  [{ ...HK, code: 'hk.700\u200b', sec_market: 'HK' }, '00700', 1, 'HK.00700'],
  [{ ...US, code: 'US.SOFI271119C31000' }, 'SOFI271119C31000', 2, 'US.SOFI271119C31000'],
  [{ ...US, symbol: 'us.brk.b' }, 'BRK.B', 2, 'US.BRK.B'],
  // A code without a prefix is the caller's own word, dots and all.
  [{ ...US, code: 'BRK.B' }, 'BRK.B', undefined, 'US.BRK.B'],
  [{ ...HK, code: '700', sec_market: 1 }, '700', 1, 'HK.700'],
  [{ ...HK, trd_market: 'HKCC', symbol: 'SH.600519' }, '600519', 31, 'SH.600519'],
  [{ ...HK, trd_market: 'FUTURES', symbol: 'HK_FUTURE.HSI2612' }, 'HSI2612', 1, 'HK.HSI2612'],
] as const) {
  test(`an order with ${JSON.stringify(body)} is of ${limited} for OpenD and for the limits alike`, async () => {
    const sent = await placed(body)
    const markets = body.trd_market
    assert.deepEqual(sent, { code, secMarket, limited, markets })
  })
}

for (const [body, expected] of [
  [{ ...HK, symbol: 'HK.00700', code: '00700' }, /^request\.invalid_value symbol: expected symbol or code, not both$/],
  [
    { ...HK, symbol: 'HK.00700', sec_market: 'US' },
    /^request\.invalid_value sec_market: expected 1, the market of symbol/,
  ],
  [{ ...HK, code: 'HK.00700', sec_market: 2 }, /^request\.invalid_value sec_market: expected 1, the market of code/],
  [
    { ...HK, symbol: 'US.AAPL' },
    /^request\.invalid_value symbol: expected a security of HK: trd_market HK does not trade others$/,
  ],
  [
    { ...US, code: 'HK.00700' },
    /^request\.invalid_value code: expected a security of US: trd_market US does not trade others$/,
  ],
  [{ ...HK, symbol: '00700.HK' }, /^request\.invalid_value symbol: .*did you mean HK\.00700\?$/],
  [{ ...US, code: 'US.BRK-B' }, /^request\.invalid_value code: .*did you mean US\.BRK\.B\?$/],
  [{ ...HK }, /^request\.missing_field code: .*or symbol/],
  [{ ...HK, symbol: null }, /^request\.missing_field code: /],
] as const) {
  test(`an order with ${JSON.stringify(body)} is refused before it is sent`, async () => {
    const before = gateway.touched
    assert.match(await refusalOf('POST /api/order', { ...TERMS, ...body }), expected)
    assert.equal(gateway.touched, before)
  })
}

test('largest quantities and option chains take a symbol too', async () => {
  const quantities = { ...US, symbol: 'us.aapl', order_type: 'NORMAL', price: 300 }
  assert.equal((await send('POST /api/max-trd-qtys', { body: quantities })).status, 200)
  assert.partialDeepStrictEqual(gateway.calls.at(-1)?.c2s, { code: 'AAPL', secMarket: 2 })
  const chain = { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2026-12-20' }
  assert.equal((await send('POST /api/option-chain', { body: chain })).status, 200)
  assert.partialDeepStrictEqual(gateway.calls.at(-1)?.c2s, { owner: { market: 11, code: 'AAPL' } })
})

test('codes of a filter may carry the prefix of a market that the call is about', async () => {
  const filter = { filter_conditions: { code_list: ['HK.700', '00005'] } }
  assert.equal((await send('POST /api/orders', { body: { ...HK, ...filter } })).status, 200)
  assert.partialDeepStrictEqual(gateway.calls.at(-1)?.c2s, { filterConditions: { codeList: ['00700', '00005'] } })
  assert.match(
    await refusalOf('POST /api/orders', { ...US, ...filter }),
    /^request\.invalid_value filter_conditions\.code_list\[0\]: expected a security of US/,
  )
})
