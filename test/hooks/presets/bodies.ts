import { type Alert, alertOf } from '../../../src/hooks/alert.ts'

/** A body as a sender writes it, and the alert that it means. */
export interface SampleBody {
  readonly preset: string
  readonly body: string
  readonly alert: Alert
}

const AT = '2026-11-27T02:00:00Z'
const AT_MS = Date.parse(AT)

/** One body for each form that TradingView and the named bridges document. */
export const BODIES: readonly SampleBody[] = [
  {
    preset: 'tradingview',
    body: `{"action":"buy","ticker":"700","exchange":"HKEX","contracts":"100","market_position":"long","market_position_size":"100","price":"412.6","id":"Long","alert_id":"Long 17","time":"${AT}"}`,
    alert: alertOf('700', 'buy', {
      exchange: 'HKEX',
      size: { kind: 'quantity', amount: 100 },
      expectedPosition: 100,
      price: 412.6,
      alertId: 'Long 17',
    }),
  },
  {
    preset: 'tradingview',
    body: `{"ticker":"NASDAQ:AAPL","market_position":"short","market_position_size":"1,500","timenow":"${AT}","comment":""}`,
    alert: alertOf('NASDAQ:AAPL', 'target', { target: -1500, expectedPosition: -1500, atMs: AT_MS }),
  },
  {
    preset: 'tradingview',
    body: '{"ticker":"HKEX:700","action":"SELL","quantity":200,"take_profit":"2%","stop_loss":"20 ticks"}',
    alert: alertOf('HKEX:700', 'sell', {
      size: { kind: 'quantity', amount: 200 },
      exits: { takeProfit: { kind: 'percent', percent: 2 }, stopLoss: { kind: 'ticks', ticks: 20 } },
    }),
  },
  {
    preset: 'tradingview',
    body: '{"ticker":"HKEX:700","market_position":"flat","market_position_size":"0"}',
    alert: alertOf('HKEX:700', 'target', { target: 0, expectedPosition: 0 }),
  },
  {
    preset: 'plain',
    body: '{"symbol":"HK.00700","side":"buy","qty":100}',
    alert: alertOf('HK.00700', 'buy', { size: { kind: 'quantity', amount: 100 } }),
  },
  {
    preset: 'plain',
    body: '{"symbol":"US.AAPL","side":"sell","percent_of_position":"50%","price":190.5,"time_in_force":"GTC"}',
    alert: alertOf('US.AAPL', 'sell', {
      size: { kind: 'percent_of_position', amount: 50 },
      orderType: 'limit',
      limitPrice: 190.5,
      timeInForce: 'gtc',
    }),
  },
  {
    preset: 'plain',
    body: '{"symbol":"US.AAPL","side":"target","target_position":"-100","id":"a-1","time":1764208800}',
    alert: alertOf('US.AAPL', 'target', { target: -100, alertId: 'a-1', atMs: 1_764_208_800_000 }),
  },
  {
    preset: 'traderspost',
    body: `{"ticker":"AAPL","action":"buy","sentiment":"bullish","quantity":5,"quantityType":"percent_of_equity","signalPrice":190,"time":"${AT}"}`,
    alert: alertOf('AAPL', 'buy', {
      size: { kind: 'percent_of_equity', amount: 5 },
      price: 190,
      atMs: AT_MS,
    }),
  },
  {
    preset: 'traderspost',
    body: '{"ticker":"AAPL","action":"sell","sentiment":"flat","extras":{"a":1}}',
    alert: alertOf('AAPL', 'close'),
  },
  {
    preset: 'traderspost',
    body: '{"ticker":"AAPL","action":"buy","orderType":"limit","limitPrice":190,"quantity":10,"takeProfit":{"percent":10},"stopLoss":{"type":"stop","stopPrice":180}}',
    alert: alertOf('AAPL', 'buy', {
      size: { kind: 'quantity', amount: 10 },
      orderType: 'limit',
      limitPrice: 190,
      exits: { takeProfit: { kind: 'percent', percent: 10 }, stopLoss: { kind: 'price', price: 180 } },
    }),
  },
  {
    preset: 'signal_bot',
    body: `{"max_lag":"300","timestamp":"${AT}","trigger_price":"412.6","tv_exchange":"HKEX","tv_instrument":"700","action":"enter_long","bot_uuid":"x","order":{"amount":"100","currency_type":"base"},"strategy_info":{"market_position":"long","market_position_size":"100","prev_market_position":"flat","prev_market_position_size":"0"}}`,
    alert: alertOf('700', 'buy', {
      exchange: 'HKEX',
      size: { kind: 'quantity', amount: 100 },
      atMs: AT_MS,
      price: 412.6,
      expectedPosition: 100,
    }),
  },
  {
    preset: 'signal_bot',
    body: '{"tv_exchange":"NASDAQ","tv_instrument":"AAPL","action":"exit_short"}',
    alert: alertOf('AAPL', 'close', { exchange: 'NASDAQ' }),
  },
  {
    preset: 'openalgo',
    body: '{"apikey":"k","strategy":"s","symbol":"AAPL","action":"BUY","exchange":"NASDAQ","pricetype":"MARKET","product":"MIS","quantity":"10"}',
    alert: alertOf('AAPL', 'buy', {
      exchange: 'NASDAQ',
      size: { kind: 'quantity', amount: 10 },
      orderType: 'market',
    }),
  },
  {
    preset: 'openalgo',
    body: '{"symbol":"NASDAQ:AAPL","action":"SELL","quantity":"10","position_size":"-10","price":"0"}',
    alert: alertOf('NASDAQ:AAPL', 'target', { target: -10 }),
  },
  {
    preset: 'openalgo',
    body: '{"symbol":"NASDAQ:AAPL","action":"SELL","quantity":"0","position_size":0}',
    alert: alertOf('NASDAQ:AAPL', 'close'),
  },
  {
    preset: 'message',
    body: 'buy HK.00700 100 @ 300',
    alert: alertOf('HK.00700', 'buy', {
      size: { kind: 'quantity', amount: 100 },
      orderType: 'limit',
      limitPrice: 300,
    }),
  },
  {
    preset: 'message',
    body: 'SELL NASDAQ:AAPL 25% tp 200 sl 5%',
    alert: alertOf('NASDAQ:AAPL', 'sell', {
      size: { kind: 'percent_of_position', amount: 25 },
      exits: { takeProfit: { kind: 'price', price: 200 }, stopLoss: { kind: 'percent', percent: 5 } },
    }),
  },
  { preset: 'message', body: 'close HK.00700', alert: alertOf('HK.00700', 'close') },
  { preset: 'message', body: 'target US.AAPL -100', alert: alertOf('US.AAPL', 'target', { target: -100 }) },
  {
    preset: 'fields',
    body: '{"order":{"sym":"HK.00700","dir":"buy","sizes":[10,100]},"more":{"deep":true}}',
    alert: alertOf('HK.00700', 'buy', {
      size: { kind: 'quantity', amount: 100 },
      orderType: 'limit',
      limitPrice: 300,
    }),
  },
]

/** The field map that the sample of that preset needs. */
export const FIELD_MAP = {
  symbol: '/order/sym',
  side: '/order/dir',
  qty: '/order/sizes/1',
  price: { constant: 300 },
  stop_price: '/order/none',
}
