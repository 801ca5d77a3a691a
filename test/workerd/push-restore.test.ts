import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { priceIn, PROTO, PushRig, sampleKey } from './push-rig.ts'
import type { Message, SocketClient } from './socket-client.ts'

/** What becomes of pushes and subscriptions when the link to OpenD is cut, and when the object leaves memory. */

const INIT_CONNECT = 1001

const REST = { id: 'rest', key: sampleKey('a7') }

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: [REST], limitsRates: false })
})
after(() => rig.close())

const isNews =
  (isUp: boolean) =>
  ({ type, up }: Message): boolean =>
    type === 'gateway' && up === isUp

async function waitForNews(client: SocketClient, isUp: boolean): Promise<void> {
  await client.inbox.take(`news of the link (${isUp})`, isNews(isUp))
}

function priceOf({ data }: Message): unknown {
  return priceIn(data as Message)
}

/** Units in use at OpenD, by its own count. */
async function subscribedUpstream(): Promise<unknown> {
  return (await rig.ask('/api/sub-info'))['total_used_quota']
}

test('after a cut link everything is subscribed again, and begins with what is true then', async () => {
  const [one, two] = await Promise.all([rig.socket(), rig.socket({ token: REST.key })])
  await one.subscribe(['HK.00700', 'HK.00005'], ['Basic', 'OrderBook'])
  await rig.subscribe(['HK.00388'], ['Basic'], REST.key)
  for (const stream of ['1:1_00700', '1:1_00005', '2:1_00700', '2:1_00005']) await one.inbox.push(stream)
  await two.inbox.push('1:1_00388')
  rig.opend.quote('00700', 999)
  const last = await one.inbox.push('1:1_00700')
  assert.equal(priceOf(last), 999)

  const subs = rig.opend.seen(PROTO.sub)
  rig.opend.cutAll('a test')
  for (const client of [one, two]) {
    await waitForNews(client, false)
    await waitForNews(client, true)
  }
  const fresh = await one.inbox.push('1:1_00700')
  assert.notEqual(priceOf(fresh), 999, 'OpenD has another word now')
  assert.equal('snapshot' in fresh, false)
  assert.ok(Number(fresh['seq']) > Number(last['seq']), 'the numbers go on')
  for (const stream of ['1:1_00005', '2:1_00700', '2:1_00005']) await one.inbox.push(stream)
  await two.inbox.push('1:1_00388')
  assert.equal(await subscribedUpstream(), 5)
  assert.ok(rig.opend.seen(PROTO.sub) - subs <= 2, 'one call for each set of types')
  const quote = await rig.call('/api/quote', { symbols: ['HK.00388'] }, REST.key)
  assert.deepEqual([quote.status, quote.headers.get('X-Source')], [200, 'push'])
  await rig.unsubscribe(['HK.00388'], ['Basic'], REST.key)
  await Promise.all([one.close(), two.close()])
})

test('while OpenD is away a read fails with a reason, and the subscription is still there afterwards', async () => {
  await rig.subscribe(['HK.00700'], ['Basic'], REST.key)
  rig.opend.opend.setFaults([{ id: INIT_CONNECT, nth: 'every', fault: { kind: 'cut-before' } }])
  const witness = await rig.socket({ token: REST.key })
  await witness.inbox.type('hello')
  rig.opend.cutAll('a test')
  await waitForNews(witness, false)
  const failed = await rig.call('/api/quote', { symbols: ['HK.00700'] }, REST.key)
  assert.deepEqual([failed.status, String(failed.body['code']).split('.')[0]], [500, 'gateway'])
  const refused = await witness.ask('subscribe', { symbols: ['HK.00388'], types: ['Basic'] })
  assert.deepEqual([refused['ok'], String(refused['code']).split('.')[0]], [false, 'gateway'])
  const late = await rig.socket()
  await waitForNews(late, false)
  rig.opend.opend.setFaults([])
  await Promise.all([late.close(), witness.close()])
  const client = await rig.socket({ token: REST.key })
  await client.inbox.push('1:1_00700')
  assert.equal((await rig.call('/api/quote', { symbols: ['HK.00700'] }, REST.key)).status, 200)
  await client.close()
})

test('a subscription whose reply is lost is not had, and can be asked for again', async () => {
  rig.opend.opend.setFaults([{ id: PROTO.sub, nth: 1, fault: { kind: 'cut-after' } }])
  const client = await rig.socket()
  const lost = await client.ask('subscribe', { symbols: ['HK.03690'], types: ['Basic'] })
  assert.deepEqual([lost['ok'], lost['code']], [false, 'gateway.disconnected'])
  rig.opend.opend.setFaults([])
  const reply = await client.subscribe(['HK.03690'], ['Basic'])
  assert.ok((reply['streams'] as readonly string[]).includes('1:1_03690'))
  await client.inbox.push('1:1_03690')
  await client.close()
})

test('who comes back to a value gets the last one, and only if it is new', async () => {
  const first = await rig.socket()
  await first.subscribe(['HK.01211'], ['Basic'])
  const stream = '1:1_01211'
  const seen = await first.inbox.push(stream)
  const { run } = await first.inbox.type('hello')
  const comeBack = async (): Promise<readonly [Message, SocketClient]> => {
    const client = await rig.socket()
    await client.ask('resume', { run, streams: { [stream]: seen['seq'] } })
    const reply = await client.subscribe(['HK.01211'], ['Basic'])
    return [(reply['resumed'] as Readonly<Record<string, Message>>)[stream] ?? {}, client]
  }
  const [unchanged, second] = await comeBack()
  assert.deepEqual(unchanged, { state: 'resumed', replayed: 0 })
  await second.ask('ping')
  assert.deepEqual(second.inbox.ofStream(stream), [])
  for (const price of [231, 232, 233]) rig.opend.quote('01211', price)
  await second.inbox.take('the price', (message) => message['stream'] === stream && priceOf(message) === 233)

  const [changed, third] = await comeBack()
  assert.deepEqual(changed, { state: 'resumed', replayed: 1 })
  const last = await third.inbox.push(stream)
  assert.deepEqual([priceOf(last), Number(last['seq']) - Number(seen['seq'])], [233, 3])
  await Promise.all([first.close(), second.close(), third.close()])
})

test('who comes back gets the ticks that it missed, each once and in order', async () => {
  const first = await rig.socket()
  await first.subscribe(['HK.09988'], ['Ticker'], { is_first_push: false })
  const stream = '4:1_09988'
  for (const price of [1, 2, 3]) rig.opend.tick('09988', price)
  const third = await first.inbox.take('third tick', (message) => tickPrice(message) === 3)
  const { run } = await first.inbox.type('hello')
  first.socket.terminate()
  for (const price of [4, 5, 6, 7]) rig.opend.tick('09988', price)
  // Its reply comes over the same link, behind the ticks.
  await rig.ask('/api/global-state')

  const second = await rig.socket()
  assert.equal((await second.inbox.type('hello'))['run'], run)
  const resumed = await second.ask('resume', { run, streams: { [stream]: third['seq'] } })
  assert.deepEqual(resumed['streams'], { [stream]: { state: 'waits', replayed: 0 } })
  const reply = await second.subscribe(['HK.09988'], ['Ticker'])
  assert.deepEqual(reply['resumed'], { [stream]: { state: 'resumed', replayed: 4 } })
  for (const price of [8, 9]) rig.opend.tick('09988', price)
  await second.inbox.take('last tick', (message) => tickPrice(message) === 9)
  assert.deepEqual(second.inbox.ofStream(stream).map(tickPrice), [4, 5, 6, 7, 8, 9])
  const seqs = second.inbox.ofStream(stream).map(({ seq }) => Number(seq) - Number(third['seq']))
  assert.deepEqual(seqs, [1, 2, 3, 4, 5, 6])
  await second.close()
})

test('who was away for too long is told that something is gone, and gets what is kept', async () => {
  const first = await rig.socket()
  await first.subscribe(['HK.01299'], ['Ticker'], { is_first_push: false })
  rig.opend.tick('01299', 1)
  const seen = await first.inbox.take('first tick', (message) => tickPrice(message) === 1)
  const { run } = await first.inbox.type('hello')
  first.socket.terminate()
  for (let price = 2; price <= 301; price++) rig.opend.tick('01299', price)
  await rig.ask('/api/global-state')
  const second = await rig.socket()
  const stream = '4:1_01299'
  await second.ask('resume', { run, streams: { [stream]: seen['seq'] } })
  const reply = await second.subscribe(['HK.01299'], ['Ticker'])
  assert.deepEqual(reply['resumed'], { [stream]: { state: 'gone', replayed: 256 } })
  await second.inbox.take('last tick', (message) => tickPrice(message) === 301)
  assert.deepEqual(
    second.inbox.ofStream(stream).map(tickPrice),
    Array.from({ length: 256 }, (_, index) => 46 + index),
  )
  await second.close()
})

function tickPrice({ data }: Message): number | null {
  const { ticker_list: ticks = [] } = (data ?? {}) as { readonly ticker_list?: readonly { readonly price: number }[] }
  return ticks[0]?.price ?? null
}

test('an object that is cut off at work keeps what REST calls subscribed, and the sockets come back', async () => {
  await rig.subscribe(['HK.01810'], ['Basic', 'Ticker'], REST.key)
  const first = await rig.socket({ token: REST.key })
  const { run } = await first.inbox.type('hello')
  const { seq } = await first.inbox.push('1:1_01810')
  await rig.worker.evict()
  await first.inbox.ended

  const second = await rig.socket({ token: REST.key })
  assert.notEqual((await second.inbox.type('hello'))['run'], run)
  const resumed = await second.ask('resume', { run, streams: { '1:1_01810': seq } })
  const { '1:1_01810': told } = resumed['streams'] as Readonly<Record<string, Message>>
  assert.equal(told?.['state'], 'gone')
  await second.inbox.push('1:1_01810')
  const held = JSON.stringify(await rig.ask('/api/sub-info', undefined, REST.key))
  assert.match(held, /"sub_type":1,"security_list":\[.*"01810"/)
  assert.match(held, /"sub_type":4,"security_list":\[.*"01810"/)
  const quote = await rig.call('/api/quote', { symbols: ['HK.01810'] }, REST.key)
  assert.equal(quote.status, 200)
  assert.equal(await rig.metric('opend_edge_push_sockets'), 1)
  await second.close()
})
