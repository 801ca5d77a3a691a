import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeMessage } from '../../src/wire/decode.ts'
import { basicQuote, quoteBody } from '../pushes/sample-pushes.ts'
import { priceIn, PROTO, PushRig, sampleKey } from './push-rig.ts'
import type { Message } from './socket-client.ts'

/** What comes over a push socket of the real runtime, and to whom. */

const OTHER = { id: 'other', key: sampleKey('b1') }
const THIRD = { id: 'third', key: sampleKey('b2') }

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: [OTHER, THIRD] })
})
after(() => rig.close())

const quoteStream = (code: string): string => `1:1_${code}`

function priceOf({ data }: Message): unknown {
  return priceIn(data as Message)
}

test('a subscription begins with the current value, and goes on with growing numbers', async () => {
  const client = await rig.socket()
  const reply = await client.subscribe(['HK.00700', 'HK.00005'], ['Basic'])
  assert.ok((reply['streams'] as readonly string[]).includes('1:1_00700'))
  const first = await client.inbox.push('1:1_00700')
  assert.equal(first['type'], 'quote')
  assert.deepEqual([first['proto_id'], first['sec_key'], first['sub_type']], [3005, '1_00700', 1])
  assert.equal(priceOf(first), priceIn(await rig.ask('/api/quote', { symbols: ['HK.00700'] })))

  for (const price of [401, 402, 403]) {
    rig.opend.quote('00700', price)
    const frame = await client.inbox.push('1:1_00700')
    assert.equal(priceOf(frame), price)
    assert.equal('snapshot' in frame, false)
  }
  const numbers = client.inbox.ofStream('1:1_00700').map(({ seq }) => Number(seq))
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  )

  // Somebody who comes later gets what is current by then, marked as no news, without a call of OpenD.
  const subs = rig.opend.seen(PROTO.sub)
  const late = await rig.socket({ token: OTHER.key })
  await late.subscribe(['HK.00700'], ['Basic'])
  const current = await late.inbox.push('1:1_00700')
  assert.deepEqual([priceOf(current), current['snapshot'], current['seq']], [403, true, numbers.at(-1)])
  assert.equal(rig.opend.seen(PROTO.sub), subs)
})

test('who wants no first push gets none', async () => {
  const [client, witness] = await Promise.all([rig.socket(), rig.socket()])
  await witness.subscribe(['HK.09988'], ['Basic'])
  await witness.inbox.push(quoteStream('09988'))
  await client.subscribe(['HK.09988'], ['Basic'], { is_first_push: false })
  rig.opend.quote('09988', 50.5)
  const first = await client.inbox.push(quoteStream('09988'))
  assert.deepEqual([priceOf(first), 'snapshot' in first], [50.5, false])
  assert.equal(client.inbox.ofStream(quoteStream('09988')).length, 1)
})

test('base64 bodies are the bytes that OpenD pushed', async () => {
  const client = await rig.socket({ query: '?body=base64' })
  await client.subscribe(['HK.03690'], ['Basic'], { is_first_push: false })
  const body = quoteBody(basicQuote('03690', 61.25))
  rig.opend.push(3005, body)
  // The value that was there before may come first: OpenD pushes it to us whatever our client wants.
  const frame = await client.inbox.take('the pushed bytes', ({ body_b64: text }) => {
    return typeof text === 'string' && Buffer.from(text, 'base64').equals(body)
  })
  assert.equal('data' in frame, false)
  const decoded = decodeMessage('Qot_UpdateBasicQot.Response', Buffer.from(String(frame['body_b64']), 'base64'))
  assert.ok(decoded.ok)
  assert.equal(decoded.value.s2c?.basicQotList?.[0]?.curPrice, 61.25)
})

/** Above every price of the simulated market, whose own pushes come in between. */
const ABOVE = 100_000

test('batches are arrays, and hold what came within the time between two', async () => {
  const client = await rig.socket({ query: '?batch=true&conflate_ms=200' })
  const texts: string[] = []
  client.socket.on('message', (data) => texts.push(data.toString()))
  await client.subscribe(['HK.01810'], ['Ticker'], { is_first_push: false })
  for (let price = 1; price <= 20; price++) rig.opend.tick('01810', ABOVE + price)
  await client.inbox.take('last tick', (message) => tickPrice(message) === ABOVE + 20)
  assert.deepEqual(
    client.inbox
      .ofStream('4:1_01810')
      .map(tickPrice)
      .filter((price) => price !== null && price > ABOVE),
    Array.from({ length: 20 }, (_, index) => ABOVE + index + 1),
  )
  assert.ok(texts.every((text) => text.startsWith('[')))
  assert.ok(
    texts.some((text) => (JSON.parse(text) as unknown[]).length > 10),
    'ticks travel together',
  )
})

function tickPrice({ data }: Message): number | null {
  const { ticker_list: ticks = [] } = (data ?? {}) as { readonly ticker_list?: readonly { readonly price: number }[] }
  return ticks[0]?.price ?? null
}

test('a socket gets what its key subscribed over REST, and nothing of another key', async () => {
  const [mine, foreign] = await Promise.all([rig.socket({ token: OTHER.key }), rig.socket({ token: THIRD.key })])
  await mine.inbox.type('hello')
  await foreign.inbox.type('hello')
  await rig.subscribe(['HK.01299'], ['Basic'], OTHER.key)
  await mine.inbox.push(quoteStream('01299'))
  rig.opend.quote('01299', 110)
  await mine.inbox.take(
    'the price',
    (message) => message['stream'] === quoteStream('01299') && priceOf(message) === 110,
  )

  // A marker behind it, over the same socket, shows that nothing of the other key was sent.
  await foreign.subscribe(['HK.00388'], ['Basic'])
  await foreign.inbox.push(quoteStream('00388'))
  assert.deepEqual(foreign.inbox.ofStream(quoteStream('01299')), [])

  await rig.unsubscribe(['HK.01299'], ['Basic'], OTHER.key)
  rig.opend.quote('01299', 111)
  await mine.ask('ping')
  assert.equal(
    mine.inbox.ofStream(quoteStream('01299')).some((message) => priceOf(message) === 111),
    false,
  )
})

test('a socket opened after the REST call begins with the current value', async () => {
  await rig.subscribe(['HK.00016'], ['Basic'], THIRD.key)
  const seen = await rig.socket({ token: THIRD.key })
  const first = await seen.inbox.push(quoteStream('00016'))
  assert.equal(first['snapshot'], true)
})

test('K-lines, order books, brokers and the intraday line come as themselves', async () => {
  const client = await rig.socket()
  await client.subscribe(['HK.00700'], ['KL_Day', 'OrderBook', 'Broker', 'RT'])
  const [kLine, book, brokers, line] = await Promise.all(
    ['6:1_00700:1', '2:1_00700', '14:1_00700', '5:1_00700'].map((stream) => client.inbox.push(stream)),
  )
  assert.deepEqual([kLine?.['proto_id'], kLine?.['rehab_type']], [3007, 1])
  assert.deepEqual([book?.['proto_id'], brokers?.['proto_id'], line?.['proto_id']], [3013, 3015, 3009])
})
