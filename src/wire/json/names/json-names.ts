import { messageType, type Field, type MessageType } from '../../schema.ts'
import { SECURITY } from '../security-text.ts'

/** The field of a name in a JSON object. */
export interface Slot {
  readonly field: Field
  /** Where the value belongs: in the message itself, or in the message's trade header. */
  readonly home: 'message' | 'header'
}

/** The names that a JSON object may use for a message's fields. */
export interface Names {
  readonly type: MessageType
  readonly slots: ReadonlyMap<string, Slot>
  /** The trade header field, for the messages that have one. */
  readonly header: Field | null
  /** The preferred names, for "did you mean". */
  readonly suggestions: readonly string[]
}

/** Full name of the message with the account of a trade call. */
export const TRADE_HEADER = 'Trd_Common.TrdHeader'

const cache = new Map<string, Names>()

/**
 * The names for a message: each field in snake case and as in the proto, `symbol` for a `security` or an `owner`,
 * `symbols` for a `security_list`, and the fields of a trade header next to it.
 */
export function namesOf(messageName: string): Names {
  let names = cache.get(messageName)
  if (names === undefined) {
    names = readNames(messageType(messageName))
    cache.set(messageName, names)
  }
  return names
}

/** Slots for the additional fields of an endpoint. */
export function slotsOf(fields: readonly Field[]): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>()
  for (const field of fields) addField(slots, field, 'message')
  return slots
}

const SECURITY_ALIASES = [
  { alias: 'symbol', name: 'security', isList: false },
  { alias: 'symbol', name: 'owner', isList: false },
  { alias: 'symbols', name: 'securityList', isList: true },
] as const

function readNames(type: MessageType): Names {
  const slots = new Map<string, Slot>()
  const suggestions: string[] = []
  for (const { alias, name, isList } of SECURITY_ALIASES) {
    const field = type.byName.get(name)
    if (field?.messageName !== SECURITY || (field.rule === 'repeated') !== isList || slots.has(alias)) continue
    slots.set(alias, { field, home: 'message' })
    suggestions.push(alias)
  }
  // After the aliases, so that a field of the message takes precedence over an alias of the same name.
  for (const field of type.fields) {
    addField(slots, field, 'message')
    suggestions.push(field.jsonName)
  }
  const header = type.byName.get('header')
  if (header?.messageName !== TRADE_HEADER) return { type, slots, header: null, suggestions }
  for (const field of messageType(TRADE_HEADER).fields) {
    // Trd_ModifyOrder has its own trdMarket, which is a plain int32 in the schema. The flat name then means that field,
    // is checked against the header's enum, and is also used for the header if the header does not have it.
    const home = type.byName.has(field.name) ? 'message' : 'header'
    addField(slots, field, home)
    if (home === 'header') suggestions.push(field.jsonName)
  }
  return { type, slots, header, suggestions }
}

function addField(slots: Map<string, Slot>, field: Field, home: Slot['home']): void {
  slots.set(field.jsonName, { field, home }).set(field.name, { field, home })
}
