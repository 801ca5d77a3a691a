import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enumType } from '../../src/wire/schema.ts'
import { prefixOfSecMarket, secMarketOfPrefix, SECURITY_PREFIXES } from '../../src/wire/market-prefix.ts'
import { parseSecurityText, securityText } from '../../src/wire/security-text.ts'

for (const [text, expected] of [
  ['HK.00700', { market: 1, code: '00700' }],
  ['hk.00700', { market: 1, code: '00700' }],
  ['HK_FUTURE.HSImain', { market: 2, code: 'HSImain' }],
  ['US.AAPL', { market: 11, code: 'AAPL' }],
  ['US.BRK.B', { market: 11, code: 'BRK.B' }],
  ['US..DJI', { market: 11, code: '.DJI' }],
  ['SH.600519', { market: 21, code: '600519' }],
  ['SZ.000001', { market: 22, code: '000001' }],
  ['SG.CNmain', { market: 31, code: 'CNmain' }],
  ['JP.7203', { market: 41, code: '7203' }],
  ['AU.BHP', { market: 51, code: 'BHP' }],
  ['MY.1155', { market: 61, code: '1155' }],
  ['CA.SHOP', { market: 71, code: 'SHOP' }],
  ['FX.USDHKD', { market: 81, code: 'USDHKD' }],
  ['CC.BTC', { market: 91, code: 'BTC' }],
  ['EC.X', { market: 101, code: 'X' }],
  ['HK.', null],
  ['.00700', null],
  ['00700', null],
  ['00700.HK', null],
  ['XX.00700', null],
  ['1.00700', null],
  ['constructor.1', null],
  ['', null],
] as const) {
  test(`the text "${text}" is ${expected === null ? 'no security' : `market ${expected.market}`}`, () => {
    assert.deepEqual(parseSecurityText(text), expected)
    if (expected !== null && text === text.toUpperCase()) assert.equal(securityText(expected), text)
  })
}

test('every prefix leads to a market of its own that the schema has', () => {
  const markets = SECURITY_PREFIXES.map((prefix) => parseSecurityText(`${prefix}.X`)?.market)
  assert.equal(new Set(markets).size, SECURITY_PREFIXES.length)
  const known = new Set(enumType('Qot_Common.QotMarket').values.values())
  for (const market of markets) assert.ok(market !== undefined && known.has(market))
})

test('every market that orders can name has one prefix, and futures of Hong Kong have that of its stocks', () => {
  for (const market of enumType('Trd_Common.TrdSecMarket').values.values()) {
    const prefix = prefixOfSecMarket(market)
    if (market === 0) assert.equal(prefix, null)
    else assert.equal(prefix === null ? null : secMarketOfPrefix(prefix), market)
  }
  assert.equal(secMarketOfPrefix('HK_FUTURE'), 1)
  assert.equal(prefixOfSecMarket(1), 'HK')
  assert.equal(secMarketOfPrefix('constructor'), null)
})
