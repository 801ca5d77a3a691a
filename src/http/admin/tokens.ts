import { SCOPES } from '../../auth/scope.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import { jsonText } from '../../keys/key-text.ts'
import { wholeNumber } from '../../wire/json/json-fields.ts'
import { answerJson } from '../answer.ts'
import { admit } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { checkNoBody, checkQuery } from '../request/body.ts'
import { readPlainBody } from '../request/request-fields.ts'
import { drawKey, readFieldsOf, runKeys } from './key-change.ts'
import type { Caller } from '../../auth/caller.ts'

/** Longest life of a child token: a child that lives on for weeks would be a key that its owner forgot. */
const MAX_LIFE_SECONDS = 86_400
const DEFAULT_LIFE_SECONDS = 3_600

/**
 * Fields of a record that a child token cannot have. Its day and its price band are those of its parent, because its
 * orders use the budgets of both.
 */
const NOT_FOR_CHILDREN = [
  'id',
  'hash',
  'previous_hash',
  'created_at',
  'expires_at',
  'time_zone',
  'market_price_band',
  'limits',
  'allowed_machines',
  'raw_explicit_acc_ids',
]

/** `POST /api/tokens`: makes a child token of the calling key. The answer has the token, which is not stored. */
export const mintToken: Handler = async (exchange) => {
  const parent = await admitKey(exchange)
  if (!parent.ok) return parent
  const body = await readFieldsOf(exchange, NOT_FOR_CHILDREN)
  if (!body.ok) return body
  const { expires_in_seconds: life = null, ...fields } = body.value
  const rule = wholeNumber(1, MAX_LIFE_SECONDS)
  if (life !== null && (typeof life !== 'number' || !Number.isInteger(life) || life < 1 || life > MAX_LIFE_SECONDS)) {
    return fail({ code: 'request.invalid_value', path: 'expires_in_seconds', expected: rule.expected })
  }
  const { key, hash } = drawKey()
  const expiresAt = new Date(exchange.nowMs + (life ?? DEFAULT_LIFE_SECONDS) * 1_000).toISOString()
  const { id, keyMark, caller } = parent.value
  const record = jsonText({ ...fields, expires_at: expiresAt })
  const made = await runKeys(exchange, caller, { op: 'mint', parent: id, keyMark, fields: record, hash })
  return made.ok ? answerJson(201, { token: key, ...made.value.keys[0] }, exchange.requestId) : made
}

/** `GET /api/tokens`: the child tokens of the calling key. */
export const childTokens: Handler = async (exchange) => {
  const parent = await admitKey(exchange)
  if (!parent.ok) return parent
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const children = await runKeys(exchange, parent.value.caller, { op: 'children', parent: parent.value.id })
  return children.ok ? answerJson(200, { tokens: children.value.keys }, exchange.requestId) : children
}

/** `POST /api/tokens/{id}/revoke`: revokes a child token of the calling key, with those below it. */
export const revokeToken: Handler = async (exchange) => {
  const parent = await admitKey(exchange)
  if (!parent.ok) return parent
  const body = await readPlainBody(exchange.request, {})
  if (!body.ok) return body
  const { id, caller } = parent.value
  const command = { op: 'revoke_child', parent: id, id: exchange.params['id'] ?? '' } as const
  const revoked = await runKeys(exchange, caller, command)
  return revoked.ok ? answerJson(200, { revoked: revoked.value.revoked }, exchange.requestId) : revoked
}

/** Admits a caller that is a key, with any scope. Failure: `auth.key_needed`, for a JWT. */
async function admitKey(
  exchange: Exchange,
): Promise<Result<{ readonly id: string; readonly keyMark: string; readonly caller: Caller }>> {
  const admitted = await admit(exchange, SCOPES)
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const { caller } = admitted.value
  const { key, keyMark } = caller
  if (key === null || keyMark === null) return fail({ code: 'auth.key_needed' })
  return succeed({ id: key.id, keyMark, caller })
}
