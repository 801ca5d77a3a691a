import { messageType, type Field, type MessageType } from './schema.ts'
import { SECURITY } from './security-text.ts'

/** What a name in a JSON object stands for. */
export interface Slot {
  readonly field: Field
  /** Where its value goes: into the message itself, or into the trade header that the message carries. */
  readonly home: 'message' | 'header'
}

/** The names that a JSON object may use for a message's fields. */
export interface Names {
  readonly type: MessageType
  readonly slots: ReadonlyMap<string, Slot>
  /** The trade header field, for the messages that have one. */
  readonly header: Field | null
  /** The names people should write, for "did you mean". */
  readonly suggestions: readonly string[]
}

/** Full name of the message that says which account a trade call is for. */
export const TRADE_HEADER = 'Trd_Common.TrdHeader'

const cache = new Map<string, Names>()

/**
 * The names for a message: each field in snake case and as in the proto, `symbol` for a `security` or an
 * `owner` and `symbols` for a `security_list`, and the fields of a trade header flat beside it.
 */
export function namesOf(messageName: string): Names {
  let names = cache.get(messageName)
  if (names === undefined) {
    names = readNames(messageType(messageName))
    cache.set(messageName, names)
  }
  return names
}

/** Slots for fields that an endpoint takes beside those of its message. */
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
  // After the aliases: a field of the message's own always keeps its name.
  for (const field of type.fields) {
    addField(slots, field, 'message')
    suggestions.push(field.jsonName)
  }
  const header = type.byName.get('header')
  if (header?.messageName !== TRADE_HEADER) return { type, slots, header: null, suggestions }
  for (const field of messageType(TRADE_HEADER).fields) {
    // Trd_ModifyOrder has a trdMarket of its own, an int32 that the schema leaves open. The flat name then stands for
    // that one, is held to the header's enum, and fills the header too where the header lacks it.
    const home = type.byName.has(field.name) ? 'message' : 'header'
    addField(slots, field, home)
    if (home === 'header') suggestions.push(field.jsonName)
  }
  return { type, slots, header, suggestions }
}

function addField(slots: Map<string, Slot>, field: Field, home: Slot['home']): void {
  slots.set(field.jsonName, { field, home }).set(field.name, { field, home })
}
