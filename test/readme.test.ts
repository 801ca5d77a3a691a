import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../src/base/failure.ts'
import { RESEARCH_CALLS } from '../src/calls/research-calls.ts'
import { API_ENDPOINTS, type ApiEndpoint, type Operation, OPERATIONS } from '../src/endpoints.ts'
import { describe } from '../src/problem/problem.ts'
import { CLOSES } from '../src/pushes/messages/close-code.ts'
import { tableIn } from './docs/pages.ts'

/** The tables about endpoints, codes and closes are what the code has. A failure prints the table as it should be. */

test('the tables of endpoints are the tables in the code', () => {
  const isResearch = (endpoint: ApiEndpoint): boolean => endpoint.protocol in RESEARCH_CALLS
  const operations = OPERATIONS.map((operation) => ({ ...operation, call: '' }))
  const api = API_ENDPOINTS.filter((endpoint) => !isResearch(endpoint)).map(withCall)
  assertTable('src/docs/api.md', [...api, ...operations].map(endpointCells))
  assertTable('src/docs/research.md', API_ENDPOINTS.filter(isResearch).map(withCall).map(endpointCells))
})

function withCall(endpoint: ApiEndpoint) {
  return { ...endpoint, call: `${endpoint.protocol} ${endpoint.protoId}` }
}

function endpointCells({
  method,
  path,
  scopes,
  purpose,
  call,
}: ReturnType<typeof withCall> | (Operation & { call: string })) {
  return [`${method} \`${path}\``, scopes.map((scope) => `\`${scope}\``).join(', '), purpose, call]
}

function assertTable(page: string, rows: readonly (readonly string[])[]): void {
  const expected = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  assert.deepEqual(tableIn(page, 'endpoints'), rows, expected)
}

test('the table of close codes has every code', () => {
  const listed = tableIn('src/docs/pushes.md', 'closes').map(([code]) => Number(code))
  assert.deepEqual(
    listed,
    [...new Set(Object.values(CLOSES).map(({ code }) => code))].toSorted((one, other) => one - other),
  )
})

const gateway = { detail: '', retryInMs: null }
const limit = { text: '', retryAfterMs: null }
const intentId = 'oi_00000000'
const reply = { retType: -1, retMsg: null, errCode: null }

/** One failure of each code; the type makes sure that none is missing. */
const SAMPLES: { readonly [Code in Failure['code']]: Extract<Failure, { readonly code: Code }> | Failure } = {
  'request.unknown_path': { code: 'request.unknown_path', path: '/', nearest: null },
  'request.method_not_allowed': { code: 'request.method_not_allowed', method: 'PUT', allow: ['GET'] },
  'request.too_large': { code: 'request.too_large', limitBytes: 1 },
  'request.incomplete_body': { code: 'request.incomplete_body' },
  'request.invalid_utf8': { code: 'request.invalid_utf8' },
  'request.malformed_json': { code: 'request.malformed_json', detail: '' },
  'request.unknown_field': { code: 'request.unknown_field', path: 'x', nearest: null },
  'request.missing_field': { code: 'request.missing_field', path: 'x', expected: '' },
  'request.invalid_value': { code: 'request.invalid_value', path: 'x', expected: '' },
  'request.unexpected_body': { code: 'request.unexpected_body' },
  'request.upgrade_required': { code: 'request.upgrade_required' },
  'auth.missing_token': { code: 'auth.missing_token' },
  'auth.malformed_token': { code: 'auth.malformed_token' },
  'auth.invalid_token': { code: 'auth.invalid_token' },
  'auth.expired_token': { code: 'auth.expired_token' },
  'auth.insufficient_scope': { code: 'auth.insufficient_scope', scopes: [] },
  'auth.account_not_allowed': { code: 'auth.account_not_allowed' },
  'auth.address_not_allowed': { code: 'auth.address_not_allowed' },
  'auth.key_changed': { code: 'auth.key_changed' },
  'auth.too_many_failures': { code: 'auth.too_many_failures', retryAfterMs: 1 },
  'auth.key_needed': { code: 'auth.key_needed' },
  'key.unknown': { code: 'key.unknown', id: 'x' },
  'key.id_taken': { code: 'key.id_taken', id: 'x' },
  'key.hash_taken': { code: 'key.hash_taken', id: 'x' },
  'key.read_only': { code: 'key.read_only', id: 'x', reason: 'config' },
  'key.full': { code: 'key.full', what: 'keys', most: 1 },
  'key.exceeds_parent': { code: 'key.exceeds_parent', exceeded: [] },
  'hook.unknown': { code: 'hook.unknown' },
  'hook.unknown_delivery': { code: 'hook.unknown_delivery' },
  'hook.busy': { code: 'hook.busy', retryAfterMs: 1 },
  'key.unreadable': { code: 'key.unreadable' },
  'auth.limits_missing': { code: 'auth.limits_missing' },
  'auth.origin_not_allowed': { code: 'auth.origin_not_allowed' },
  'auth.issuer_unavailable': { code: 'auth.issuer_unavailable', detail: '' },
  'trade.unknown_account': { code: 'trade.unknown_account', accId: '1' },
  'trade.plaintext_link': { code: 'trade.plaintext_link' },
  'trade.environment_mismatch': { code: 'trade.environment_mismatch', accId: '1', accountEnv: 'real' },
  'limits.account': { code: 'limits.account', ...limit },
  'limits.market': { code: 'limits.market', ...limit },
  'limits.symbol': { code: 'limits.symbol', ...limit },
  'limits.side': { code: 'limits.side', ...limit },
  'limits.hours': { code: 'limits.hours', ...limit },
  'limits.order_value': { code: 'limits.order_value', ...limit },
  'limits.rate': { code: 'limits.rate', ...limit },
  'limits.daily_value': { code: 'limits.daily_value', ...limit },
  'limits.halted': { code: 'limits.halted', ...limit },
  'order.idempotency_conflict': { code: 'order.idempotency_conflict', intentId },
  'order.in_flight': { code: 'order.in_flight', intentId },
  'order.absent': { code: 'order.absent', intentId },
  'order.lapsed': { code: 'order.lapsed', intentId },
  'order.unknown_intent': { code: 'order.unknown_intent', intentId },
  'order.too_late': { code: 'order.too_late' },
  'order.ledger_full': { code: 'order.ledger_full' },
  'order.too_many_exits': { code: 'order.too_many_exits', most: 100 },
  'order.already_decided': { code: 'order.already_decided', intentId, state: 'accepted' },
  'switch.fired': { code: 'switch.fired' },
  'switch.full': { code: 'switch.full' },
  'quote.not_subscribed': { code: 'quote.not_subscribed', subType: 1, missing: ['HK.00700'] },
  'quote.quota_exhausted': {
    code: 'quote.quota_exhausted',
    needed: 1,
    free: 0,
    total: 100,
    usedByCaller: 1,
    usedByOthers: 99,
    retryAfterMs: null,
  },
  'quote.share_exceeded': { code: 'quote.share_exceeded', needed: 2, held: 9, share: 10 },
  'push.too_many_sockets': { code: 'push.too_many_sockets' },
  'upstream.rate_limited': { code: 'upstream.rate_limited', limit: 60, windowMs: 30_000, retryAfterMs: 1_000 },
  'opend.refused': { code: 'opend.refused', ...reply },
  'opend.failed': { code: 'opend.failed', ...reply },
  'gateway.connect_failed': { code: 'gateway.connect_failed', ...gateway },
  'gateway.connect_timeout': { code: 'gateway.connect_timeout', ...gateway },
  'gateway.init_timeout': { code: 'gateway.init_timeout', ...gateway },
  'gateway.init_rejected': { code: 'gateway.init_rejected', ...gateway },
  'gateway.disconnected': { code: 'gateway.disconnected', ...gateway },
  'gateway.bad_frame': { code: 'gateway.bad_frame', ...gateway },
  'gateway.bad_digest': { code: 'gateway.bad_digest', ...gateway },
  'gateway.silent': { code: 'gateway.silent', ...gateway },
  'gateway.call_timeout': { code: 'gateway.call_timeout', ...gateway },
  'gateway.not_ready': { code: 'gateway.not_ready', ...gateway },
  'gateway.busy': { code: 'gateway.busy', ...gateway },
  'gateway.parked': { code: 'gateway.parked', ...gateway },
  'gateway.object_restarted': { code: 'gateway.object_restarted', ...gateway },
  'gateway.bad_reply': { code: 'gateway.bad_reply', ...gateway },
  'server.misconfigured': { code: 'server.misconfigured' },
  'server.bug': { code: 'server.bug' },
  'server.storage_failed': { code: 'server.storage_failed' },
}

test('the table of codes has every code, with the status that it is answered with', () => {
  const listed = tableIn('src/docs/errors.md', 'codes').map(([code, status]) => [code, status])
  const expected = Object.entries(SAMPLES).map(([code, failure]) => [`\`${code}\``, String(describe(failure).status)])
  assert.deepEqual(listed, expected)
})
