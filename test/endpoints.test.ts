import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLS } from '../src/calls.ts'
import { API_ENDPOINTS, OPERATIONS } from '../src/endpoints.ts'
import { RESEARCH_ROWS } from '../src/endpoints/research-rows.ts'
import { messageType, protocolById } from '../src/wire/schema.ts'

const UNLOCK_TRADE = CALLS.Trd_UnlockTrade.protoId

/** The calls that change settings of the user. */
const SETTINGS: ReadonlySet<number> = new Set(
  [CALLS.Qot_ModifyUserSecurity, CALLS.Qot_SetPriceReminder, CALLS.Qot_SetOptionEventAlert].map(
    ({ protoId }) => protoId,
  ),
)

test('each method and path is one row', () => {
  const rows = [...API_ENDPOINTS, ...OPERATIONS].map(({ method, path }) => `${method} ${path}`)
  assert.ok(rows.length > 50)
  assert.deepEqual([...new Set(rows)], rows)
})

test('every call of OpenD needs a scope, and so does every operation but those that have a rule of their own', () => {
  assert.deepEqual(
    API_ENDPOINTS.filter(({ scopes }) => scopes.length === 0),
    [],
  )
  const open = OPERATIONS.filter(({ scopes }) => scopes.length === 0).map(({ path }) => path)
  assert.deepEqual(open, ['/hooks/{id}/{secret}', '/hooks/{id}', '/metrics', '/openapi.json', '/health', '/readyz'])
})

test('what reads an account needs the scope for accounts, what trades or unlocks one for trading', () => {
  for (const { path, group, scopes, isOrder, protoId } of API_ENDPOINTS) {
    const isWrite = isOrder || protoId === UNLOCK_TRADE
    const reading = group === 'Trade' ? 'acc:read' : 'qot:read'
    const expected = isWrite ? 'trade:real' : SETTINGS.has(protoId) ? 'qot:write' : reading
    assert.equal(scopes[0], expected, path)
    assert.ok(isWrite || scopes.length === 1, `${path} is open to more than reads need`)
  }
})

test('the scope of simulated accounts opens exactly the calls for which the gateway asks about the account', () => {
  for (const { path, scopes, isOrder = false } of API_ENDPOINTS) {
    assert.equal(scopes.includes('trade:simulate'), isOrder, path)
  }
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

test('every call that names an account in its message is known to do so, or an allowlist would not see it', () => {
  for (const { path, protocol, accounts } of API_ENDPOINTS) {
    const { byName } = messageType(`${protocol}.C2S`)
    const isHeader = byName.get('header')?.messageName === 'Trd_Common.TrdHeader'
    const expected = isHeader
      ? 'header'
      : byName.has('accIDList')
        ? 'list'
        : protocol === 'Trd_GetAccList'
          ? 'reply'
          : undefined
    assert.equal(accounts, expected, path)
  }
})

test('fields that a row names are fields of its message', () => {
  for (const row of API_ENDPOINTS) {
    const { path, protocol, needsOneOf = [], takenFields = [], fixedFields, impliedFields, fixedC2S } = row
    const values = { ...fixedFields, ...impliedFields, ...fixedC2S }
    for (const name of [...needsOneOf, ...takenFields, ...Object.keys(values)])
      assert.ok(messageType(`${protocol}.C2S`).byName.has(name), `${path} ${name}`)
  }
})

test('the path of a newer call is its name by one rule', () => {
  assert.ok(RESEARCH_ROWS.length > 80)
  for (const { path, protocol } of RESEARCH_ROWS) {
    const words = protocol
      .replace(/^Qot_(?:Get|Request)?/, '')
      .replaceAll(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2-')
    assert.equal(path, `/api/${words.toLowerCase()}`)
  }
})

test('orders are exactly the calls that carry a packet id, and the ledger knows their two kinds', () => {
  for (const { path, protocol, protoId, isOrder } of API_ENDPOINTS) {
    assert.equal(isOrder, messageType(`${protocol}.C2S`).byName.has('packetID'), path)
    assert.equal(isOrder, protoId === 2202 || protoId === 2205, path)
  }
})
