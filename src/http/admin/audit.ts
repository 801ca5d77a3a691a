import { AUDIT_KINDS } from '../../audit/audit-event.ts'
import { FIRST_HASH, publishedRow, rowText } from '../../audit/audit-chain.ts'
import { parseTimestamp } from '../../base/time/civil-date.ts'
import { oneOf, parsedText, TEXT, wholeNumber } from '../../wire/json/json-fields.ts'
import { answerJson, answerText } from '../answer.ts'
import { admit } from '../authenticate.ts'
import type { Handler } from '../exchange.ts'
import { checkNoBody } from '../request/body.ts'
import { readQuery } from '../request/request-fields.ts'

/** Rows of one page; 500 of them are about 200 KiB. */
const DEFAULT_LIMIT = 100
const MOST_ROWS = 500

/** Rows of one part of an export: about 2 MiB. */
const EXPORT_ROWS = 5_000

const TIME = parsedText(parseTimestamp, 'an RFC 3339 time such as "2026-11-27T00:00:00Z"')

const QUERY = {
  kind: oneOf(AUDIT_KINDS),
  caller: TEXT,
  outcome: oneOf(['allow', 'reject']),
  request_id: TEXT,
  intent_id: TEXT,
  order_id: TEXT,
  since: TIME,
  until: TIME,
  before: wholeNumber(1),
  limit: wholeNumber(1, MOST_ROWS),
}

const EXPORT_QUERY = { after: wholeNumber(0) }

/** `GET /api/admin/audit`: a page of the audit, newest first. */
export const auditPage: Handler = async (exchange) => {
  const admitted = await admit(exchange, ['admin'])
  if (!admitted.ok) return admitted
  const query = readQuery(exchange.request, QUERY)
  if (!query.ok) return query
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const { kind, caller, outcome, since: sinceMs, until: untilMs, before: beforeSeq, limit } = query.value
  const { request_id: requestId, intent_id: intentId, order_id: orderId } = query.value
  const filters = { kind, caller, outcome, requestId, intentId, orderId, sinceMs, untilMs, beforeSeq }
  const page = await exchange.gateway.auditPage({ ...filters, limit: limit ?? DEFAULT_LIMIT })
  return answerJson(200, { rows: page.rows.map(publishedRow), next_before: page.nextBeforeSeq }, exchange.requestId)
}

/**
 * `GET /api/admin/audit-file`: a part of the audit as JSON Lines, oldest first, for a check of the chain. The first line has
 * the row before the part and the number after which the next part begins; null at the end.
 */
export const auditFile: Handler = async (exchange) => {
  const admitted = await admit(exchange, ['admin'])
  if (!admitted.ok) return admitted
  const query = readQuery(exchange.request, EXPORT_QUERY)
  if (!query.ok) return query
  const nothing = await checkNoBody(exchange.request)
  if (!nothing.ok) return nothing
  const after = query.value.after ?? 0
  const { rows, anchor } = await exchange.gateway.auditExport(after, EXPORT_ROWS)
  const last = rows.at(-1)
  const head = {
    anchor: anchor ?? { seq: 0, hash: FIRST_HASH },
    next_after: rows.length === EXPORT_ROWS && last !== undefined ? last.seq : null,
  }
  const lines = [JSON.stringify(head), ...rows.map(rowText)]
  return answerText(200, `${lines.join('\n')}\n`, exchange.requestId, 'application/jsonl')
}
