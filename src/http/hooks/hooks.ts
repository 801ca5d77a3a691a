import { TRADERS } from '../../endpoints/endpoint-row.ts'
import { fail, type Failed, type Result, succeed } from '../../base/result.ts'
import { DELIVERY_STATES } from '../../hooks/delivery.ts'
import type { HookAnswer, HookCommand, HookOwner } from '../../hooks/hook-command.ts'
import { jsonText } from '../../keys/key-text.ts'
import { oneOf, wholeNumber } from '../../wire/json/json-fields.ts'
import { readFieldsOf } from '../admin/key-change.ts'
import { answerJson } from '../answer.ts'
import { admit } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { checkNoBody, checkQuery, readBodyText } from '../request/body.ts'
import { readPlainBody, readQuery } from '../request/request-fields.ts'
import { drawId, drawSecret } from './draw-id.ts'
import { deliveryJson, hookJson, previewJson } from './hook-json.ts'

/** Deliveries of one page; 200 of them are about 1 MiB. */
const DEFAULT_LIMIT = 50
const MOST_DELIVERIES = 200

/** Longest overlap of two secrets of a hook. */
const MAX_OVERLAP_SECONDS = 30 * 86_400

const PAGE_QUERY = {
  state: oneOf(DELIVERY_STATES),
  before: wholeNumber(1),
  limit: wholeNumber(1, MOST_DELIVERIES),
}

/** `GET /api/hooks`: the hooks of the calling key. */
export const listHooks: Handler = async (exchange) => {
  const answer = await askEmpty(exchange, () => ({ op: 'list' }))
  return answer.ok ? answerJson(200, { hooks: answer.value.hooks.map(hookJson) }, exchange.requestId) : answer
}

/** `POST /api/hooks`: makes a hook. The answer has the secret and the address, which are not stored. */
export const createHook: Handler = async (exchange) => {
  const owner = await admitOwner(exchange)
  if (!owner.ok) return owner
  const fields = await readFieldsOf(exchange, [])
  if (!fields.ok) return fields
  const { secret, hash } = drawSecret()
  const id = drawId('hk_')
  const command = {
    op: 'create',
    id,
    secretHash: hash,
    childHash: drawSecret().hash,
    fields: jsonText(fields.value),
  } as const
  const made = await exchange.gateway.hooks(command, owner.value)
  return made.ok ? answerWithSecret(exchange, made.value, secret, 201) : made
}

/** `GET /api/hooks/{id}`: one hook. */
export const oneHook: Handler = async (exchange) => {
  const answer = await askEmpty(exchange, (id) => ({ op: 'get', id }))
  return answer.ok ? answerHook(exchange, answer.value) : answer
}

/** `POST /api/hooks/{id}`: changes settings of a hook; null removes one. */
export const changeHook: Handler = async (exchange) => {
  const owner = await admitOwner(exchange)
  if (!owner.ok) return owner
  const fields = await readFieldsOf(exchange, [])
  if (!fields.ok) return fields
  const command = { op: 'change', id: idOf(exchange), fields: jsonText(fields.value) } as const
  const changed = await exchange.gateway.hooks(command, owner.value)
  return changed.ok ? answerHook(exchange, changed.value) : changed
}

/** `POST /api/hooks/{id}/pause`: alerts are refused and recorded until `resume`. */
export const pauseHook: Handler = (exchange) => switchHook(exchange, 'pause')

/** `POST /api/hooks/{id}/resume`: alerts are carried out again. Those that arrived meanwhile are not. */
export const resumeHook: Handler = (exchange) => switchHook(exchange, 'resume')

/** `POST /api/hooks/{id}/delete`: deletes a hook with its deliveries. */
export const deleteHook: Handler = async (exchange) => {
  const answer = await askEmpty(exchange, (id) => ({ op: 'delete', id }))
  return answer.ok ? answerJson(200, { deleted: idOf(exchange) }, exchange.requestId) : answer
}

/** `POST /api/hooks/{id}/rotate`: gives a hook a new secret. The old one stays valid for `overlap_seconds`. */
export const rotateHook: Handler = async (exchange) => {
  const owner = await admitOwner(exchange)
  if (!owner.ok) return owner
  const body = await readPlainBody(exchange.request, { overlap_seconds: wholeNumber(0, MAX_OVERLAP_SECONDS) })
  if (!body.ok) return body
  const { secret, hash } = drawSecret()
  const overlapMs = (body.value.overlap_seconds ?? 0) * 1_000
  const rotated = await exchange.gateway.hooks({ op: 'rotate', id: idOf(exchange), hash, overlapMs }, owner.value)
  return rotated.ok ? answerWithSecret(exchange, rotated.value, secret, 200) : rotated
}

/** `GET /api/hooks/{id}/deliveries`: what became of the alerts of a hook, newest first. */
export const listDeliveries: Handler = async (exchange) => {
  const owner = await admitOwner(exchange, true)
  if (!owner.ok) return owner
  const query = readQuery(exchange.request, PAGE_QUERY)
  if (!query.ok) return query
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const { state, before: beforeSeq, limit } = query.value
  const command = { op: 'deliveries', id: idOf(exchange), state, beforeSeq, limit: limit ?? DEFAULT_LIMIT } as const
  const page = await exchange.gateway.hooks(command, owner.value)
  if (!page.ok) return page
  const { deliveries, nextBeforeSeq } = page.value
  return answerJson(200, { deliveries: deliveries.map(deliveryJson), next_before: nextBeforeSeq }, exchange.requestId)
}

/** `GET /api/hooks/{id}/deliveries/{delivery}`: one delivery. */
export const oneDelivery: Handler = async (exchange) => {
  const answer = await askEmpty(exchange, (id) => ({ op: 'delivery', id, delivery: deliveryOf(exchange) }))
  if (!answer.ok) return answer
  const [delivery] = answer.value.deliveries
  return delivery === undefined
    ? fail({ code: 'hook.unknown_delivery' })
    : answerJson(200, deliveryJson(delivery), exchange.requestId)
}

/** `POST /api/hooks/{id}/deliveries/{delivery}/dry-run`: what the alert would lead to now. Sends nothing. */
export const dryRunDelivery: Handler = async (exchange) => {
  const answer = await askEmpty(exchange, (id) => ({ op: 'dry_run', id, delivery: deliveryOf(exchange) }))
  return answer.ok ? answerPreview(exchange, answer.value) : answer
}

/** `POST /api/hooks/{id}/test`: what a body would lead to now. Stores and sends nothing. */
export const testHook: Handler = async (exchange) => {
  const owner = await admitOwner(exchange)
  if (!owner.ok) return owner
  const body = await readBodyText(exchange.request)
  if (!body.ok) return body
  const answer = await exchange.gateway.hooks({ op: 'test', id: idOf(exchange), body: body.value }, owner.value)
  return answer.ok ? answerPreview(exchange, answer.value) : answer
}

async function switchHook(exchange: Exchange, op: 'pause' | 'resume'): Promise<Response | Failed> {
  const answer = await askEmpty(exchange, (id) => ({ op, id }))
  return answer.ok ? answerHook(exchange, answer.value) : answer
}

/** Gives a command of a request without a body and a query. */
async function askEmpty(exchange: Exchange, command: (id: string) => HookCommand): Promise<Result<HookAnswer>> {
  const owner = await admitOwner(exchange)
  if (!owner.ok) return owner
  const nothing = await checkNoBody(exchange.request)
  return nothing.ok ? exchange.gateway.hooks(command(idOf(exchange)), owner.value) : nothing
}

/** The key of a request that may trade. Failure: `auth.key_needed`, for a JWT. */
async function admitOwner(exchange: Exchange, hasQuery = false): Promise<Result<HookOwner>> {
  const admitted = await admit(exchange, TRADERS)
  if (!admitted.ok) return admitted
  const query = hasQuery ? succeed(null) : checkQuery(exchange.request)
  if (!query.ok) return query
  const { key, keyMark } = admitted.value.caller
  if (key === null || keyMark === null) return fail({ code: 'auth.key_needed' })
  return succeed({ keyId: key.id, keyMark, requestId: exchange.requestId })
}

function answerHook({ requestId }: Exchange, { hooks }: HookAnswer): Response | Failed {
  const [hook] = hooks
  return hook === undefined ? fail({ code: 'hook.unknown' }) : answerJson(200, hookJson(hook), requestId)
}

function answerWithSecret(
  { request, requestId }: Exchange,
  { hooks }: HookAnswer,
  secret: string,
  status: number,
): Response | Failed {
  const [hook] = hooks
  if (hook === undefined) return fail({ code: 'hook.unknown' })
  const url = `${new URL(request.url).origin}/hooks/${hook.id}/${secret}`
  return answerJson(status, { secret, url, ...hookJson(hook) }, requestId)
}

function answerPreview({ requestId }: Exchange, { preview }: HookAnswer): Response | Failed {
  return preview === null ? fail({ code: 'hook.unknown' }) : answerJson(200, previewJson(preview), requestId)
}

function idOf({ params }: Exchange): string {
  return params['id'] ?? ''
}

function deliveryOf({ params }: Exchange): string {
  return params['delivery'] ?? ''
}
