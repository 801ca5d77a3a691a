import compiled from '../../proto/schema.json' with { type: 'json' }
import { jsonNameOf, type FieldRow, readEnumRow, readMessageRow, readProtocolRow, usualRow } from './schema-row.ts'

/** The scalar types of proto2 that OpenD's schema uses. */
export type ScalarKind = 'int32' | 'uint32' | 'int64' | 'uint64' | 'double' | 'float' | 'bool' | 'string' | 'bytes'

/** How often a field may occur in its message: at most once, exactly once, any number of times. */
export type FieldRule = 'optional' | 'required' | 'repeated'

/** One field of a message. An enum field is `kind: 'int32'` with `enumName` set, as OpenD declares most of them. */
export interface Field {
  /** Name in the .proto file, as OpenD spells it (`accID`). */
  readonly name: string
  /** Name in JSON (`acc_id`). */
  readonly jsonName: string
  readonly number: number
  readonly rule: FieldRule
  readonly kind: ScalarKind | 'message'
  /** Full name of the field's message type; only for `kind: 'message'`. */
  readonly messageName: string | null
  /** Full name of the field's enum; only for integer kinds. */
  readonly enumName: string | null
}

/** A message type with its fields in number order and maps for the codec and the JSON check. */
export interface MessageType {
  /** Full name: file package, dot, message (`Trd_PlaceOrder.C2S`). */
  readonly name: string
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  /** By JSON name and by proto name. */
  readonly byName: ReadonlyMap<string, Field>
}

/** An enum. JSON uses its names with or without the common prefix (`TrdSide_Buy`, `BUY`). */
export interface EnumType {
  readonly name: string
  /** Value by the name in the .proto file. */
  readonly values: ReadonlyMap<string, number>
}

/** One call or push of OpenD: its protocol id and the two message types of its bodies. */
export interface Protocol {
  readonly id: number
  /** `Trd_PlaceOrder`, `KeepAlive`, ... */
  readonly name: string
  /** Full name of the request message; null for a push. */
  readonly request: string | null
  readonly response: string
}

const messageTypes = new Map<string, MessageType>()
const enumTypes = new Map<string, EnumType>()
const protocols = new Map<number, Protocol>()

/**
 * The message type of that full name. Types are built on first use, so a Worker does not build the other nine hundred.
 * Throws on a name that is not in the schema: names come from the program's own code.
 */
export function messageType(name: string): MessageType {
  let type = messageTypes.get(name)
  if (type === undefined) {
    type = buildMessage(name)
    messageTypes.set(name, type)
  }
  return type
}

/** The enum of that full name (`Trd_Common.TrdSide`). Throws on an unknown one. */
export function enumType(name: string): EnumType {
  let type = enumTypes.get(name)
  if (type === undefined) {
    const values = enums[name]
    if (values === undefined) throw new Error(`the schema has no enum ${name}`)
    type = { name, values: readEnumRow(values) }
    enumTypes.set(name, type)
  }
  return type
}

/** The call or push with that protocol id; null when it is not in the schema. */
export function protocolById(id: number): Protocol | null {
  let protocol = protocols.get(id)
  const row = protocolRows[String(id)]
  if (protocol === undefined && row !== undefined) {
    protocol = { id, ...readProtocolRow(row) }
    protocols.set(id, protocol)
  }
  return protocol ?? null
}

/** Every call and push of the schema, in id order. */
export function allProtocols(): readonly Protocol[] {
  return Object.entries(protocolRows)
    .map(([id, row]) => ({ id: Number(id), ...readProtocolRow(row) }))
    .toSorted((one, other) => one.id - other.id)
}

/** The full names of all message types. */
export function allMessageNames(): readonly string[] {
  const bodies = allProtocols().flatMap(({ request, response }) =>
    request === null ? [response] : [request, response],
  )
  return [...new Set([...Object.keys(messages), ...bodies])]
}

/** The full names of all enums, in file order. */
export function allEnumNames(): readonly string[] {
  return Object.keys(enums)
}

/** Rows by name: messages and enums by their full names, protocols by their ids. */
type Rows = Readonly<Record<string, string>>

/**
 * Adds messages, enums and protocols to those of the API; see `full-schema.ts`. Existing ones are not changed.
 */
export function extendSchema(part: { readonly messages: Rows; readonly enums: Rows; readonly protocols: Rows }): void {
  for (const [name, row] of Object.entries(part.messages)) messages[name] ??= row
  for (const [name, row] of Object.entries(part.enums)) enums[name] ??= row
  for (const [id, row] of Object.entries(part.protocols)) protocolRows[id] ??= row
}

const messages: Record<string, string> = { ...compiled.messages }
const enums: Record<string, string> = { ...compiled.enums }
const protocolRows: Record<string, string> = { ...compiled.protocols }

const RULES = { '?': 'optional', '!': 'required', '*': 'repeated' } as const
const SCALARS = new Set<string>([
  'int32',
  'uint32',
  'int64',
  'uint64',
  'double',
  'float',
  'bool',
  'string',
  'bytes',
] satisfies ScalarKind[])

function buildMessage(name: string): MessageType {
  const rows = messages[name] ?? usualRow(name)
  if (rows === null) throw new Error(`the schema has no message ${name}`)
  const fields = readMessageRow(rows).map(buildField)
  const byName = new Map<string, Field>()
  for (const field of fields) byName.set(field.name, field).set(field.jsonName, field)
  return { name, fields, byNumber: new Map(fields.map((field) => [field.number, field])), byName }
}

function buildField({ number, name, rule, type, enumName }: FieldRow): Field {
  const isScalar = SCALARS.has(type)
  return {
    name,
    jsonName: jsonNameOf(name),
    number,
    rule: RULES[rule],
    kind: isScalar ? (type as ScalarKind) : 'message',
    messageName: isScalar ? null : type,
    enumName,
  }
}
