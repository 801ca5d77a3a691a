import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS, OPERATIONS } from '../src/endpoints.ts'
import { messageType, protocolById } from '../src/wire/schema.ts'

/** Method, path and scope of every endpoint that clients of futu-opend-rs know, as its overview lists them. */
const KNOWN = `
GET /api/global-state qot:read
GET /api/user-info qot:read
GET /api/delay-statistics qot:read
POST /api/subscribe qot:read
GET /api/sub-info qot:read
POST /api/query-subscription qot:read
POST /api/used-quota qot:read
POST /api/quote qot:read
POST /api/kline qot:read
POST /api/orderbook qot:read
POST /api/broker qot:read
POST /api/ticker qot:read
POST /api/rt qot:read
POST /api/snapshot qot:read
POST /api/static-info qot:read
POST /api/plate-set qot:read
POST /api/plate-security qot:read
POST /api/reference qot:read
POST /api/owner-plate qot:read
POST /api/option-chain qot:read
POST /api/warrant qot:read
POST /api/capital-flow qot:read
POST /api/capital-distribution qot:read
POST /api/user-security qot:read
POST /api/stock-filter qot:read
POST /api/ipo-list qot:read
POST /api/future-info qot:read
POST /api/market-state qot:read
POST /api/history-kline qot:read
GET /api/accounts acc:read
POST /api/sub-acc-push acc:read
POST /api/funds acc:read
POST /api/positions acc:read
POST /api/orders acc:read
POST /api/order-fills acc:read
POST /api/max-trd-qtys acc:read
POST /api/history-orders acc:read
POST /api/history-order-fills acc:read
POST /api/margin-ratio acc:read
POST /api/order-fee acc:read
POST /api/unlock-trade trade:real
POST /api/order trade:real
POST /api/modify-order trade:real
POST /api/cancel-order trade:real
POST /api/cancel-all-order trade:real
GET /metrics none
GET /health none
GET /ws qot:read
GET /api/admin/status admin
POST /api/admin/reload admin
POST /api/admin/shutdown admin
`

/** What is ours alone. */
const OWN: ReadonlySet<string> = new Set([
  '/readyz',
  '/api/order-intents',
  '/api/order-intents/{id}',
  '/api/trading/halts',
  '/api/trading/halt',
  '/api/trading/resume',
  '/api/trading/cancel-after',
  '/api/admin/order-intents/{id}/resolve',
])

test('the table is the known API: same methods, paths, scopes and order', () => {
  const rows = [...API_ENDPOINTS, ...OPERATIONS.filter(({ path }) => !OWN.has(path))]
  const lines = rows.map(({ method, path, scopes }) => `${method} ${path} ${scopes[0] ?? 'none'}`)
  assert.deepEqual(lines, KNOWN.trim().split('\n'))
})

test('further scopes suffice for unlocking and for orders only', () => {
  const wider = API_ENDPOINTS.filter(({ scopes }) => scopes.length > 1).map(({ path, scopes }) => [path, ...scopes])
  assert.deepEqual(wider, [
    ['/api/unlock-trade', 'trade:real', 'trade:unlock'],
    ['/api/order', 'trade:real', 'trade:simulate'],
    ['/api/modify-order', 'trade:real', 'trade:simulate'],
    ['/api/cancel-order', 'trade:real', 'trade:simulate'],
    ['/api/cancel-all-order', 'trade:real', 'trade:simulate'],
  ])
})

test('each protocol id belongs to the message that is sent under it', () => {
  for (const { path, protocol, protoId } of API_ENDPOINTS) {
    assert.equal(protocolById(protoId)?.request, `${protocol}.Request`, path)
    assert.equal(protocolById(protoId)?.response, `${protocol}.Response`, path)
  }
})

test('a GET row knows its message, a POST row takes one', () => {
  for (const { method, path, fixedC2S } of API_ENDPOINTS) assert.equal(fixedC2S !== undefined, method === 'GET', path)
})

test('every call that names an account in its message is known to do so, or a whitelist would not see it', () => {
  for (const { path, protocol, accounts } of API_ENDPOINTS) {
    const { byName } = messageType(`${protocol}.C2S`)
    const isHeader = byName.get('header')?.messageName === 'Trd_Common.TrdHeader'
    const expected = isHeader
      ? 'header'
      : byName.has('accIDList')
        ? 'list'
        : path === '/api/accounts'
          ? 'reply'
          : undefined
    assert.equal(accounts, expected, path)
  }
})

test('fields that a row names are fields of its message', () => {
  for (const { path, protocol, needsOneOf = [], takenFields = [], settledFields = {} } of API_ENDPOINTS) {
    for (const name of [...needsOneOf, ...takenFields, ...Object.keys(settledFields)])
      assert.ok(messageType(`${protocol}.C2S`).byName.has(name), `${path} ${name}`)
  }
})

test('orders are exactly the calls that carry a packet id, and the ledger knows their two kinds', () => {
  for (const { path, protocol, protoId, isOrder } of API_ENDPOINTS) {
    assert.equal(isOrder, messageType(`${protocol}.C2S`).byName.has('packetID'), path)
    assert.equal(isOrder, protoId === 2202 || protoId === 2205, path)
  }
})
