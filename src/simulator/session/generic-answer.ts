import { messageType, type Field, type MessageType, type Protocol } from '../../wire/schema.ts'
import { genericScalar } from './generic-scalar.ts'
import { hash32 } from './identity.ts'

/**
 * Most fields and elements of one generic answer. The largest response of the schema takes a third of it. The bound
 * limits answers of a future schema with deeply nested lists.
 */
const MAX_VALUES = 2000

/** Elements of a list. Nested lists have one element, because sizes of nested lists multiply. */
const LIST_LENGTH = 2
const DEEP_LIST_LENGTH = 1
const DEEP = 3

/** No response of the schema nests deeper than 7. */
const MAX_DEPTH = 12

/**
 * A well-formed reply to a call without a handler. Every field of the response has a valid value, and fields with a
 * name of the request repeat its value (the requested security, the requested type). The same request gets the same
 * reply. It shows a client the form of the data only: the values have no relation to the market.
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
  // The data of the three SkillWrap responses is next to retType.
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

  /** The request's member with that name, if it has the same type. A security may also come from the request's list. */
  #echo(type: MessageType, field: Field, index: number): unknown {
    if (field.messageName === 'Qot_Common.Security') {
      const { security, securityList } = this.#c2s
      if (security !== undefined) return security
      return Array.isArray(securityList) && securityList.length > 0
        ? (securityList[index % securityList.length] as unknown)
        : DEFAULT_SECURITY
    }
    const requested = this.#c2s[field.name]
    const isTopLevel = type.name.endsWith('.S2C')
    return isTopLevel && isOfKind(field, requested) ? requested : undefined
  }

  #hasRoom(depth: number): boolean {
    return this.#valuesLeft > 0 && depth < MAX_DEPTH
  }
}

const DEFAULT_SECURITY = { market: 1, code: '00700' }

/** Keys of a next page. Without them this page is the last. */
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
