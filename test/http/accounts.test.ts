import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS, isOrderEndpoint } from '../../src/endpoints.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { SCOPES } from '../../src/auth/scope.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import { keyRig, readError, type Rig } from './rig.ts'
import { sampleBody } from './sample-message.ts'

const MINE = 281756455988247813n
/** As a double it is the same number as the account above. */
const NEIGHBOUR = 281756455988247815n
const CARD = '1001123412345678'

const ACCOUNTS: WireMessage = {
  accList: [
    { trdEnv: 1, accID: MINE, cardNum: CARD },
    { trdEnv: 1, accID: NEIGHBOUR, cardNum: '1001123400009999' },
    { trdEnv: 0, accID: 5n },
  ],
}

const headerOf = (accId: bigint) => ({ trd_env: 1, acc_id: String(accId), trd_market: 1 })
const accountIds = async (response: Response): Promise<readonly string[]> => {
  const { s2c } = (await response.json()) as { s2c: { acc_list: { acc_id: string }[] } }
  return s2c.acc_list.map(({ acc_id }) => acc_id)
}

function restricted(fields: Record<string, unknown>): Rig {
  const rig = keyRig(SCOPES, fields)
  rig.gateway.succeed('Trd_GetAccList', ACCOUNTS)
  return rig
}

test('a restricted key sees its own accounts and no others', async () => {
  const { send } = restricted({ allowed_acc_ids: [String(MINE)] })
  assert.deepEqual(await accountIds(await send('GET /api/accounts')), [String(MINE)])
})

const ORDERS = API_ENDPOINTS.filter(isOrderEndpoint)
const READS = API_ENDPOINTS.filter((endpoint) => endpoint.accounts === 'header' && !isOrderEndpoint(endpoint))

for (const endpoint of READS) {
  test(`POST ${endpoint.path}: another account than the key's is refused before anything is sent`, async () => {
    const { gateway, send } = restricted({ allowed_acc_ids: [String(MINE)] })
    const body = (accId: bigint) => ({ ...sampleBody(endpoint), header: headerOf(accId) })
    const refused = await send(`POST ${endpoint.path}`, { body: body(NEIGHBOUR) })
    assert.equal((await readError(refused, 403)).code, 'auth.account_not_allowed')
    assert.equal(gateway.touched, 0)
    assert.equal((await send(`POST ${endpoint.path}`, { body: body(MINE) })).status, 200)
  })
}

for (const endpoint of ORDERS) {
  test(`POST ${endpoint.path}: the key's accounts go along as a limit, which decides`, async () => {
    const { gateway, send } = restricted({ allowed_acc_ids: [5], allowed_card_nums: [CARD.slice(-4)] })
    const body = { ...sampleBody(endpoint), header: headerOf(NEIGHBOUR) }
    assert.equal((await send(`POST ${endpoint.path}`, { body })).status, 200)
    assert.deepEqual(gateway.orders[0]?.limits, { ...NO_LIMITS, allowedAccIds: [5n, MINE] })
  })
}

test('a push subscription may name only allowed accounts, all of them', async () => {
  const { gateway, send } = restricted({ allowed_acc_ids: [String(MINE), 5] })
  const subscribe = (...ids: bigint[]) => send('POST /api/sub-acc-push', { body: { acc_id_list: ids.map(String) } })
  assert.equal((await readError(await subscribe(MINE, NEIGHBOUR), 403)).code, 'auth.account_not_allowed')
  assert.equal(gateway.touched, 0)
  assert.equal((await subscribe(MINE, 5n)).status, 200)
  assert.equal((await subscribe()).status, 200)
})

test("accounts named by card are found in the gateway's list, with each request", async () => {
  const { gateway, send } = restricted({ allowed_card_nums: [CARD.slice(-4)] })
  const funds = (accId: bigint) => send('POST /api/funds', { body: headerOf(accId) })
  assert.equal((await funds(MINE)).status, 200)
  assert.equal((await readError(await funds(NEIGHBOUR), 403)).code, 'auth.account_not_allowed')
  gateway.only('Trd_GetFunds')
  assert.deepEqual(await accountIds(await send('GET /api/accounts')), [String(MINE)])

  gateway.succeed('Trd_GetAccList', { accList: [{ trdEnv: 1, accID: NEIGHBOUR, cardNum: CARD }] })
  assert.equal((await readError(await funds(MINE), 403)).code, 'auth.account_not_allowed', 'the card has moved')
  assert.equal((await funds(NEIGHBOUR)).status, 200)
  assert.deepEqual(gateway.done, Array(5).fill('accounts'), 'the Worker has no copy of the list')
})

test('when the list cannot be had, a key with cards opens nothing', async () => {
  const { gateway, send } = restricted({ allowed_card_nums: ['5678'] })
  gateway.answer('Trd_GetAccList', { retType: -1, retMsg: 'not logged in' })
  await readError(await send('POST /api/funds', { body: headerOf(MINE) }), 500)
  gateway.answer('Trd_GetAccList', { code: 'gateway.not_ready', detail: 'connecting', retryInMs: 500 })
  assert.equal(
    (await readError(await send('POST /api/funds', { body: headerOf(MINE) }), 500)).code,
    'gateway.not_ready',
  )
  assert.equal(
    gateway.calls.some(({ protocol }) => protocol === 'Trd_GetFunds'),
    false,
  )
})

test('a card that fits no account opens nothing', async () => {
  const { send } = restricted({ allowed_card_nums: ['0000'] })
  await readError(await send('POST /api/funds', { body: headerOf(MINE) }), 403)
  assert.deepEqual(await accountIds(await send('GET /api/accounts')), [])
})
