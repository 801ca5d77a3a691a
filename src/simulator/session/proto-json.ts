import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { decodeBase64, encodeBase64 } from '../../wire/json/json-base64.ts'
import { enumType, messageType, type Field, type MessageType } from '../../wire/schema.ts'

/**
 * The standard JSON mapping of protobuf, OpenD's second body format: camelCase names, 64-bit integers as strings,
 * bytes as base64. Enums are written as numbers: the mapping permits names and numbers, and its parsers accept both, but
 * a client that assigns the value to a protobuf field without a parser can use the number only. Clients of OpenD's port
 * use this mapping; the HTTP API has its own.
 */
export function messageToJson<Name extends MessageName>(name: Name, value: MessageTypes[Name]): string {
  return JSON.stringify(writeMessage(messageType(name), value))
}

/** A message, or the first place where the JSON is not valid. */
export type ReadJson<Name extends MessageName> =
  | { readonly ok: true; readonly value: MessageTypes[Name] }
  | { readonly ok: false; readonly detail: string }

/**
 * Reads a message from JSON text. According to the mapping a field may have its camelCase or its proto name, 64-bit
 * integers may be numbers (within 2^53), enums may be numbers, and null means absent. Unknown fields are skipped, so
 * that clients newer than this schema work.
 */
export function messageFromJson<Name extends MessageName>(name: Name, text: string): ReadJson<Name> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, detail: 'the body is not JSON' }
  }
  try {
    // The reader below builds exactly the message that the schema describes.
    return { ok: true, value: readMessage(messageType(name), json, name, 0) as unknown as MessageTypes[Name] }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, detail: error.message }
    throw error
  }
}

/** Used inside this file only: reading stops at the first invalid field. */
class Unreadable extends Error {}

/** The deepest message of the schema has 7 levels. The bound prevents a stack overflow by hostile input. */
const MAX_DEPTH = 32

/** JSON name by the mapping's rule: removes each underscore and capitalises the next letter. */
function standardName(field: Field): string {
  return field.name.replace(/_(.)/g, (_, next: string) => next.toUpperCase())
}

function writeMessage(type: MessageType, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const field of type.fields) {
    const member = value[field.name]
    if (member === undefined || (Array.isArray(member) && member.length === 0)) continue
    json[standardName(field)] = Array.isArray(member)
      ? member.map((one: unknown) => writeValue(field, one))
      : writeValue(field, member)
  }
  return json
}

function writeValue(field: Field, value: unknown): unknown {
  if (field.messageName !== null) {
    return writeMessage(messageType(field.messageName), value as Readonly<Record<string, unknown>>)
  }
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'number' && field.kind === 'float') return shortestFloat(value)
  return value
}

/** The shortest decimal that parses to the same 32-bit float: 0.1 instead of 0.10000000149. */
function shortestFloat(value: number): number {
  const float = Math.fround(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return Number(float.toPrecision(9))
}

function readMessage(type: MessageType, json: unknown, path: string, depth: number): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Unreadable(`${path}: not an object`)
  if (depth > MAX_DEPTH) throw new Unreadable(`${path}: nested too deeply`)
  const members = json as Readonly<Record<string, unknown>>
  const value: Record<string, unknown> = {}
  for (const field of type.fields) {
    const member = members[standardName(field)] ?? members[field.name] ?? null
    const at = `${path}.${field.name}`
    if (field.rule === 'repeated') {
      if (member !== null && !Array.isArray(member)) throw new Unreadable(`${at}: not an array`)
      value[field.name] = (member ?? []).map((one: unknown) => readValue(field, one, at, depth))
    } else if (member !== null) value[field.name] = readValue(field, member, at, depth)
    else if (field.rule === 'required') throw new Unreadable(`${at}: missing`)
  }
  return value
}

function readValue(field: Field, json: unknown, path: string, depth: number): unknown {
  switch (field.kind) {
    case 'message':
      return readMessage(messageType(field.messageName ?? ''), json, path, depth + 1)
    case 'string':
      if (typeof json === 'string') return json
      break
    case 'bool':
      if (typeof json === 'boolean') return json
      break
    case 'bytes': {
      const bytes = typeof json === 'string' ? decodeBase64(json) : null
      if (bytes !== null) return bytes
      break
    }
    case 'double':
    case 'float': {
      const number = typeof json === 'string' ? readDouble(json) : json
      if (typeof number === 'number') return number
      break
    }
    case 'int32':
    case 'uint32': {
      const named =
        typeof json === 'string' && field.enumName !== null ? enumType(field.enumName).values.get(json) : null
      const integer = readInteger(named ?? json)
      if (integer !== null && fits(integer, field.kind)) return Number(integer)
      break
    }
    case 'int64':
    case 'uint64': {
      const integer = readInteger(json)
      if (integer !== null && fits(integer, field.kind)) return integer
      break
    }
  }
  throw new Unreadable(`${path}: not ${field.kind === 'bytes' ? 'base64' : `a valid ${field.kind}`}`)
}

function readDouble(text: string): number | null {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return Number(text)
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : null
}

function readInteger(json: unknown): bigint | null {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : null
  return typeof json === 'string' && /^-?\d{1,20}$/.test(json) ? BigInt(json) : null
}

const RANGES = {
  int32: [-(1n << 31n), (1n << 31n) - 1n],
  uint32: [0n, (1n << 32n) - 1n],
  int64: [-(1n << 63n), (1n << 63n) - 1n],
  uint64: [0n, (1n << 64n) - 1n],
} as const

function fits(integer: bigint, kind: keyof typeof RANGES): boolean {
  const [least, most] = RANGES[kind]
  return integer >= least && integer <= most
}
