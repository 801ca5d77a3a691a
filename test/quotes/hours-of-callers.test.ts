import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, RehabType, Session, SubType } from '../../proto/enums.ts'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import { eventsByHours } from '../../src/pushes/events-by-hours.ts'
import { readPush } from '../../src/pushes/read-push.ts'
import { QuoteService } from '../../src/quotes/quote-service.ts'
import { restSubscriber } from '../../src/subscriptions/subscriber.ts'
import { widestStreams } from '../../src/subscriptions/trading-hours.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { Bench, type TcpClient } from '../simulator/session/tcp-client.ts'

const APPLE = { market: 11, code: 'AAPL' }
const SUB_TYPES = [SubType.Ticker, SubType.RT, SubType.KL_1Min, SubType.KL_5Min]
const SESSION = { rth: Session.RTH, eth: Session.ETH, all: Session.ALL } as const
type Caller = keyof typeof SESSION
const CALLERS: readonly Caller[] = ['rth', 'eth', 'all']

const READS = {
  ticks: [3010, 'Qot_GetTicker', { security: APPLE, maxRetNum: 30 }],
  minutes: [3008, 'Qot_GetRT', { security: APPLE }],
  bars: [3006, 'Qot_GetKL', { security: APPLE, klType: KLType._5Min, rehabType: RehabType.Forward, reqNum: 20 }],
} as const

function subscription(session: number): MessageTypes['Qot_Sub.C2S'] {
  const push = { isSubOrUnSub: true, isRegOrUnRegPush: true, isFirstPush: false }
  return { securityList: [APPLE], subTypeList: SUB_TYPES, session, ...push }
}

/** The gateway's quotes over one connection, with the pushes as each caller's socket gets them. */
class SharedOpend {
  readonly bench = new Bench()
  readonly client: TcpClient
  readonly quotes: QuoteService

  constructor(startMs: number) {
    this.bench.nowMs = startMs
    this.client = this.bench.login()
    this.quotes = new QuoteService({
      timers: { nowMs: () => this.bench.nowMs, after: () => () => undefined },
      store: { all: () => [], put: () => undefined, remove: () => undefined },
      opend: {
        send: async (protoId, body) => {
          const reply = this.client.takeBody(protoId, this.client.sendBody(protoId, body))
          if (reply === null) throw new Error(`no reply to ${protoId}`)
          return { ok: true, body: reply }
        },
        budgetOf: () => null,
      },
      tradingAccounts: async () => new Map(),
      alarmBy: () => undefined,
      streamsChanged: () => undefined,
      unitsLost: () => assert.fail('nothing is lost here'),
      isListening: () => true,
      onError: (what, error) => assert.fail(`${what}: ${String(error)}`),
    })
    this.quotes.linkReady()
  }

  async subscribe(caller: Caller): Promise<void> {
    const failure = await this.quotes.subscriptions.subscribe(
      restSubscriber(caller),
      subscription(SESSION[caller]),
      null,
    )
    assert.equal(failure, null)
  }

  async read(caller: Caller, what: keyof typeof READS): Promise<readonly unknown[]> {
    const [protoId, name, c2s] = READS[what]
    const body = encodeMessage(`${name}.Request` as MessageName, { c2s })
    const { outcome } = await this.quotes.call({ protoId, body, caller, isFresh: false, quotaShare: null })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure))
    return itemsOf(`${name}.Response`, outcome.body)
  }

  /** What the socket of each caller gets of the pushes so far. */
  takePushes(): ReadonlyMap<Caller, readonly string[]> {
    const got = new Map(CALLERS.map((caller) => [caller, new Array<string>()]))
    const frames = this.client.frames.splice(0)
    for (const { header, body } of frames) {
      for (const event of readPush(header.protoId, body, this.bench.nowMs) ?? []) {
        if (event.type !== 'quote') continue
        this.quotes.reader.onPush(event)
        for (const one of eventsByHours(event, this.quotes.subscriptions)) {
          for (const caller of CALLERS) {
            const streams = widestStreams(this.quotes.subscriptions.streamsOf(caller))
            if (streams.has(one.stream)) got.get(caller)?.push(...pushItems(one.protoId, one.body))
          }
        }
      }
    }
    return got
  }
}

/** One connection of its own for each caller. */
class OwnConnections {
  readonly bench = new Bench()
  readonly clients: ReadonlyMap<Caller, TcpClient>

  constructor(startMs: number, callers: readonly Caller[]) {
    this.bench.nowMs = startMs
    this.clients = new Map(callers.map((caller) => [caller, this.bench.login()]))
    for (const [caller, client] of this.clients) {
      assert.equal(client.call('Qot_Sub', subscription(SESSION[caller])).retType, 0)
    }
  }

  read(caller: Caller, what: keyof typeof READS): readonly unknown[] {
    const [protoId, name, c2s] = READS[what]
    const client = this.clients.get(caller)
    const body = encodeMessage(`${name}.Request` as MessageName, { c2s })
    const reply = client?.takeBody(protoId, client.sendBody(protoId, body)) ?? null
    if (reply === null) throw new Error('no reply')
    return itemsOf(`${name}.Response`, reply)
  }

  takePushes(caller: Caller): readonly string[] {
    const frames = this.clients.get(caller)?.frames.splice(0) ?? []
    return frames.flatMap(({ header, body }) => pushItems(header.protoId, body))
  }
}

/**
 * The items of a reply or push without the figures that refer to the item before or to the whole day: those are of the
 * hours that OpenD sends.
 */
function itemsOf(name: string, body: Uint8Array): readonly unknown[] {
  const decoded = decodeMessage(name as MessageName, body)
  assert.ok(decoded.ok)
  const { s2c = {} } = decoded.value as { readonly s2c?: Readonly<Record<string, unknown>> }
  const list = (s2c['tickerList'] ?? s2c['rtList'] ?? s2c['klList'] ?? []) as readonly object[]
  const relative = new Set(['lastClosePrice', 'changeRate', 'avgPrice'])
  return list.map((item) => Object.fromEntries(Object.entries(item).filter(([field]) => !relative.has(field))))
}

const PUSHES: ReadonlyMap<number, string> = new Map([
  [3007, 'Qot_UpdateKL.Response'],
  [3009, 'Qot_UpdateRT.Response'],
  [3011, 'Qot_UpdateTicker.Response'],
])

function pushItems(protoId: number, body: Uint8Array): readonly string[] {
  const name = PUSHES.get(protoId)
  if (name === undefined) return []
  return itemsOf(name, body).map((item) =>
    JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
}

const aStart = fc.constantFrom(
  '2026-11-20T04:58:00-05:00',
  '2026-11-20T09:29:20-05:00',
  '2026-11-20T12:00:00-05:00',
  '2026-11-20T15:59:20-05:00',
  '2026-11-20T19:59:20-05:00',
  '2026-11-22T22:00:00-05:00',
)
const someCallers = fc
  .subarray([...CALLERS], { minLength: 1 })
  .chain((callers) => fc.shuffledSubarray(callers, { minLength: callers.length }))

function passBoth(shared: SharedOpend, own: OwnConnections, ms: number): void {
  shared.bench.pass(ms)
  own.bench.pass(ms)
  shared.client.call('KeepAlive', { time: 0n })
  for (const client of own.clients.values()) client.call('KeepAlive', { time: 0n })
}

test('each caller of a shared connection is pushed what a connection of its own would be', async () => {
  await fc.assert(
    fc.asyncProperty(aStart, someCallers, async (start, callers) => {
      const startMs = Date.parse(start)
      const shared = new SharedOpend(startMs)
      const own = new OwnConnections(startMs, callers)
      for (const caller of callers) await shared.subscribe(caller)
      shared.takePushes()
      for (let step = 0; step < 3; step++) {
        passBoth(shared, own, 20_000)
        const got = shared.takePushes()
        for (const caller of callers) {
          // OpenD pushes again what has not changed: a connection sees every change, in the order of the items.
          assert.deepEqual(new Set(got.get(caller)), new Set(own.takePushes(caller)), `${start} ${caller}`)
        }
        for (const caller of CALLERS) if (!callers.includes(caller)) assert.deepEqual(got.get(caller), [])
      }
    }),
    { numRuns: 25 },
  )
})

test('a caller reads no item outside of its hours, and those inside as from a connection of its own', async () => {
  await fc.assert(
    fc.asyncProperty(aStart, someCallers, async (start, callers) => {
      const startMs = Date.parse(start)
      const shared = new SharedOpend(startMs)
      const own = new OwnConnections(startMs, callers)
      for (const caller of callers) await shared.subscribe(caller)
      shared.takePushes()
      passBoth(shared, own, 15_000)
      shared.takePushes()
      for (const what of Object.keys(READS) as (keyof typeof READS)[]) {
        for (const caller of callers) {
          const got = await shared.read(caller, what)
          const direct = own.read(caller, what)
          // OpenD returns the current day of the widest hours, which may begin before the day of the narrower ones.
          const isSameDay = got.length > 0 || direct.length === 0
          if (isSameDay) assert.deepEqual(got, direct.slice(-got.length), `${start} ${caller} ${what}`)
          if (what === 'bars') assert.equal(got.length, direct.length)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('hours that no caller needs any more are still not those of the others', async () => {
  const shared = new SharedOpend(Date.parse('2026-11-20T04:58:00-05:00'))
  await shared.subscribe('rth')
  await shared.subscribe('all')
  shared.quotes.subscriptions.dropSubscriber('all')
  shared.takePushes()
  shared.bench.pass(20_000)
  shared.client.call('KeepAlive', { time: 0n })
  const got = shared.takePushes()
  assert.deepEqual(got.get('rth'), [])
  assert.deepEqual(got.get('all'), [])
})

test('answers are marked as personal while callers may get different ones', async () => {
  const shared = new SharedOpend(Date.parse('2026-11-20T12:00:00-05:00'))
  const isPersonal = async (caller: Caller): Promise<boolean> => {
    const body = encodeMessage('Qot_GetRT.Request', { c2s: { security: APPLE } })
    const answer = await shared.quotes.call({ protoId: 3008, body, caller, isFresh: false, quotaShare: null })
    return answer.isPersonal ?? false
  }
  await shared.subscribe('rth')
  assert.equal(await isPersonal('rth'), false)
  await shared.subscribe('all')
  assert.deepEqual([await isPersonal('rth'), await isPersonal('all')], [true, true])
})

test('the night alone is refused before it reaches OpenD', async () => {
  const shared = new SharedOpend(Date.parse('2026-11-20T04:58:00-05:00'))
  await shared.subscribe('rth')
  const failure = await shared.quotes.subscriptions.subscribe(
    restSubscriber('night'),
    subscription(Session.OVERNIGHT),
    null,
  )
  assert.deepEqual(
    [failure?.code, failure?.code === 'request.invalid_value' && failure.path],
    ['request.invalid_value', 'session'],
  )
})
