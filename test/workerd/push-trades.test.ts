import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { jwt, JWT_VARS } from './push-jwt.ts'
import { PushRig, sampleKey, TRADING_HOUR_MS } from './push-rig.ts'
import { type SocketClient, withinDeadline } from './socket-client.ts'

/** Orders and fills over push sockets: who may see them does, and nobody else. */

/** Accounts of the simulator. */
const HK_SIMULATED = '281756479345015383'
const HK_REAL = '281756455988247916'
const HK = 1
const SUB_ACC_PUSH = 2008
/** MD5 of the simulator's trade password. */
const PASSWORD_MD5 = 'e10adc3949ba59abbe56e057f20f883e'

const ALL = { id: 'all', key: sampleKey('d1'), scopes: ['qot:read', 'acc:read', 'trade:real', 'trade:unlock'] }
const QUOTES = { id: 'quotes', key: sampleKey('d2'), scopes: ['qot:read'] }
const WHITELISTED = {
  id: 'whitelisted',
  key: sampleKey('d3'),
  scopes: ['qot:read', 'acc:read'],
  record: { allowed_acc_ids: ['987654'] },
}

let rig: PushRig

before(async () => {
  // A clock that runs: orders are matched as time goes on.
  const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
  rig = await PushRig.start({ keys: [ALL, QUOTES, WHITELISTED], vars: JWT_VARS, clock, limitsRates: false })
})
after(() => rig.close())

type Json = Readonly<Record<string, unknown>>

/** Buys 100 shares at that price; returns the order's id. */
async function buy(price: number, remark: string, account = HK_SIMULATED): Promise<string> {
  const header = { trd_env: account === HK_SIMULATED ? 0 : 1, acc_id: account, trd_market: HK }
  const order = {
    header,
    trd_side: 'BUY',
    order_type: 'NORMAL',
    code: '00700',
    sec_market: 'HK',
    qty: 100,
    price,
    remark,
  }
  const { order_id: orderId } = await rig.ask('/api/order', order, ALL.key)
  return String(orderId)
}

function orderIn({ data }: Json): Json {
  return (data as { readonly order: Json }).order
}

function fillIn({ data }: Json): Json {
  return (data as { readonly order_fill: Json }).order_fill
}

async function wantAccounts(client: SocketClient, accounts: readonly string[]): Promise<Json> {
  return client.ask('accounts', { acc_id_list: accounts })
}

test('an order and its fill reach the keys that may see the account, and no others', async () => {
  const [mine, quotes, allowlisted] = await Promise.all(
    [ALL, QUOTES, WHITELISTED].map(({ key }) => rig.socket({ token: key })),
  )
  assert.ok(mine !== undefined && quotes !== undefined && allowlisted !== undefined)

  const refused = await wantAccounts(quotes, [HK_SIMULATED])
  assert.deepEqual([refused['ok'], refused['code']], [false, 'auth.insufficient_scope'])
  const foreign = await wantAccounts(allowlisted, [HK_SIMULATED])
  assert.deepEqual([foreign['ok'], foreign['code']], [false, 'auth.account_not_allowed'])
  assert.equal((await wantAccounts(allowlisted, ['987654']))['ok'], true)
  assert.equal((await wantAccounts(mine, [HK_SIMULATED, HK_REAL]))['ok'], true)

  // Far over the market, so it is filled at once.
  const orderId = await buy(310, 'filled')
  const isOurs = (message: Json): boolean => message['stream'] === `orders:${HK_SIMULATED}`
  const filled = await mine.inbox.take(
    'the filled order',
    (message) => isOurs(message) && orderIn(message)['order_status'] === 11,
  )
  assert.deepEqual(
    [filled['type'], filled['proto_id'], filled['acc_id'], filled['trd_market']],
    ['trade', 2208, HK_SIMULATED, 'HK'],
  )
  assert.equal(orderIn(filled)['order_id'], orderId)

  // OpenD pushes no fills of simulated accounts.
  await rig.ask('/api/unlock-trade', { unlock: true, pwd_md5: PASSWORD_MD5, security_firm: 1 }, ALL.key)
  const realId = await buy(310, 'real', HK_REAL)
  const fill = await mine.inbox.push(`fills:${HK_REAL}`)
  assert.deepEqual([fill['type'], fill['proto_id'], fill['acc_id']], ['trade', 2218, HK_REAL])
  assert.equal(fillIn(fill)['order_id'], realId)

  // What was sent before these replies has come.
  for (const client of [quotes, allowlisted]) {
    await client.ask('ping')
    assert.deepEqual(
      client.inbox.all.filter(({ type }) => type === 'trade'),
      [],
    )
  }
})

test('REST asks for the pushes of its key as well, with the same refusals', async () => {
  const refused = await rig.call('/api/sub-acc-push', { acc_id_list: [HK_SIMULATED] }, QUOTES.key)
  assert.deepEqual([refused.status, refused.body['code']], [403, 'auth.insufficient_scope'])
  const foreign = await rig.call('/api/sub-acc-push', { acc_id_list: [HK_SIMULATED] }, WHITELISTED.key)
  assert.deepEqual([foreign.status, foreign.body['code']], [403, 'auth.account_not_allowed'])

  const client = await rig.socket({ token: ALL.key })
  await client.inbox.type('hello')
  await rig.ask('/api/sub-acc-push', { acc_id_list: [HK_SIMULATED] }, ALL.key)
  const orderId = await buy(200, 'resting')
  const resting = await client.inbox.take('the order', (message) => message['proto_id'] === 2208)
  assert.equal(orderIn(resting)['order_id'], orderId)
  await rig.ask('/api/sub-acc-push', { acc_id_list: [] }, ALL.key)
})

test('of two sockets of one caller only that whose token may read accounts sees its orders', async () => {
  const inAnHour = Math.ceil(Date.now() / 1_000) + 3_600
  const whole = jwt('alice', ['qot:read', 'acc:read'], inAnHour)
  const [sees, blind] = await Promise.all(
    [whole, jwt('alice', ['qot:read'], inAnHour)].map((token) => rig.socket({ token })),
  )
  assert.ok(sees !== undefined && blind !== undefined)
  await Promise.all([sees.inbox.type('hello'), blind.inbox.type('hello')])
  await rig.ask('/api/sub-acc-push', { acc_id_list: [HK_SIMULATED] }, whole)
  const orderId = await buy(199, 'for alice')
  assert.equal(orderIn(await sees.inbox.push(`orders:${HK_SIMULATED}`))['order_id'], orderId)
  await blind.ask('ping')
  assert.deepEqual(
    blind.inbox.all.filter(({ type }) => type === 'trade'),
    [],
  )
})

test('orders go on being pushed over the next link', async () => {
  const client = await rig.socket({ token: ALL.key })
  await wantAccounts(client, [HK_SIMULATED])
  const asked = rig.opend.seen(SUB_ACC_PUSH)
  rig.opend.cutAll('a test')
  await client.inbox.take('news of the loss', ({ type, up }) => type === 'gateway' && up === false)
  await client.inbox.take('news of the link', ({ type, up }) => type === 'gateway' && up === true)
  await withinDeadline(rig.opend.arrival(SUB_ACC_PUSH, asked), () => 'the pushes were not asked for again')
  const orderId = await buy(201, 'after the cut')
  const pushed = await client.inbox.take('the order', (message) => message['proto_id'] === 2208)
  assert.equal(orderIn(pushed)['order_id'], orderId)
})
