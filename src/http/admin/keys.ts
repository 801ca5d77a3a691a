import type { Failed, Result } from '../../base/result.ts'
import { jsonText } from '../../keys/key-text.ts'
import type { KeyAnswer, KeyCommand } from '../../keys/key-command.ts'
import { wholeNumber } from '../../wire/json/json-fields.ts'
import { answerJson } from '../answer.ts'
import { admit, type Admitted } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { checkNoBody, checkQuery } from '../request/body.ts'
import { readPlainBody } from '../request/request-fields.ts'
import { drawKey, readFieldsOf, runKeys } from './key-change.ts'

/** Longest overlap of two secrets of a key: a month is enough to deploy a new one everywhere. */
const MAX_OVERLAP_SECONDS = 30 * 86_400

/** Fields of a record that the service sets itself. */
const OF_SERVICE = ['hash', 'previous_hash', 'created_at']

/** `GET /api/admin/keys`: all keys, without their hashes. */
export const listKeys: Handler = async (exchange) => {
  const keys = await answered(exchange, { op: 'list' })
  return keys.ok ? answerJson(200, { keys: keys.value.keys }, exchange.requestId) : keys
}

/** `GET /api/admin/keys/{id}`: one key. */
export const oneKey: Handler = async (exchange) => {
  const found = await answered(exchange, { op: 'get', id: idOf(exchange) })
  return found.ok ? answerOne(exchange, found.value) : found
}

/** `POST /api/admin/keys`: makes a key from the fields of a record. The answer has the key, which is not stored. */
export const createKey: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const fields = await readFieldsOf(exchange, OF_SERVICE)
  if (!fields.ok) return fields
  const { key, hash } = drawKey()
  const createdAt = new Date(exchange.nowMs).toISOString()
  const record = jsonText({ ...fields.value, hash: `sha256:${hash}`, created_at: createdAt })
  const made = await runKeys(exchange, admitted.value.caller, { op: 'create', record })
  return made.ok ? answerOne(exchange, made.value, { key }, 201) : made
}

/** `POST /api/admin/keys/{id}`: changes the given fields of a key; null removes one. */
export const changeKey: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const fields = await readFieldsOf(exchange, ['id', ...OF_SERVICE])
  if (!fields.ok) return fields
  const command = { op: 'change', id: idOf(exchange), fields: jsonText(fields.value) } as const
  const changed = await runKeys(exchange, admitted.value.caller, command)
  return changed.ok ? answerOne(exchange, changed.value) : changed
}

/** `POST /api/admin/keys/{id}/rotate`: gives a key a new secret. The old one stays valid for `overlap_seconds`. */
export const rotateKey: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const body = await readPlainBody(exchange.request, { overlap_seconds: wholeNumber(0, MAX_OVERLAP_SECONDS) })
  if (!body.ok) return body
  const { key, hash } = drawKey()
  const overlapMs = (body.value.overlap_seconds ?? 0) * 1_000
  const command = { op: 'rotate', id: idOf(exchange), hash, overlapMs } as const
  const rotated = await runKeys(exchange, admitted.value.caller, command)
  return rotated.ok ? answerOne(exchange, rotated.value, { key }) : rotated
}

/** `POST /api/admin/keys/{id}/revoke`: deletes a key with its child tokens. From the answer on, none of them works. */
export const revokeKey: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const body = await readPlainBody(exchange.request, {})
  if (!body.ok) return body
  const revoked = await runKeys(exchange, admitted.value.caller, { op: 'revoke', id: idOf(exchange) })
  return revoked.ok ? answerJson(200, { revoked: revoked.value.revoked }, exchange.requestId) : revoked
}

/** Admits an administrator whose request has no query. */
export async function admitAdmin(exchange: Exchange): Promise<Result<Admitted>> {
  const admitted = await admit(exchange, ['admin'])
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  return query.ok ? admitted : query
}

/** The answer to a command of an administrator whose request has no body. */
export async function answered(exchange: Exchange, command: KeyCommand): Promise<Result<KeyAnswer>> {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const nothing = await checkNoBody(exchange.request)
  return nothing.ok ? runKeys(exchange, admitted.value.caller, command) : nothing
}

function answerOne(exchange: Exchange, { keys }: KeyAnswer, secret: object = {}, status = 200): Response | Failed {
  return answerJson(status, { ...secret, ...keys[0] }, exchange.requestId)
}

function idOf({ params }: Exchange): string {
  return params['id'] ?? ''
}
