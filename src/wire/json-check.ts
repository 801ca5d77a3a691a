import { fail, succeed, type Result } from '../base/result.ts'
import { describeElement, describeExpectation } from './json-expectation.ts'
import { findMissing, completeHeader } from './json-missing.ts'
import { namesOf, slotsOf, type Names, type Slot } from './json-names.ts'
import { Problem } from './json-problem.ts'
import { checkScalar } from './json-scalar.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-text.ts'
import type { WireDraft, WireMessage, WireValue } from './json-wire-value.ts'
import { nearestName } from './nearest-name.ts'
import type { Field } from './schema.ts'
import { parseSecurityText, SECURITY } from './security-text.ts'

export interface CheckOptions {
  /** Most securities in one list: 100 unless told, our own cap; a snapshot may ask for 400, OpenD's cap. */
  readonly maxSecurities?: number
  /** Proto names of required fields of the message itself that may be left out, as somebody else fills them in. */
  readonly optionalFields?: readonly string[]
  /** Fields the endpoint takes beside those of its message. They come back in the same object, under `Field.name`. */
  readonly extraFields?: readonly Field[]
}

const MAX_SECURITIES = 100

/**
 * Elements of any other list. The longest that OpenD documents are 400 (securities of a snapshot, order ids of a fee
 * query); a longer one would cost work here only to be refused there.
 */
const MAX_ELEMENTS = 400

/**
 * Checks a request body against the message of that name, as a rule some `C2S`, and turns it into the value that the
 * encoder takes. The rules:
 *
 * - The body is the message itself, or an object whose only member `c2s` is the message.
 * - Names are in snake case or as in the proto, at every level, and a field is given once.
 * - `null` is the same as leaving the field out.
 * - `symbol` stands for `security` and `symbols` for `security_list`; a security may be a string (`HK.00700`).
 * - The members of a trade `header` may stand flat beside it, all or some of them.
 * - Values are what `checkScalar` takes: nothing is guessed, rounded or cut.
 *
 * Fails with `request.unknown_field`, `request.invalid_value` or `request.missing_field`, with the path as the caller
 * wrote it. Of several problems it is the first in the order of the body; what an object lacks comes after what is
 * wrong inside it.
 */
export function checkBody(messageName: string, body: JsonValue, options: CheckOptions = {}): Result<WireMessage> {
  const checked = checkRoot(namesOf(messageName), body, options)
  return checked instanceof Problem ? fail(checked.toFailure()) : succeed(checked)
}

/** What a message gives while it is read. */
interface Draft {
  readonly message: WireDraft
  /** Members of the trade header, whether they stood in `header` or flat beside it. */
  readonly header: WireDraft
}

const NOTHING_EXTRA: ReadonlyMap<string, Slot> = new Map()

function checkRoot(names: Names, body: JsonValue, options: CheckOptions): WireMessage | Problem {
  const { maxSecurities = MAX_SECURITIES, optionalFields, extraFields } = options
  const extra = extraFields === undefined ? NOTHING_EXTRA : slotsOf(extraFields)
  if (!isJsonObject(body)) return Problem.invalid('a JSON object')
  if (!Object.hasOwn(body, 'c2s')) return checkMessage(names, body, maxSecurities, optionalFields, extra)

  const stray = Object.keys(body).find((name) => name !== 'c2s')
  if (stray !== undefined) return Problem.invalid('this field inside c2s, with the others').under(stray)
  const inner = body['c2s'] ?? null
  if (!isJsonObject(inner)) return Problem.invalid('an object').under('c2s')
  const checked = checkMessage(names, inner, maxSecurities, optionalFields, extra)
  return checked instanceof Problem ? checked.under('c2s') : checked
}

/** Checks an object as a message. `optional` and `extra` are for the outermost one. */
function checkMessage(
  names: Names,
  object: JsonObject,
  maxSecurities: number,
  optional?: readonly string[],
  extra: ReadonlyMap<string, Slot> = NOTHING_EXTRA,
): WireMessage | Problem {
  const draft: Draft = { message: {}, header: {} }
  const problem = readMembers(names, object, draft, maxSecurities, extra)
  if (problem !== null) return problem
  const { message, header } = draft
  if (names.header !== null) {
    const missing = completeHeader(names.header, object, message, header)
    if (missing !== null) return missing
  }
  return findMissing(names.type, message, optional) ?? message
}

/** Reads the members in their order, without asking what is missing. */
function readMembers(
  names: Names,
  object: JsonObject,
  draft: Draft,
  maxSecurities: number,
  extra: ReadonlyMap<string, Slot>,
): Problem | null {
  for (const [name, value] of Object.entries(object)) {
    const slot = names.slots.get(name) ?? extra.get(name)
    if (slot === undefined) return Problem.unknown(name, nearestName(name, [...names.suggestions, ...extra.keys()]))
    if (value === null) continue
    const problem =
      slot.field === names.header
        ? readHeader(slot.field, value, draft, maxSecurities)
        : readMember(slot.field, value, slot.home === 'header' ? draft.header : draft.message, maxSecurities)
    if (problem !== null) return problem.under(name)
  }
  return null
}

function readMember(field: Field, value: JsonValue, target: WireDraft, maxSecurities: number): Problem | null {
  if (Object.hasOwn(target, field.name)) return Problem.invalid('this field once; another name or place gives it too')
  const checked = checkField(field, value, maxSecurities)
  if (checked instanceof Problem) return checked
  target[field.name] = checked
  return null
}

/** Reads the trade header into the draft that also takes its flat members, so that giving one in both places shows. */
function readHeader(field: Field, value: JsonValue, draft: Draft, maxSecurities: number): Problem | null {
  if (field.messageName === null || !isJsonObject(value)) return Problem.invalid(describeExpectation(field))
  const own: Draft = { message: draft.header, header: {} }
  return readMembers(namesOf(field.messageName), value, own, maxSecurities, NOTHING_EXTRA)
}

function checkField(field: Field, value: JsonValue, maxSecurities: number): WireValue | Problem {
  if (field.rule !== 'repeated') return checkElement(field, value, maxSecurities)
  if (!isJsonArray(value)) return Problem.invalid(describeExpectation(field))
  const isSecurities = field.messageName === SECURITY
  const max = isSecurities ? maxSecurities : MAX_ELEMENTS
  if (value.length > max) return Problem.invalid(`at most ${max} ${isSecurities ? 'securities' : 'elements'}`)
  const list: WireValue[] = []
  for (const [index, element] of value.entries()) {
    const checked = checkElement(field, element, maxSecurities)
    if (checked instanceof Problem) return checked.under(index)
    list.push(checked)
  }
  return list
}

function checkElement(field: Field, value: JsonValue, maxSecurities: number): WireValue | Problem {
  if (field.messageName === null) return checkScalar(field, value) ?? Problem.invalid(describeElement(field))
  if (isJsonObject(value)) return checkMessage(namesOf(field.messageName), value, maxSecurities)
  if (field.messageName === SECURITY && typeof value === 'string' && value.isWellFormed()) {
    const security = parseSecurityText(value)
    if (security !== null) return { ...security }
  }
  return Problem.invalid(describeElement(field))
}
