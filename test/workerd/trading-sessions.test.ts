import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeMessage } from '../../src/wire/encode.ts'
import { PROTO, PushRig, sampleKey } from './push-rig.ts'

/** Callers with different trading sessions of one US stock, in the real runtime. */

const REGULAR = { id: 'regular', key: sampleKey('c1') }
const WHOLE = { id: 'whole', key: sampleKey('c2') }
const PRE_MARKET_MS = Date.parse('2026-11-20T05:00:00-05:00')
const TICK_PUSH = 3011

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: [REGULAR, WHOLE], clock: { kind: 'frozen', atMs: PRE_MARKET_MS } })
})
after(() => rig.close())

type Json = Readonly<Record<string, unknown>>

/** A tick of Apple at that time of the day in New York. */
function pushTick(clock: string, price: number, sequence: bigint): void {
  const security = { market: 11, code: 'AAPL' }
  const tick = { time: `2026-11-20 ${clock}`, sequence, dir: 1, price, volume: 100n, turnover: price * 100 }
  const s2c = { security, name: 'Apple', tickerList: [tick] }
  rig.opend.push(TICK_PUSH, encodeMessage('Qot_UpdateTicker.Response', { retType: 0, s2c }))
}

async function timesRead(key: string): Promise<readonly string[]> {
  const s2c = await rig.ask('/api/ticker', { symbol: 'US.AAPL', max_ret_num: 50 }, key)
  return ((s2c['ticker_list'] ?? []) as readonly Json[]).map(({ time }) => String(time).slice(11, 19))
}

function priceOf(message: Json): unknown {
  const { ticker_list: ticks } = message['data'] as { readonly ticker_list: readonly Json[] }
  return ticks[0]?.['price']
}

test('callers of one stock with different sessions read and are pushed their own', async () => {
  const [regular, whole] = await Promise.all([rig.socket({ token: REGULAR.key }), rig.socket({ token: WHOLE.key })])
  const wish = { symbols: ['US.AAPL'], sub_type_list: ['Ticker'], is_sub_or_un_sub: true, is_reg_or_un_reg_push: true }
  await rig.ask('/api/subscribe', { ...wish, session: 'RTH' }, REGULAR.key)
  assert.ok((await timesRead(REGULAR.key)).every((time) => time >= '09:30:00' && time <= '16:00:00'))
  await rig.ask('/api/subscribe', { ...wish, session: 'ALL' }, WHOLE.key)

  // Within a tenth of a second the isolate serves an answer again, but not to a caller with another session.
  for (let round = 0; round < 3; round++) {
    assert.ok((await timesRead(WHOLE.key)).some((time) => time < '09:30:00'))
    assert.ok((await timesRead(REGULAR.key)).every((time) => time >= '09:30:00' && time <= '16:00:00'))
  }

  pushTick('05:00:01', 201, 1n)
  pushTick('09:30:01', 202, 2n)
  assert.equal(priceOf(await regular.inbox.take('regular tick', (one) => isTick(one, 202))), 202)
  assert.equal(priceOf(await whole.inbox.take('tick before the open', (one) => isTick(one, 201))), 201)
  assert.equal(priceOf(await whole.inbox.take('tick after the open', (one) => isTick(one, 202))), 202)
  assert.deepEqual(
    regular.inbox.all.filter((one) => one['stream'] !== undefined && isTick(one, 201)),
    [],
  )
  const streams = (client: typeof whole) => new Set(client.inbox.all.flatMap(({ stream }) => stream ?? []))
  assert.deepEqual(streams(whole), new Set(['4:11_AAPL@ALL']))
  assert.deepEqual(streams(regular), new Set(['4:11_AAPL']))
  assert.equal(rig.opend.seen(PROTO.sub), 2, 'one subscription, made wider')
})

function isTick(message: Json, price: number): boolean {
  return message['type'] === 'quote' && message['proto_id'] === TICK_PUSH && priceOf(message) === price
}
