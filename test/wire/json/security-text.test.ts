import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enumType } from '../../../src/wire/schema.ts'
import { prefixOfSecMarket, secMarketOfPrefix, SECURITY_PREFIXES } from '../../../src/wire/market-prefix.ts'
import { suggestSecurity } from '../../../src/wire/json/security-hint.ts'
import { parseSecurityText, parseSymbol, securityText } from '../../../src/wire/json/security-text.ts'

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
  ['EC.KXBTC-26', { market: 101, code: 'KXBTC-26' }],
  // As people write and paste them.
  ['HK.700', { market: 1, code: '00700' }],
  ['hk.1', { market: 1, code: '00001' }],
  ['HK.800000', { market: 1, code: '800000' }],
  ['HK.HSImain', { market: 1, code: 'HSImain' }],
  ['HK.HSI Constituent Stocks', { market: 1, code: 'HSI Constituent Stocks' }],
  ['us.aapl', { market: 11, code: 'AAPL' }],
  ['us.brk.b', { market: 11, code: 'BRK.B' }],
  ['us.sofi251121c31000', { market: 11, code: 'SOFI251121C31000' }],
  ['US.CLmain', { market: 11, code: 'CLmain' }],
  ['us.clmain', { market: 11, code: 'CLmain' }],
  ['us.main', { market: 11, code: 'MAIN' }],
  ['US.AAPL ', { market: 11, code: 'AAPL' }],
  ['\t\u00a0US.AAPL\r\n', { market: 11, code: 'AAPL' }],
  ['US.AAPL\u200b', { market: 11, code: 'AAPL' }],
  ['\ufeffHK.\u200e700\u2060', { market: 1, code: '00700' }],
  ['SZ.1', { market: 22, code: '1' }],
  ['US.BRK-B', null],
  ['HK.HK.00700', null],
  ['us.US.AAPL', null],
  ['HK_FUTURE.00700', null],
  // Letters with an ASCII capital that are other letters: the capital of ſ is S, of ı is I.
  ['uſ.AAPL', null],
  ['US.aſı', { market: 11, code: 'Aſı' }],
  ['US.', null],
  ['HK. \u200b', null],
  ['HK.', null],
  ['.00700', null],
  ['00700', null],
  ['00700.HK', null],
  ['XX.00700', null],
  ['1.00700', null],
  ['constructor.1', null],
  ['', null],
] as const) {
  test(`the text ${JSON.stringify(text)} is ${expected === null ? 'no security' : `market ${expected.market}`}`, () => {
    assert.deepEqual(parseSecurityText(text), expected)
    if (expected !== null && parseSymbol(text)?.code === expected.code && text === text.toUpperCase()) {
      assert.equal(securityText(expected), text)
    }
  })
}

test('every prefix leads to a market of its own that the schema has', () => {
  const markets = SECURITY_PREFIXES.map((prefix) => parseSecurityText(`${prefix}.X`)?.market)
  assert.equal(new Set(markets).size, SECURITY_PREFIXES.length)
  const known = new Set(enumType('Qot_Common.QotMarket').values.values())
  for (const market of markets) assert.ok(market !== undefined && known.has(market))
})

test('a symbol of this program is read as it is: a corrected one would name another security', () => {
  assert.deepEqual(parseSymbol('HK.700'), { market: 1, code: '700' })
  assert.deepEqual(parseSymbol('US.aapl'), { market: 11, code: 'aapl' })
  assert.deepEqual(parseSymbol('US.BRK-B'), { market: 11, code: 'BRK-B' })
  assert.equal(parseSymbol('700'), null)
})

for (const [text, meant] of [
  ['00700.HK', 'HK.00700'],
  ['0700.HK', 'HK.00700'],
  ['HK:00700', 'HK.00700'],
  ['HK-700', 'HK.00700'],
  ['hk 700', 'HK.00700'],
  ['HK00700', 'HK.00700'],
  ['HKEX:700', 'HK.00700'],
  ['700', 'HK.00700'],
  ['SH600519', 'SH.600519'],
  ['sz000001', 'SZ.000001'],
  ['600519.SS', 'SH.600519'],
  ['600519', 'SH.600519'],
  ['000001.SZ', 'SZ.000001'],
  ['US.BRK-B', 'US.BRK.B'],
  ['us.brk/b', 'US.BRK.B'],
  ['NYSE:BRK.B', 'US.BRK.B'],
  ['NASDAQ:aapl', 'US.AAPL'],
  ['AAPL.US', 'US.AAPL'],
  ['AAPL', 'US.AAPL'],
  [' 00700.HK\u200b', 'HK.00700'],
  ['7203.T', 'JP.7203'],
  ['HK.HK.00700', 'HK.00700'],
  ['us.US.AAPL', 'US.AAPL'],
  ['HK_FUTURE.00700', 'HK.00700'],
  ['', null],
  ['.', null],
  ['HK.', null],
  ['no such security', null],
  ['constructor.1', null],
  ['9'.repeat(200_000), null],
] as const) {
  test(`the text ${JSON.stringify(text.slice(0, 20))} most likely means ${meant}`, () => {
    assert.equal(suggestSecurity(text), meant)
    if (meant !== null) assert.notEqual(parseSecurityText(meant), null)
  })
}
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
