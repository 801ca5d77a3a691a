import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeMessage } from '../../src/wire/encode.ts'
import { MAX_WAITING_BYTES } from '../../src/pushes/outbox/outbox.ts'
import { priceIn, PushRig } from './push-rig.ts'
import type { Message, SocketClient } from './socket-client.ts'

/**
 * A client that stops reading while OpenD pushes a thousand times a second: it costs the others nothing and the object
 * a bounded amount of memory, and is told what it missed. `PUSH_STALL_SECONDS=60` does it for a minute.
 */

const STALL_SECONDS = Number(process.env['PUSH_STALL_SECONDS'] ?? 3)
const PUSHES_PER_SECOND = 1_000
/** Timers come no finer than this; so many pushes are due each time. */
const BEAT_MS = 10
/** Ticks in one push: about a KiB of JSON, so that seconds are enough to fill what a minute of small ones would. */
const TICKS_IN_PUSH = 10

const CODE = '00700'
const TICKS = `4:1_${CODE}`
const QUOTES = `1:1_${CODE}`

let rig: PushRig

before(async () => {
  rig = await PushRig.start()
})
after(() => rig.close())

function ticksBody(number: number, code = CODE): Uint8Array {
  const tickerList = Array.from({ length: TICKS_IN_PUSH }, (_, index) => ({
    time: '2026-11-20 10:30:00',
    sequence: BigInt(number * TICKS_IN_PUSH + index),
    dir: 1,
    price: number,
    volume: 100n,
    turnover: 100 * number,
  }))
  const s2c = { security: { market: 1, code }, name: 'A name', tickerList }
  return encodeMessage('Qot_UpdateTicker.Response', { retType: 0, s2c })
}

/** Pushes as many ticks and quotes, in turn, as the rate says; both have the number of the push as their price. */
async function pushFor(seconds: number): Promise<number> {
  const most = seconds * PUSHES_PER_SECOND
  const startMs = performance.now()
  let number = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const beat = setInterval(() => {
    const due = Math.min(most, ((performance.now() - startMs) * PUSHES_PER_SECOND) / 1_000)
    while (number < due) {
      number++
      if (number % 2 === 0) rig.opend.push(3011, ticksBody(number))
      else rig.opend.quote(CODE, number)
    }
    if (number >= most) resolve()
  }, BEAT_MS)
  await promise
  clearInterval(beat)
  return number
}

/** The numbers of our tick pushes that a client got, without what was there before and current values. */
function ticksOf({ inbox }: SocketClient): readonly number[] {
  const ticks = inbox.ofStream(TICKS).filter(({ snapshot }) => snapshot !== true)
  const numbers = ticks.map(tickNumber)
  return numbers.slice(numbers.indexOf(0))
}

function tickNumber({ data }: Message): number {
  const { ticker_list: ticks } = data as { readonly ticker_list: readonly { readonly price: number }[] }
  return ticks[0]?.price ?? NaN
}

function lastQuote({ inbox }: SocketClient): unknown {
  const last = inbox.ofStream(QUOTES).at(-1)
  return priceIn(last?.['data'] as Message)
}

function droppedIn({ inbox }: SocketClient): number {
  const lagged = inbox.all.filter(({ type }) => type === 'lagged')
  return lagged.reduce((sum, { dropped }) => sum + Number(dropped), 0)
}

async function untilNumber(client: SocketClient, stream: string, isLast: (message: Message) => boolean) {
  await client.inbox.take(`the end of ${stream}`, (message) => message['stream'] === stream && isLast(message))
}

/** A client is known to confirm what it reads once it has answered a ping, which comes with every 128 KiB. */
async function provesThatItReads(client: SocketClient): Promise<void> {
  await client.subscribe(['HK.00005'], ['Ticker'])
  // A few at a time: what waits for its turn is bounded, and nothing of this may be dropped.
  for (let number = 1; number <= 250; number++) {
    rig.opend.push(3011, ticksBody(number, '00005'))
    if (number % 50 === 0) await untilNumber(client, '4:1_00005', (message) => tickNumber(message) === number)
  }
  await client.inbox.type('ping')
  await client.ask('ping')
}

test('a client that stops reading costs the others nothing, and is told what it missed', async () => {
  const [fast, confirming, silent] = await Promise.all([
    rig.socket({ query: '?conflate_ms=0' }),
    rig.socket(),
    rig.socket({ answersPings: false }),
  ])
  for (const client of [fast, confirming, silent]) {
    await client.subscribe([`HK.${CODE}`], ['Basic', 'Ticker'], { is_first_push: false })
  }
  rig.opend.push(3011, ticksBody(0))
  for (const client of [fast, confirming, silent])
    await untilNumber(client, TICKS, (message) => tickNumber(message) === 0)
  await provesThatItReads(confirming)

  for (const { socket } of [confirming, silent]) socket.pause()
  let mostWaiting = 0
  const pushing = new AbortController()
  const watching = (async () => {
    while (!pushing.signal.aborted) {
      mostWaiting = Math.max(mostWaiting, await rig.metric('opend_edge_push_waiting_bytes'))
    }
  })()
  const pushed = await pushFor(STALL_SECONDS)
  pushing.abort()
  await watching
  const all = Array.from({ length: pushed / 2 + 1 }, (_, index) => index * 2)

  // The one that reads misses nothing.
  const isLastTick = (message: Message): boolean => tickNumber(message) === pushed
  await untilNumber(fast, TICKS, isLastTick)
  assert.deepEqual(ticksOf(fast), all)
  await fast.ask('ping')
  assert.equal(lastQuote(fast), pushed - 1)
  assert.equal(droppedIn(fast), 0)

  assert.ok(mostWaiting > 0, 'something waited')
  assert.ok(mostWaiting <= 3 * MAX_WAITING_BYTES, `${mostWaiting} bytes waited`)
  assert.equal(await rig.metric('opend_edge_push_sockets'), 3, 'nobody was closed')

  for (const [name, client] of Object.entries({ confirming, silent })) {
    client.socket.resume()
    await untilNumber(client, TICKS, isLastTick)
    await client.ask('ping')
    assert.equal(lastQuote(client), pushed - 1, name)
    const dropped = droppedIn(client)
    const got = ticksOf(client)
    assert.ok(dropped > 0, `${name} was told that it lagged`)
    assert.equal(got.length + dropped, all.length, `${name}: each tick was received or counted`)
    assert.deepEqual(
      got,
      got.toSorted((one, other) => one - other),
      `${name}: in order`,
    )
    const firstLagged = client.inbox.all.findIndex(({ type }) => type === 'lagged')
    const gap = got.findIndex((number, index) => number !== index * 2)
    const afterGap = client.inbox.all.findIndex(
      (message) => message['stream'] === TICKS && tickNumber(message) === got[gap],
    )
    assert.ok(firstLagged < afterGap, `${name} is told before it sees the gap`)
  }
  assert.equal(await rig.metric('opend_edge_push_waiting_bytes'), 0)
})
