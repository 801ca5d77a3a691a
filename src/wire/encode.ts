import protobuf from 'protobufjs/minimal.js'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import type { WireMessage } from './json/json-wire-value.ts'
import { messageType, type Field, type ScalarKind } from './schema.ts'
import { wireTypeOf } from './wire-type.ts'

/**
 * Encodes a message as OpenD's protobuf: fields in number order, repeated scalars unpacked, `undefined` and `null`
 * left out, lone surrogates in strings as U+FFFD. Enums are plain numbers and 64-bit integers are bigint.
 *
 * Throws on an invalid value: a missing required field, an integer out of range. Callers' values are checked before, so
 * that is a bug. Encoding it anyway could send a truncated account id.
 */
export function encodeMessage<Name extends MessageName>(name: Name, value: MessageTypes[Name]): Uint8Array {
  return encode(name, value)
}

/** The same for a message from the JSON check, whose type is known at run time only. */
export function encodeChecked(name: string, message: WireMessage): Uint8Array {
  return encode(name, message)
}

function encode(name: string, fields: Fields): Uint8Array {
  const writer = new protobuf.Writer()
  writeFields(writer, planOf(name), fields)
  // Not finish(): it returns a view of a shared pool, and RPC would clone the whole pool.
  return writer.finishInto(new Uint8Array(writer.pos))
}

type Writer = protobuf.Writer
type Fields = Readonly<Record<string, unknown>>

/** A field prepared for writing. */
interface Step {
  readonly field: Field
  readonly tag: number
  readonly write: (writer: Writer, value: unknown) => void
}

interface Plan {
  readonly name: string
  readonly steps: readonly Step[]
}

const plans = new Map<string, Plan>()

/** The plan of a message, built on first use. */
function planOf(name: string): Plan {
  let plan = plans.get(name)
  if (plan === undefined) {
    plan = { name, steps: messageType(name).fields.map(stepOf) }
    plans.set(name, plan)
  }
  return plan
}

function stepOf(field: Field): Step {
  const { kind, messageName } = field
  const tag = (field.number << 3) | wireTypeOf(field)
  return { field, tag, write: kind === 'message' ? messageWriter(messageName ?? '') : SCALAR_WRITERS[kind] }
}

function writeFields(writer: Writer, plan: Plan, fields: Fields): void {
  for (const { field, tag, write } of plan.steps) {
    const value = fields[field.name]
    if (value === undefined || value === null) {
      if (field.rule === 'required') throw new TypeError(`${plan.name}.${field.name} is required`)
    } else if (field.rule === 'repeated') {
      for (const item of value as readonly unknown[]) write(writer.uint32(tag), item)
    } else {
      write(writer.uint32(tag), value)
    }
  }
}

function messageWriter(name: string): (writer: Writer, value: unknown) => void {
  let plan: Plan | null = null
  return (writer, value) => {
    plan ??= planOf(name)
    writeFields(writer.fork(), plan, value as Fields)
    writer.ldelim()
  }
}

const SCALAR_WRITERS: Readonly<Record<ScalarKind, (writer: Writer, value: unknown) => void>> = {
  int32: (writer, value) => {
    if (typeof value !== 'number' || (value | 0) !== value) throw invalidValue('int32', value)
    writer.int32(value)
  },
  uint32: (writer, value) => {
    if (typeof value !== 'number' || value >>> 0 !== value) throw invalidValue('uint32', value)
    writer.uint32(value)
  },
  int64: (writer, value) => {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw invalidValue('int64', value)
    writer.int64(halves(value))
  },
  uint64: (writer, value) => {
    if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) throw invalidValue('uint64', value)
    writer.uint64(halves(value))
  },
  double: (writer, value) => {
    if (typeof value !== 'number') throw invalidValue('double', value)
    writer.double(value)
  },
  float: (writer, value) => {
    if (typeof value !== 'number') throw invalidValue('float', value)
    writer.float(value)
  },
  bool: (writer, value) => {
    if (typeof value !== 'boolean') throw invalidValue('bool', value)
    writer.bool(value)
  },
  string: (writer, value) => {
    if (typeof value !== 'string') throw invalidValue('string', value)
    writer.string(value.isWellFormed() ? value : value.toWellFormed())
  },
  bytes: (writer, value) => {
    if (!(value instanceof Uint8Array)) throw invalidValue('bytes', value)
    writer.bytes(value)
  },
}

function invalidValue(kind: ScalarKind, value: unknown): TypeError {
  // A string is not quoted, because it could be a password.
  const shown = typeof value === 'number' || typeof value === 'bigint' ? `${value}` : typeof value
  return new TypeError(`${shown} is not ${kind}`)
}

const LOW_HALF = 0xffff_ffffn

/** A 64-bit integer for the writer, without loss. A number is faster and is used when it is exact. */
function halves(value: bigint): protobuf.Long | number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  const bits = BigInt.asUintN(64, value)
  return { low: Number(bits & LOW_HALF), high: Number(bits >> 32n), unsigned: true }
}
