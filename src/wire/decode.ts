import protobuf from 'protobufjs/minimal.js'
import { encodeBase64 } from './json/json-base64.ts'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import { planOf, type View } from './decode-plan.ts'
import { Decoding } from './decoding.ts'

/** A decoded message, or a description of the error: the place in the message, then the reason. */
export type Decoded<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly detail: string }

/** A message as JSON, ready for `JSON.stringify`. */
export interface JsonMessage {
  readonly [name: string]: JsonField
}

/** The value of a field in such a message. */
export type JsonField = null | boolean | number | string | JsonMessage | readonly JsonField[]

/**
 * Decodes a message for the program's own code: proto names, 64-bit integers as bigint, enums as plain numbers,
 * repeated fields always arrays. A missing required field is a failure; a field that is not in the schema is skipped.
 */
export function decodeMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): Decoded<MessageTypes[Name]> {
  // The table that drives the decoder and the generated types come from the same .proto files.
  return decode(TYPED_VIEW, name, bytes) as Decoded<MessageTypes[Name]>
}

/**
 * Decodes a message for an HTTP response: snake-case names, 64-bit integers as decimal strings, bytes as base64, NaN
 * and infinities (which JSON does not have) as null, repeated fields always arrays, absent optional fields left out.
 * A missing required field is left out too, so that replies of older and newer versions of OpenD pass.
 *
 * Throws on a message name that is not in the schema.
 */
export function decodeToJson(name: string, bytes: Uint8Array): Decoded<JsonMessage> {
  return decode(JSON_VIEW, name, bytes) as Decoded<JsonMessage>
}

type Reader = protobuf.Reader

function decode(view: View<Reader>, name: string, bytes: Uint8Array): Decoded<unknown> {
  const plan = planOf(view, name)
  const decoding = new Decoding(view, new protobuf.Reader(bytes))
  try {
    return { ok: true, value: decoding.decode(plan) }
  } catch (error) {
    const reason = decoding.reasonOf(error)
    if (reason === null) throw error
    return { ok: false, detail: `${name}${decoding.place()}: ${reason}` }
  }
}

const COMMON_READERS = {
  int32: (reader: Reader) => reader.int32(),
  uint32: (reader: Reader) => reader.uint32(),
  bool: (reader: Reader) => reader.bool(),
  string: (reader: Reader) => reader.stringVerify(),
}

const TYPED_VIEW: View<Reader> = {
  keyOf: (field) => field.name,
  needsRequired: true,
  readers: {
    ...COMMON_READERS,
    int64: (reader) => BigInt(readSignedVarint(reader)),
    uint64: (reader) => BigInt(readVarint(reader)),
    double: (reader) => reader.double(),
    float: (reader) => reader.float(),
    // Copies the bytes: a view would keep the whole frame in memory.
    bytes: (reader) => new Uint8Array(reader.bytes()),
  },
  plans: new Map(),
}

const JSON_VIEW: View<Reader> = {
  keyOf: (field) => field.jsonName,
  needsRequired: false,
  readers: {
    ...COMMON_READERS,
    int64: (reader) => String(readSignedVarint(reader)),
    uint64: (reader) => String(readVarint(reader)),
    double: (reader) => finiteOrNull(reader.double()),
    float: (reader) => finiteOrNull(reader.float()),
    bytes: (reader) => encodeBase64(reader.bytes()),
  },
  plans: new Map(),
}

/** Reads a varint as unsigned. Returns a number for at most seven bytes (49 bits), which avoids a bigint. */
function readVarint(reader: Reader): number | bigint {
  const { buf } = reader
  const stop = Math.min(reader.len, reader.pos + 7)
  let value = 0
  let scale = 1
  for (let pos = reader.pos; pos < stop; pos++) {
    const byte = buf[pos] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      reader.pos = pos + 1
      return value
    }
    scale *= 0x80
  }
  return readLongVarint(reader, value)
}

/** Bits in the first seven bytes of a longer varint, which `readVarint` has read. */
const SHORT_BITS = 49n

/** Reads the rest of a varint of eight to ten bytes after its first 49 bits. Bits beyond the 64th are ignored. */
function readLongVarint(reader: Reader, low: number): bigint {
  const { buf, len } = reader
  let high = 0
  for (let i = 0; i < 3; i++) {
    const pos = reader.pos + 7 + i
    const byte = buf[pos]
    if (byte === undefined || pos >= len) throw new RangeError('a varint ends after the last byte')
    high |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) {
      reader.pos = pos + 1
      return BigInt.asUintN(64, (BigInt(high) << SHORT_BITS) | BigInt(low))
    }
  }
  throw new Error('invalid varint encoding')
}

function readSignedVarint(reader: Reader): number | bigint {
  const value = readVarint(reader)
  return typeof value === 'number' ? value : BigInt.asIntN(64, value)
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
