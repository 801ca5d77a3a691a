import { succeed, type Result } from '../../base/result.ts'
import { describeElement, describeExpectation } from './json-expectation.ts'
import { reportMissing, reportNoneOf, completeHeader } from './json-missing.ts'
import { namesOf, slotsOf, type Names, type Slot } from './names/json-names.ts'
import { JsonProblem, JsonProblems } from './json-problem.ts'
import { checkScalar } from './json-scalar.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-text.ts'
import { REFUSED, type WireDraft, type WireMessage, type WireValue } from './json-wire-value.ts'
import { nearestName } from './names/nearest-name.ts'
import { otherFieldName } from './names/other-names.ts'
import type { Field } from '../schema.ts'
import { suggestSecurity } from './security-hint.ts'
import { parseSecurityText, SECURITY } from './security-text.ts'

export interface CheckOptions {
  /** Maximum number of securities in one list: 100 by default, 400 for a snapshot (OpenD's maximum). */
  readonly maxSecurities?: number
  /** Proto names of required fields of the message itself that may be left out because other code sets them. */
  readonly optionalFields?: readonly string[]
  /** Additional fields of the endpoint. They are returned in the same object, under `Field.name`. */
  readonly extraFields?: readonly Field[]
  /** Proto names of fields of the message itself that the endpoint rejects as unknown, unless they are null. */
  readonly refusedFields?: ReadonlySet<string>
  /** Proto names of fields of the message itself. At least one must be given and must not be empty, 0 or false. */
  readonly needsOneOf?: readonly string[]
}

/** The state of one check of a body: the problems so far, and the bound for every level. */
interface Check {
  readonly problems: JsonProblems
  readonly maxSecurities: number
}

/** Rules for the outermost message only. */
interface RootRules {
  readonly optional: readonly string[] | undefined
  readonly extra: ReadonlyMap<string, Slot>
  readonly refused: ReadonlySet<string>
  readonly needsOneOf: readonly string[]
}

const MAX_SECURITIES = 100

/**
 * Maximum number of elements of any other list. The longest lists that OpenD documents have 400 (securities of a
 * snapshot, order ids of a fee query); OpenD would refuse a longer one.
 */
const MAX_ELEMENTS = 400

/**
 * Checks a request body against the message of that name (usually a `C2S`) and converts it for the encoder. The rules:
 *
 * - The body is the message itself, or an object whose only member `c2s` is the message.
 * - Names are in snake case or as in the proto, at every level. Each field may be given once.
 * - `null` is the same as an absent field.
 * - `symbol` is an alias of `security`, and `symbols` of `security_list`; a security may be a string (`HK.00700`).
 * - The members of a trade `header` may be given next to it, all or some of them.
 * - Values follow `checkScalar`: they are never guessed, rounded or truncated.
 *
 * Fails with `request.unknown_field`, `request.invalid_value` or `request.missing_field`, with the path as in the body.
 * The failure lists all problems, up to `MAX_PROBLEMS`, in the order of the body. The missing fields of an object come
 * after its other problems.
 */
export function checkBody(messageName: string, body: JsonValue, options: CheckOptions = {}): Result<WireMessage> {
  const check: Check = { problems: new JsonProblems(), maxSecurities: options.maxSecurities ?? MAX_SECURITIES }
  const message = checkRoot(check, namesOf(messageName), body, options)
  return check.problems.count === 0 ? succeed(message) : check.problems.toFailed()
}

/** The values of a message while it is read. */
interface Draft {
  readonly message: WireDraft
  /** Members of the trade header, given in `header` or next to it. */
  readonly header: WireDraft
}

const INNER: RootRules = { optional: undefined, extra: new Map(), refused: new Set(), needsOneOf: [] }

/** Returns the message. Do not use it if there are problems. */
function checkRoot(check: Check, names: Names, body: JsonValue, options: CheckOptions): WireMessage {
  const { problems } = check
  const { optionalFields, extraFields, refusedFields = INNER.refused, needsOneOf = INNER.needsOneOf } = options
  const extra = extraFields === undefined ? INNER.extra : slotsOf(extraFields)
  const root = { optional: optionalFields, extra, refused: refusedFields, needsOneOf }
  if (!isJsonObject(body)) {
    problems.add(JsonProblem.invalid('a JSON object'))
    return {}
  }
  if (!Object.hasOwn(body, 'c2s')) return checkMessage(check, names, body, root)

  for (const name of Object.keys(body)) {
    if (name !== 'c2s') problems.add(JsonProblem.invalid('this field inside c2s, with the other fields').under(name))
  }
  const before = problems.count
  const inner = body['c2s'] ?? null
  let message: WireMessage = {}
  if (isJsonObject(inner)) message = checkMessage(check, names, inner, root)
  else problems.add(JsonProblem.invalid('an object'))
  problems.moveUnder('c2s', before)
  return message
}

/** Checks an object as a message. */
function checkMessage(check: Check, names: Names, object: JsonObject, root = INNER): WireMessage {
  const draft: Draft = { message: {}, header: {} }
  readMembers(check, names, object, draft, root)
  const { message, header } = draft
  const { problems } = check
  if (names.header !== null) completeHeader(names.header, object, message, header, problems)
  reportMissing(names.type, message, problems, root.optional)
  reportNoneOf(names.type, message, problems, root.needsOneOf)
  return message
}

/** Reads the members in order. Does not check for missing fields. */
function readMembers(check: Check, names: Names, object: JsonObject, draft: Draft, root: RootRules): void {
  const { problems } = check
  const { extra, refused } = root
  for (const [name, value] of Object.entries(object)) {
    if (problems.isFull) return
    const slot = names.slots.get(name) ?? extra.get(name)
    if (slot === undefined) {
      const known = [...names.suggestions, ...extra.keys()]
      problems.add(JsonProblem.unknown(name, otherFieldName(name, known) ?? nearestName(name, known)))
      continue
    }
    if (value === null) continue
    const { field, home } = slot
    if (home === 'message' && refused.has(field.name)) {
      problems.add(JsonProblem.unknown(name, null))
      continue
    }
    const before = problems.count
    if (field === names.header) readHeader(check, field, value, draft)
    else readMember(check, field, value, home === 'header' ? draft.header : draft.message)
    if (problems.count > before) problems.moveUnder(name, before)
  }
}

function readMember(check: Check, field: Field, value: JsonValue, target: WireDraft): void {
  if (Object.hasOwn(target, field.name)) {
    check.problems.add(
      JsonProblem.invalid('this field only once, but it is also given under another name or in another place'),
    )
    return
  }
  target[field.name] = checkField(check, field, value)
}

/** Reads the trade header into the draft of its flat members, so that a member given in both places is detected. */
function readHeader(check: Check, field: Field, value: JsonValue, draft: Draft): void {
  if (field.messageName === null || !isJsonObject(value)) {
    check.problems.add(JsonProblem.invalid(describeExpectation(field)))
    return
  }
  const own: Draft = { message: draft.header, header: {} }
  readMembers(check, namesOf(field.messageName), value, own, INNER)
}

function checkField(check: Check, field: Field, value: JsonValue): WireValue {
  if (field.rule !== 'repeated') return checkElement(check, field, value)
  const { problems } = check
  if (!isJsonArray(value)) return refuse(check, describeExpectation(field))
  const isSecurities = field.messageName === SECURITY
  const max = isSecurities ? check.maxSecurities : MAX_ELEMENTS
  if (value.length > max) return refuse(check, `at most ${max} ${isSecurities ? 'securities' : 'elements'}`)
  const list: WireValue[] = []
  for (const [index, element] of value.entries()) {
    if (problems.isFull) break
    const before = problems.count
    list.push(checkElement(check, field, element))
    if (problems.count > before) problems.moveUnder(index, before)
  }
  return list
}

function checkElement(check: Check, field: Field, value: JsonValue): WireValue {
  if (field.messageName === null) return checkPlain(check, field, value)
  if (isJsonObject(value)) return checkMessage(check, namesOf(field.messageName), value)
  if (field.messageName === SECURITY && typeof value === 'string' && value.isWellFormed()) {
    const security = parseSecurityText(value)
    if (security !== null) return { ...security }
    const meant = suggestSecurity(value)
    if (meant !== null) return refuse(check, `${describeElement(field)}; did you mean ${meant}?`)
  }
  return refuse(check, describeElement(field))
}

function checkPlain(check: Check, field: Field, value: JsonValue): WireValue {
  const checked = checkScalar(field, value)
  if (checked === null) return refuse(check, describeElement(field))
  if (!(checked instanceof JsonProblem)) return checked
  check.problems.add(checked)
  return REFUSED
}

function refuse(check: Check, expected: string): typeof REFUSED {
  check.problems.add(JsonProblem.invalid(expected))
  return REFUSED
}
