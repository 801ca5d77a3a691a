import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TEST_KEY } from './harness.ts'
import { type Answer, PROTO, PushRig, sampleKey } from './push-rig.ts'

/** Two and more callers on one connection to OpenD, each as if it had one of its own. */

const ONE = { id: 'one', key: sampleKey('e1') }
const TWO = { id: 'two', key: sampleKey('e2') }
const SMALL = { id: 'small', key: sampleKey('e3'), record: { limits: { subscription_quota: 2 } } }

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: [ONE, TWO, SMALL], subscriptionQuota: 12 })
})
after(() => rig.close())

type Json = Readonly<Record<string, unknown>>

/** What a connection of a sub-info answer holds, as `type:code`. */
function heldIn(connection: Json | undefined): readonly string[] {
  const list = connection?.['sub_info_list'] as
    | readonly { readonly sub_type: number; readonly security_list: readonly { readonly code: string }[] }[]
    | undefined
  assert.ok(list !== undefined)
  return list.flatMap((one) => one.security_list.map(({ code }) => `${one.sub_type}:${code}`)).toSorted()
}

function connectionsIn(s2c: Json): readonly Json[] {
  return s2c['conn_sub_info_list'] as readonly Json[]
}

async function heldBy(token: string): Promise<readonly string[]> {
  const [own, ...more] = connectionsIn(await rig.ask('/api/sub-info', undefined, token))
  assert.deepEqual([own?.['is_own_conn_data'], more.length], [true, 0])
  return heldIn(own)
}

function codeOf({ status, body }: Answer): readonly unknown[] {
  return [status, body['code']]
}

const quoteOf = (symbol: string, token: string): Promise<Answer> => rig.call('/api/quote', { symbols: [symbol] }, token)

test('a read without a subscription names what is missing', async () => {
  const refused = await quoteOf('HK.00700', ONE.key)
  assert.deepEqual(codeOf(refused), [400, 'quote.not_subscribed'])
  assert.deepEqual(refused.body['missing'], ['HK.00700'])
  assert.equal(rig.opend.seen(PROTO.quote), 0)
})

test('two keys share one subscription at OpenD, and each has its own', async () => {
  const [one, two] = await Promise.all([rig.socket({ token: ONE.key }), rig.socket({ token: TWO.key })])
  await Promise.all([one.inbox.type('hello'), two.inbox.type('hello')])
  await rig.subscribe(['HK.00700'], ['Basic'], ONE.key)
  assert.equal(rig.opend.seen(PROTO.sub), 1)
  await rig.subscribe(['HK.00700'], ['Basic'], TWO.key)
  await rig.subscribe(['HK.00700'], ['Basic'], TWO.key)
  assert.equal(rig.opend.seen(PROTO.sub), 1, 'once is enough')
  assert.deepEqual(await heldBy(ONE.key), ['1:00700'])
  assert.deepEqual(await heldBy(TEST_KEY), [])

  await rig.unsubscribe(['HK.00700'], ['Basic'], ONE.key)
  assert.deepEqual([await heldBy(ONE.key), await heldBy(TWO.key)], [[], ['1:00700']])
  assert.deepEqual(codeOf(await quoteOf('HK.00700', ONE.key)), [400, 'quote.not_subscribed'])
  assert.equal((await quoteOf('HK.00700', TWO.key)).status, 200)
  rig.opend.quote('00700', 345)
  await two.inbox.take('the price', ({ data }) => JSON.stringify(data ?? null).includes('"cur_price":345'))
  await one.ask('ping')
  assert.equal(JSON.stringify(one.inbox.all).includes('"cur_price":345'), false)
  assert.equal(rig.opend.seen(PROTO.sub), 1, 'nothing is dropped while somebody holds it')
})

test('everybody’s connections are told without names, the caller’s own marked', async () => {
  await rig.subscribe(['HK.00005'], ['Basic', 'OrderBook'], ONE.key)
  const all = await rig.ask('/api/query-subscription', { is_req_all_conn: true }, ONE.key)
  const connections = connectionsIn(all)
  assert.deepEqual(
    connections.map((one) => [one['is_own_conn_data'], heldIn(one)]),
    [
      [true, ['1:00005', '2:00005']],
      [false, ['1:00700']],
    ],
  )
  assert.equal(all['total_used_quota'], 3)
  assert.equal(all['remain_quota'], 9)
  assert.doesNotMatch(JSON.stringify(all), /one|two|key:/)
})

test('is_unsub_all clears the caller’s own and nobody else’s', async () => {
  const socket = await rig.socket({ token: ONE.key })
  await socket.subscribe(['HK.00388'], ['Basic'])
  await rig.ask(
    '/api/subscribe',
    { is_unsub_all: true, is_sub_or_un_sub: false, security_list: [], sub_type_list: [] },
    ONE.key,
  )
  assert.deepEqual([await heldBy(ONE.key), await heldBy(TWO.key)], [[], ['1:00700']])
  // Each socket is a connection of its own.
  const reply = await socket.ask('unsubscribe', { symbols: ['HK.02800'], types: ['Basic'] })
  assert.ok((reply['streams'] as readonly string[]).includes('1:1_00388'))
  await socket.close()
})

test('a key reads over REST what a socket of its own has subscribed, for as long as it is open', async () => {
  const socket = await rig.socket({ token: ONE.key })
  await socket.subscribe(['HK.02800'], ['Basic'])
  assert.equal((await quoteOf('HK.02800', ONE.key)).status, 200)
  assert.deepEqual(codeOf(await quoteOf('HK.02800', TWO.key)), [400, 'quote.not_subscribed'])
  assert.deepEqual(await heldBy(ONE.key), [], 'it is not its REST calls that hold it')
  assert.equal((await socket.ask('unsubscribe', { all: true }))['ok'], true)
  // Another body: what an isolate has just read may be read again for a second.
  const refused = await rig.call('/api/quote', { symbols: ['HK.02800', 'HK.02800'] }, ONE.key)
  assert.deepEqual(codeOf(refused), [400, 'quote.not_subscribed'])
  await socket.close()
})

test('one bad symbol refuses the whole batch and changes nothing', async () => {
  const heldBefore = await heldBy(TWO.key)
  const wish = { symbols: ['HK.01810', 'HK.99999'], sub_type_list: ['Basic'], is_sub_or_un_sub: true }
  const refused = await rig.call('/api/subscribe', wish, TWO.key)
  assert.deepEqual(codeOf(refused), [400, 'opend.refused'])
  assert.match(String(refused.body['ret_msg']), /99999/)
  assert.deepEqual(await heldBy(TWO.key), heldBefore)
  assert.deepEqual(codeOf(await quoteOf('HK.01810', TWO.key)), [400, 'quote.not_subscribed'])
})

test('a key’s own share bounds what it holds over REST and sockets together', async () => {
  await rig.subscribe(['HK.00700'], ['Basic'], SMALL.key)
  const socket = await rig.socket({ token: SMALL.key })
  await socket.subscribe(['HK.00005'], ['Basic'])
  const wish = { symbols: ['HK.00939'], sub_type_list: ['Basic'], is_sub_or_un_sub: true }
  const refused = await rig.call('/api/subscribe', wish, SMALL.key)
  assert.deepEqual(codeOf(refused), [429, 'quote.share_exceeded'])
  assert.deepEqual(
    [refused.body['needed'], refused.body['held'], refused.body['share'], refused.body['retryable']],
    [1, 2, 2, false],
  )
  assert.equal(refused.headers.get('Retry-After'), null)
  const overSocket = await socket.ask('subscribe', { symbols: ['HK.00939'], types: ['Basic'] })
  assert.equal(overSocket['code'], 'quote.share_exceeded')
  // What it has already costs nothing.
  await socket.subscribe(['HK.00700'], ['Basic'])
  // Its end gives its places back.
  await socket.close()
  await rig.subscribe(['HK.00005'], ['Basic'], SMALL.key)
})

test('a quota that is used up is told with its counts, and nobody loses anything', async () => {
  const heldBefore = await heldBy(TWO.key)
  const many = [
    'HK.01299',
    'HK.00941',
    'HK.00939',
    'HK.01398',
    'HK.02318',
    'HK.00883',
    'HK.01211',
    'HK.09618',
    'HK.00016',
  ]
  const wish = { symbols: many, sub_type_list: ['Basic', 'Ticker'], is_sub_or_un_sub: true }
  const refused = await rig.call('/api/subscribe', wish, TWO.key)
  assert.deepEqual(codeOf(refused), [429, 'quote.quota_exhausted'])
  const { needed, free, total, used_by_caller: mine, used_by_others: others } = refused.body
  assert.deepEqual([needed, total, mine], [18, 12, 1])
  assert.equal(Number(free) + Number(mine) + Number(others), 12)
  assert.deepEqual(await heldBy(TWO.key), heldBefore)
  assert.equal((await quoteOf('HK.00700', TWO.key)).status, 200)
})

test('OpenD’s own refusal for want of quota is handed on, and is over when it is over', async () => {
  rig.opend.opend.setFaults([{ id: PROTO.sub, nth: 1, fault: { kind: 'quota-exhausted' } }])
  const wish = { symbols: ['HK.02828'], sub_type_list: ['Basic'], is_sub_or_un_sub: true }
  const refused = await rig.call('/api/subscribe', wish, ONE.key)
  assert.deepEqual(codeOf(refused), [400, 'opend.refused'])
  assert.match(String(refused.body['ret_msg']), /额度/)
  assert.deepEqual(await heldBy(ONE.key), [])
  await rig.subscribe(['HK.02828'], ['Basic'], ONE.key)
})
