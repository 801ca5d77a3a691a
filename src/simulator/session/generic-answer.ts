import { messageType, type Field, type MessageType, type Protocol } from '../../wire/schema.ts'
import { genericScalar } from './generic-scalar.ts'
import { hash32 } from './identity.ts'

/**
 * Fields and elements one generic answer may hold. The largest response of the schema takes a third of it; the bound
 * keeps a schema that one day nests lists in lists from growing without end.
 */
const MAX_VALUES = 2000

/** Elements of a list; those deeper down have one, as a list of lists would otherwise multiply. */
const LIST_LENGTH = 2
const DEEP_LIST_LENGTH = 1
const DEEP = 3

/** No response of the schema nests deeper than 7. */
const MAX_DEPTH = 12

/**
 * A well-formed reply to a call that no handler models: every field of the response filled with a valid value, fields
 * of the request's names echoed (the security asked about, the type asked for), the same for the same request. It
 * shows a client the shape of the data, not data: nothing in it hangs together with the market.
 *
 * Returns the whole response message of the protocol.
 */
export function genericAnswer(protocol: Protocol, c2s: object, seed: number, nowMs: number): object {
  const maker = new Maker(c2s as Readonly<Record<string, unknown>>, hash32(seed, protocol.id), nowMs)
  const type = messageType(protocol.response)
  const s2c = type.byName.get('s2c')
  if (s2c !== undefined && s2c.messageName !== null) {
    return { retType: 0, s2c: maker.message(messageType(s2c.messageName), 0, 0) }
  }
  // The three SkillWrap responses have their data beside retType.
  const { retMsg: _, errCode: __, ...flat } = maker.message(type, 0, 0)
  return { ...flat, retType: 0 }
}

class Maker {
  readonly #c2s: Readonly<Record<string, unknown>>
  readonly #seed: number
  readonly #nowMs: number
  #valuesLeft = MAX_VALUES

  constructor(c2s: Readonly<Record<string, unknown>>, seed: number, nowMs: number) {
    this.#c2s = c2s
    this.#seed = seed
    this.#nowMs = nowMs
  }

  /** `index` is the place of the message in its list, so that the elements of a list differ. */
  message(type: MessageType, depth: number, index: number): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    for (const field of type.fields) {
      const made = field.rule === 'repeated' ? this.#list(field, depth) : this.#single(type, field, depth, index)
      if (made !== undefined) value[field.name] = made
    }
    return value
  }

  #list(field: Field, depth: number): unknown[] {
    const length = depth < DEEP ? LIST_LENGTH : DEEP_LIST_LENGTH
    const items: unknown[] = []
    while (items.length < length && this.#hasRoom(depth)) items.push(this.#value(field, depth, items.length))
    return items
  }

  #single(type: MessageType, field: Field, depth: number, index: number): unknown {
    if (field.rule === 'optional' && (!this.#hasRoom(depth) || isPageKey(field))) return undefined
    return this.#echo(type, field, index) ?? this.#value(field, depth, index)
  }

  #value(field: Field, depth: number, index: number): unknown {
    this.#valuesLeft--
    if (field.messageName !== null) return this.message(messageType(field.messageName), depth + 1, index)
    return genericScalar(field, hash32(this.#seed + index, textHash(field.name)), index, this.#nowMs)
  }

  /** The request's member of that name, where it is of the same kind; a security may also come from its list. */
  #echo(type: MessageType, field: Field, index: number): unknown {
    if (field.messageName === 'Qot_Common.Security') {
      const { security, securityList } = this.#c2s
      if (security !== undefined) return security
      return Array.isArray(securityList) && securityList.length > 0
        ? (securityList[index % securityList.length] as unknown)
        : DEFAULT_SECURITY
    }
    const asked = this.#c2s[field.name]
    const isTopLevel = type.name.endsWith('.S2C')
    return isTopLevel && isOfKind(field, asked) ? asked : undefined
  }

  #hasRoom(depth: number): boolean {
    return this.#valuesLeft > 0 && depth < MAX_DEPTH
  }
}

const DEFAULT_SECURITY = { market: 1, code: '00700' }

/** Keys of a next page: leaving them out says that this page is the last. */
function isPageKey({ name }: Field): boolean {
  return /^next|^page$/.test(name)
}

function isOfKind(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'int64':
    case 'uint64':
      return typeof value === 'bigint' && value >= 0n && value < 1n << 63n
    case 'int32':
    case 'uint32':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0
    default:
      return false
  }
}

function textHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i))
  return hash
}
