import assert from 'node:assert/strict'
import { test } from 'node:test'
import { securityOfTicker } from '../../src/hooks/ticker.ts'

const NO_TABLE = new Map<string, string>()

function symbolOf(ticker: string, exchange: string | null = null, table = NO_TABLE): string | null {
  const read = securityOfTicker(ticker, exchange, table)
  return read.ok ? read.value.symbol : null
}

test('tickers of TradingView become securities of OpenD', () => {
  for (const [ticker, exchange, symbol] of [
    ['700', 'HKEX', 'HK.00700'],
    ['HKEX:700', null, 'HK.00700'],
    ['HKEX:9988', null, 'HK.09988'],
    ['AAPL', 'NASDAQ', 'US.AAPL'],
    ['nasdaq:aapl', null, 'US.AAPL'],
    ['NYSE:BRK.B', null, 'US.BRK.B'],
    ['NYSE:BRK/B', null, 'US.BRK.B'],
    ['AMEX:SPY', null, 'US.SPY'],
    ['SSE:600519', null, 'SH.600519'],
    ['SZSE:000001', null, 'SZ.000001'],
    ['SGX:D05', null, 'SG.D05'],
    ['HKEX:HSI1!', null, 'HK.HSImain'],
    ['HKEX:HSIZ2026', null, 'HK.HSI2612'],
    ['COMEX:GC1!', null, 'US.GCmain'],
    ['CME_MINI:ESH2027', null, 'US.ES2703'],
    ['HK.00700', null, 'HK.00700'],
    ['us.aapl', null, 'US.AAPL'],
    ['US.CLmain', null, 'US.CLmain'],
    [' HKEX:700\u200b', null, 'HK.00700'],
  ] as const) {
    assert.equal(symbolOf(ticker, exchange), symbol, ticker)
  }
})

test('a ticker that could be more than one security, or none that OpenD trades, is refused with what to do', () => {
  for (const [ticker, expected] of [
    ['700', /with its exchange/],
    ['AAPL', /with its exchange/],
    ['BINANCE:BTCUSDT', /an exchange that OpenD trades/],
    ['HKEX:HSI2!', /ticker table/],
    ['HKEX:', /a ticker such as/],
    ['', /a ticker|with its exchange/],
    ['NASDAQ:AAPL:X', /ticker table/],
    [`HKEX:${'7'.repeat(100)}`, /a ticker such as/],
  ] as const) {
    const read = securityOfTicker(ticker, null, NO_TABLE)
    assert.ok(!read.ok && read.failure.code === 'request.invalid_value' && read.failure.path === 'ticker', ticker)
    assert.match(read.failure.expected, expected)
  }
})

test('the table of a hook decides before the rules, by ticker with or without its exchange', () => {
  const table = new Map([
    ['HKEX:HSI2!', 'HK.HSI2701'],
    ['GOLD', 'US.GLD'],
  ])
  assert.equal(symbolOf('HSI2!', 'HKEX', table), 'HK.HSI2701')
  assert.equal(symbolOf('hkex:hsi2!', null, table), 'HK.HSI2701')
  assert.equal(symbolOf('gold', null, table), 'US.GLD')
  assert.equal(symbolOf('TVC:GOLD', null, table), 'US.GLD')
})

test('an exchange with late prices is told apart', () => {
  const isDelayed = (exchange: string): boolean | null => {
    const read = securityOfTicker('700', exchange, NO_TABLE)
    return read.ok ? read.value.isDelayed : null
  }
  assert.deepEqual(['HKEX', 'HKEX_DL', 'HKEX_DLY', 'HKEX_X'].map(isDelayed), [false, true, true, null])
})
