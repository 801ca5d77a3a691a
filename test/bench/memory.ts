import '../../src/wire/full-schema.ts'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CounterRegistry } from '../../durable-objects/counter-registry.ts'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import { ENTRY_BYTES, MAX_LIMITER_ANSWERS } from '../../src/base/memory-budget.ts'
import { PendingCalls } from '../../src/gateway/link/pending-calls.ts'
import { CallLimiter } from '../../src/gateway/rate-limit/call-limiter.ts'
import { IsolateCache } from '../../src/http/reads/isolate-cache.ts'
import { PushHub } from '../../src/pushes/push-hub.ts'
import { SubscriberRegistry } from '../../src/subscriptions/subscriber-registry.ts'
import { socketSubscriber } from '../../src/subscriptions/subscriber.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { UPSTREAM_LIMITS } from '../../src/gateway/rate-limit/upstream-limits.ts'
import { table } from './numbers.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const SOCKETS = 2_000
const UNITS_EACH = 10
const MANY = 10_000
const SECURITY = { market: 1, code: '00700' }

/** What one entry of some collections takes on the heap, beside what the memory budget counts for it. */
export async function benchMemory(): Promise<void> {
  const hub = new PushHub({ runId: 'bench', send: () => {}, close: () => {}, flushBy: () => {} })
  const registry = new SubscriberRegistry({ all: () => [], put: () => {}, remove: () => {} }, 0, () => {})
  const sockets = Array.from({ length: SOCKETS }, (_, number) => socketSubscriber(number, `key:${number % 20}`))
  const units = (number: number): readonly string[] =>
    Array.from({ length: UNITS_EACH }, (_, at) => `1:1_${(number * UNITS_EACH + at) % 2_000}`)
  const measured: Partial<Record<keyof typeof ENTRY_BYTES, number>> = {
    socket: bytesOf(SOCKETS, () => {
      for (const { id } of sockets) hub.add({ id, form: 'json', isBatched: false, conflateMs: 50 }, 0)
    }),
    heldUnit: bytesOf(SOCKETS * UNITS_EACH, () => {
      for (const [number, socket] of sockets.entries()) {
        const subscriptions = units(number).map(
          (unit) => [unit, { options: 0, isPushed: true, usedAtMs: 1_800_000_000_000 }] as const,
        )
        registry.hold(socket, subscriptions, 0)
        hub.setStreams(socket.id, new Set(units(number)), { sendsCurrent: true }, 0)
      }
    }),
    watchedAccount: bytesOf(SOCKETS * 4, () => {
      for (const socket of sockets) registry.setAccounts(socket, ['1', '2', '3', '4'].map(accountOf), 0)
    }),
    stream: bytesOf(MANY, () => {
      const names = Array.from({ length: MANY }, (_, at) => `2:1_${at}`)
      hub.setStreams('ws:0', new Set(names), { sendsCurrent: true }, 0)
      hub.setStreams('ws:0', new Set(), { sendsCurrent: true }, 0)
    }),
    orderBook: bytesOf(500, () => many(500, () => decoded('Qot_GetOrderBook.Response', orderBook()))),
    seriesItem: bytesOf(20_000, () => many(20, () => decoded('Qot_GetKL.Response', bars(1_000)))),
    counterSeries: bytesOf(4_000, () => {
      const counters = new CounterRegistry()
      for (let at = 0; at < 4_000; at++) counters.add([{ name: 'total', labels: { key_id: `kh_${at}` }, add: 1 }])
      return counters
    }),
    grant: bytesOf(MANY, () => {
      const cache = new IsolateCache()
      for (let at = 0; at < MANY; at++) cache.store(`key:${at}`, 'read', { json: '{}', asOfMs: 0 }, cache.ticket, 0)
      return cache
    }),
    pendingCall: bytesOf(2_000, () => {
      const calls = new PendingCalls(false)
      for (let at = 0; at < 2_000; at++) {
        calls.markSent(at, { callId: at, protoId: 3004, deadlineMs: at, caller: `key:${at % 20}`, rank: 'read' })
      }
      return calls
    }),
    limiter: bytesOf(1_000, () => many(1_000, fullLimiter)),
  }
  const rows = Object.entries(measured).map(([name, bytes]) => {
    const budget = ENTRY_BYTES[name as keyof typeof ENTRY_BYTES]
    return [name, String(Math.round(bytes)), String(budget), bytes > budget ? 'over' : '']
  })
  process.stdout.write(
    `memory: bytes of one entry on the heap\n\n${table([['', 'measured', 'budget', ''], ...rows])}\n`,
  )
}

const held: unknown[] = []

/** Bytes that the heap grew by for each of so many things. */
function bytesOf(count: number, make: () => unknown): number {
  const before = heapBytes()
  held.push(make())
  return (heapBytes() - before) / count
}

function heapBytes(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function many(count: number, make: () => unknown): readonly unknown[] {
  return Array.from({ length: count }, make)
}

/** A limiter that is used up, with all the answers that it keeps about its callers. */
function fullLimiter(): unknown {
  const limit = UPSTREAM_LIMITS.get(2101)
  if (limit === undefined) throw new Error('OpenD no longer limits the reads of funds')
  const limiter = new CallLimiter(limit, true)
  for (let call = 0; call < limit.calls; call++) limiter.send({ rank: 'read', caller: `key:${call}` }, call)
  for (let caller = 0; caller < MAX_LIMITER_ANSWERS; caller++) limiter.budget('read', `key:${caller}`, 100)
  return limiter
}

function accountOf(last: string): string {
  return `28175645598824791${last}`
}

function decoded<Name extends MessageName>(name: Name, value: MessageTypes[Name]): unknown {
  return decodeMessage(name, encodeMessage(name, value))
}

function orderBook(): MessageTypes['Qot_GetOrderBook.Response'] {
  const level = (at: number) => ({ price: 400.2 + at, volume: 12_300n, orederCount: 3, detailList: [] })
  const side = Array.from({ length: 10 }, (_, at) => level(at))
  return { retType: 0, s2c: { security: SECURITY, orderBookAskList: side, orderBookBidList: side } }
}

function bars(count: number): MessageTypes['Qot_GetKL.Response'] {
  const klList = Array.from({ length: count }, (_, at) => ({
    ...{ time: `2026-11-27 09:${at}`, isBlank: false, timestamp: 1_800_000_000.5 + at },
    ...{ highPrice: 400.2 + at, openPrice: 400.1, lowPrice: 399.9, closePrice: 400.15 + at, lastClosePrice: 399.5 },
    ...{ volume: BigInt(10_000 + at), turnover: 4_000_123.5 + at, turnoverRate: 0.12, pe: 20.5, changeRate: 0.31 },
  }))
  return { retType: 0, s2c: { security: SECURITY, klList } }
}
