import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KLType, QotMarketState, RehabType, Session, SubType } from '../../../proto/enums.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const APPLE = { market: 11, code: 'AAPL' }
const PRE_MARKET_MS = Date.parse('2026-11-20T05:00:00-05:00')
const TYPES = [SubType.Ticker, SubType.RT, SubType.KL_1Min]

/** The local times of everything in a push or a reply. */
type Timed = readonly { readonly time: string }[]

function benchAt(time: string): Bench {
  const bench = new Bench()
  bench.nowMs = Date.parse(time)
  return bench
}

function sub(client: TcpClient, more: object, subTypeList: readonly number[] = TYPES) {
  return client.call('Qot_Sub', {
    securityList: [APPLE],
    subTypeList,
    isSubOrUnSub: true,
    isRegOrUnRegPush: true,
    isFirstPush: false,
    ...more,
  })
}

function pushedTimes(client: TcpClient): string[] {
  return client.takePushes().flatMap(({ s2c }) => {
    const list = (s2c['tickerList'] ?? s2c['rtList'] ?? s2c['klList']) as Timed
    return list.map(({ time }) => time.slice(11, 19))
  })
}

test('each connection is pushed the hours that it subscribed', () => {
  const bench = benchAt('2026-11-20T05:00:00-05:00')
  const regular = bench.login()
  const extended = bench.login()
  const flagged = bench.login()
  const all = bench.login()
  sub(regular, { session: Session.RTH })
  sub(extended, { session: Session.ETH })
  sub(flagged, { extendedTime: true })
  sub(all, { session: Session.ALL })
  bench.pass(9_000)
  assert.deepEqual(pushedTimes(regular), [], 'nothing before half past nine')
  const times = pushedTimes(extended)
  assert.ok(times.length > 0)
  assert.ok(times.every((time) => time >= '05:00:00' && time <= '05:01:00'))
  assert.deepEqual(pushedTimes(flagged), times)
  assert.deepEqual(pushedTimes(all), times)

  const night = benchAt('2026-11-22T21:00:00-05:00')
  const [eth, whole] = [night.login(), night.login()]
  sub(eth, { session: Session.ETH })
  sub(whole, { session: Session.ALL })
  night.pass(15_000)
  assert.deepEqual(pushedTimes(eth), [])
  assert.notDeepEqual(pushedTimes(whole), [])
})

test('quotes follow every session, whatever the hours of the connection', () => {
  const bench = benchAt('2026-11-20T05:00:00-05:00')
  const client = bench.login()
  sub(client, { session: Session.RTH }, [SubType.Basic])
  bench.pass(15_000)
  const prices = client.takePushes().flatMap(({ s2c }) => {
    const [quote] = s2c['basicQotList'] as readonly { readonly preMarket: { readonly volume: bigint } }[]
    return quote === undefined ? [] : [quote.preMarket.volume]
  })
  assert.ok(prices.length > 1 && prices.every((volume, at) => at === 0 || volume > (prices[at - 1] ?? 0n)))
})

test('the getters read the hours of their own connection', () => {
  const bench = benchAt('2026-11-20T05:00:00-05:00')
  const [regular, extended] = [bench.login(), bench.login()]
  sub(regular, {})
  sub(extended, { session: Session.ETH })
  const read = (client: TcpClient): string[] => {
    const ticks = client.call('Qot_GetTicker', { security: APPLE, maxRetNum: 3 }).s2c?.tickerList ?? []
    const points = client.call('Qot_GetRT', { security: APPLE }).s2c?.rtList ?? []
    const bars =
      client.call('Qot_GetKL', { security: APPLE, klType: KLType._1Min, rehabType: RehabType.None, reqNum: 2 }).s2c
        ?.klList ?? []
    return [ticks, points, bars].map((list) => list.at(-1)?.time.slice(0, 16) ?? '')
  }
  assert.deepEqual(read(regular), ['2026-11-19 15:59', '2026-11-19 16:00', '2026-11-19 16:00'])
  assert.ok(read(extended).every((time) => time === '2026-11-20 04:59' || time === '2026-11-20 05:00'))
  const minutes = extended.call('Qot_GetRT', { security: APPLE }).s2c?.rtList ?? []
  assert.equal(minutes[0]?.time, '2026-11-20 04:01:00')
  assert.ok(minutes.length === 60 || minutes.length === 61)
})

test('subscribing again with other hours changes the reads and the running pushes', () => {
  const bench = new Bench()
  bench.nowMs = PRE_MARKET_MS
  const client = bench.login()
  sub(client, {})
  bench.pass(20_000)
  assert.deepEqual(pushedTimes(client), [])
  sub(client, { session: Session.ETH, isRegOrUnRegPush: undefined })
  bench.pass(20_000)
  assert.notDeepEqual(pushedTimes(client), [])
  sub(client, { isRegOrUnRegPush: undefined })
  bench.pass(20_000)
  assert.notDeepEqual(pushedTimes(client), [], 'a request without both fields changes nothing')
  sub(client, { session: Session.RTH, isRegOrUnRegPush: undefined })
  bench.pass(2_000)
  assert.deepEqual(pushedTimes(client), [])
})

test('the night alone can be neither subscribed nor read', () => {
  const client = benchAt('2026-11-20T05:00:00-05:00').login()
  assert.match(sub(client, { session: Session.OVERNIGHT }).retMsg ?? '', /OVERNIGHT.*ALL/)
  assert.match(sub(client, { session: 9 }).retMsg ?? '', /unknown session 9/)
  const history = client.call('Qot_RequestHistoryKL', {
    security: APPLE,
    klType: KLType._1Min,
    rehabType: RehabType.None,
    beginTime: '2026-11-19',
    endTime: '2026-11-20',
    session: Session.OVERNIGHT,
  })
  assert.match(history.retMsg ?? '', /OVERNIGHT/)
})

test('the global state names the session of each market', () => {
  const statesAt = (time: string) => {
    const { marketUS, marketUSFuture, marketHKFuture } =
      benchAt(time).login().call('GetGlobalState', { userID: 0n }).s2c ?? {}
    return [marketUS, marketUSFuture, marketHKFuture]
  }
  const { PreMarketBegin, AfterHoursBegin, OVERNIGHT, AfterHoursEnd } = QotMarketState
  const { FutureOpen, FutureClose, NightOpen, NightEnd, FutureDayOpen, FutureDayBreak } = QotMarketState
  assert.deepEqual(statesAt('2026-11-20T05:00:00-05:00'), [PreMarketBegin, FutureOpen, NightOpen])
  assert.deepEqual(statesAt('2026-11-19T16:30:00-05:00'), [AfterHoursBegin, FutureOpen, NightEnd])
  assert.deepEqual(statesAt('2026-11-19T20:30:00-05:00'), [OVERNIGHT, FutureOpen, FutureDayOpen])
  assert.deepEqual(statesAt('2026-11-19T23:10:00-05:00'), [OVERNIGHT, FutureOpen, FutureDayBreak])
  assert.deepEqual(statesAt('2026-11-21T12:00:00-05:00'), [AfterHoursEnd, FutureClose, NightEnd])
})
