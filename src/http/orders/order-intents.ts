import type { Caller } from '../../auth/caller.ts'
import { fail, type Failed } from '../../base/result.ts'
import { shownName } from '../../base/shown-text.ts'
import { LEDGER_READERS } from '../../endpoints.ts'
import { ENTRY_STATES } from '../../orders/entry.ts'
import { answerJson } from '../answer.ts'
import { admit } from '../authenticate.ts'
import { checkNoBody, checkQuery } from '../request/body.ts'
import type { Handler } from '../exchange.ts'
import type { ListedEntry } from '../../orders/order-service.ts'
import { exitsView } from './exit-view.ts'
import { intentView, orderView } from './intent-view.ts'
import { ACCOUNT_ID, FLAG, oneOf, textLike, wholeNumber } from '../../wire/json/json-fields.ts'
import { readQuery } from '../request/request-fields.ts'

/** Entries of one page. 200 of them are about 200 KiB. */
const DEFAULT_LIMIT = 50
const MOST_ENTRIES = 200

/** The form of a ledger entry's id. */
export const INTENT_ID = /^oi_[0-9a-z]{8}$/

const LIST_QUERY = {
  state: oneOf(ENTRY_STATES),
  acc_id: ACCOUNT_ID,
  before: textLike(INTENT_ID, 'the intent_id of the last entry seen'),
  limit: wholeNumber(1, MOST_ENTRIES),
  all: FLAG,
}

/** `GET /api/order-intents`: a page of the caller's entries, or with `all` of those of all callers (scope `admin`). */
export const orderIntents: Handler = async (exchange) => {
  const { request, gateway, requestId } = exchange
  const admitted = await admit(exchange, LEDGER_READERS)
  if (!admitted.ok) return admitted
  const query = readQuery(request, LIST_QUERY)
  if (!query.ok) return query
  const nothing = await checkNoBody(request)
  if (!nothing.ok) return nothing
  const { caller } = admitted.value
  const { state, acc_id: accId, before, all } = query.value
  if (all === true && !isAdmin(caller)) return fail({ code: 'auth.insufficient_scope', scopes: ['admin'] })
  const limit = query.value.limit ?? DEFAULT_LIMIT
  const entries = await gateway.orderEntries({ caller: all === true ? null : caller.id, state, accId, before, limit })
  const next = entries.length === limit ? (entries.at(-1)?.id ?? null) : null
  return answerJson(200, { intents: entries.map(listedView), next_before: next }, requestId)
}

function listedView(entry: ListedEntry): object {
  return entry.exits === undefined ? intentView(entry) : { ...intentView(entry), exits: exitsView(entry.exits) }
}

/** `GET /api/order-intents/{id}`: one entry. The entry of another caller gets the same answer as an unknown id. */
export const oneIntent: Handler = async (exchange) => {
  const { request, params, gateway, requestId } = exchange
  const admitted = await admit(exchange, LEDGER_READERS)
  if (!admitted.ok) return admitted
  const query = checkQuery(request)
  if (!query.ok) return query
  const nothing = await checkNoBody(request)
  if (!nothing.ok) return nothing
  const { caller } = admitted.value
  const { id = '' } = params
  const found = INTENT_ID.test(id) ? await gateway.orderEntry(id) : null
  if (found === null || (found.entry.caller !== caller.id && !isAdmin(caller))) return unknownIntent(id)
  const exits = found.exits === null ? null : exitsView(found.exits)
  return answerJson(200, { ...intentView(found.entry), order: orderView(found.order), exits }, requestId)
}

/** The failure for an id that has no entry which the caller may see. */
export function unknownIntent(id: string): Failed {
  return fail({ code: 'order.unknown_intent', intentId: shownName(id) })
}

function isAdmin({ scopes }: Caller): boolean {
  return scopes.has('admin')
}
