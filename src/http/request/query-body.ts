import type { Failure } from '../../base/failure.ts'
import { fail, type Result, succeed } from '../../base/result.ts'
import { shownName } from '../../base/shown-text.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import type { JsonValue } from '../../wire/json/json-text.ts'
import { namesOf, slotsOf } from '../../wire/json/names/json-names.ts'
import type { Field } from '../../wire/schema.ts'
import { PARTIAL } from '../reads/partial-read.ts'
import { checkNoBody, checkQuery, readPlainText } from './body.ts'
import { FLAG } from '../../wire/json/json-fields.ts'
import { readQuery } from './request-fields.ts'
import { extraFieldsOf, messageOf, readText } from './request-message.ts'

/** The input of a read: the JSON text of its message, and its options. */
export interface ReadInput {
  readonly text: string
  /** `?partial=true`. */
  readonly isPartial: boolean
}

/** A number as in JSON that a double represents; no exponent, so it stays finite. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/

/** Deepest message that a parameter can name. The deepest request of the schema has 8 levels. */
const MAX_DEPTH = 8

/** A GET changes nothing, so it does not subscribe. */
const SUBSCRIBING: ReadonlySet<string> = new Set(['sub_type_list', 'subTypeList'])

/** Whether a request carries its message in the query: a GET of an endpoint whose message is the body of a POST. */
export function isQueryRead({ takesQuery }: ApiEndpoint, { method }: Request): boolean {
  return takesQuery && method !== 'POST'
}

/**
 * Reads the message of a request, from its body or from its query. Failures: every `request.*` about bodies and
 * queries, except those about the content of the message.
 */
export async function readInput(endpoint: ApiEndpoint, request: Request): Promise<Result<ReadInput>> {
  if (isQueryRead(endpoint, request)) return readQueryMessage(endpoint, request)
  const isPartial = readPartial(endpoint, request)
  if (!isPartial.ok) return isPartial
  const text = await (endpoint.isIsolateCached ? readPlainText(request) : readText(endpoint, request))
  return text.ok ? succeed({ text: text.value, isPartial: isPartial.value }) : text
}

/** A failure of a message that came in a query: its paths begin with `?`. */
export function inQuery(failure: Failure): Failure {
  if (!('path' in failure)) return failure
  const others = 'others' in failure ? { others: failure.others?.map((one) => ({ ...one, path: `?${one.path}` })) } : {}
  return { ...failure, path: failure.path === 'body' ? '?' : `?${failure.path}`, ...others }
}

function readPartial({ hasPartial }: ApiEndpoint, request: Request): Result<boolean> {
  if (hasPartial !== true) {
    const query = checkQuery(request)
    return query.ok ? succeed(false) : query
  }
  const query = readQuery(request, { [PARTIAL]: FLAG })
  return query.ok ? succeed(query.value[PARTIAL] === true) : query
}

/**
 * The message of a query as JSON text, so that it is checked as a body is. A parameter has the name of a field; a dot
 * leads into a message (`header.acc_id`), and a comma separates the elements of a list.
 */
async function readQueryMessage(endpoint: ApiEndpoint, request: Request): Promise<Result<ReadInput>> {
  const nothing = await checkNoBody(request)
  if (!nothing.ok) return nothing
  const root = new Map<string, Branch>()
  let isPartial = false
  const parameters = new URL(request.url).searchParams
  if (parameters.getAll(PARTIAL).length > 1) return invalid(PARTIAL, 'this parameter once')
  for (const [name, text] of parameters) {
    if (name.split('.').length > MAX_DEPTH)
      return fail({ code: 'request.unknown_field', path: `?${shownName(name)}`, nearest: null })
    if (name === PARTIAL && endpoint.hasPartial === true) {
      if (text !== 'true' && text !== 'false') return invalid(name, FLAG.expected)
      isPartial = text === 'true'
    } else if (endpoint.subscribesFirst === true && SUBSCRIBING.has(name)) {
      return invalid(name, 'this field in the body of a POST, because it subscribes')
    } else if (!place(root, name.split('.'), valueOf(fieldAt(endpoint, name), text))) {
      return invalid(name, 'this parameter once')
    }
  }
  return succeed({ text: JSON.stringify(plain(root)), isPartial })
}

function invalid(name: string, expected: string): Result<never> {
  return fail({ code: 'request.invalid_value', path: `?${shownName(name)}`, expected })
}

/** A value of the query, or the members of a message. */
type Branch = JsonValue | Map<string, Branch>

/** Puts a value at a path. False when the place is taken. */
function place(into: Map<string, Branch>, [name = '', ...rest]: readonly string[], value: JsonValue): boolean {
  const there = into.get(name)
  if (rest.length === 0) return there === undefined && into.set(name, value).size > 0
  const inner = there ?? new Map<string, Branch>()
  if (!(inner instanceof Map)) return false
  into.set(name, inner)
  return place(inner, rest, value)
}

function plain(branch: Branch): JsonValue {
  if (!(branch instanceof Map)) return branch
  return Object.fromEntries([...branch].map(([name, inner]) => [name, plain(inner)]))
}

/** The field that a parameter names; undefined for an unknown name, which the check of the message reports. */
function fieldAt(endpoint: ApiEndpoint, name: string): Field | undefined {
  const [first = '', ...rest] = name.split('.')
  let field = (namesOf(messageOf(endpoint)).slots.get(first) ?? slotsOf(extraFieldsOf(endpoint)).get(first))?.field
  for (const part of rest) {
    if (field === undefined || field.messageName === null) return undefined
    field = namesOf(field.messageName).slots.get(part)?.field
  }
  return field
}

/** The JSON value that a text means for a field. A text of another kind stays a text, and the check refuses it. */
function valueOf(field: Field | undefined, text: string): JsonValue {
  if (field === undefined) return text
  if (field.rule === 'repeated') return text === '' ? [] : text.split(',').map((part) => elementOf(field, part))
  return elementOf(field, text)
}

function elementOf({ kind, enumName }: Field, text: string): JsonValue {
  switch (kind) {
    case 'bool':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'int32':
    case 'uint32':
    case 'double':
    case 'float':
      return NUMBER.test(text) ? Number(text) : text
    default:
      return enumName !== null && NUMBER.test(text) ? Number(text) : text
  }
}
