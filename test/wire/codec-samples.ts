import * as fc from 'fast-check'
import { allMessageNames, messageType, type Field, type MessageType, type ScalarKind } from '../../src/wire/schema.ts'

/** A message as our codec takes it, its type known at run time only. */
export type Sample = Readonly<Record<string, unknown>>

const INT32 = [0, 1, -1, 127, 128, 2147483647, -2147483648]
const UINT32 = [0, 1, 127, 128, 4294967295]
const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n
// Where our varint reader changes from numbers to bigints, where a double stops being exact, and the ends.
const EDGES_64 = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n]

const SCALARS: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  int32: fc.oneof(fc.constantFrom(...INT32), fc.integer()),
  uint32: fc.oneof(fc.constantFrom(...UINT32), fc.integer({ min: 0, max: 4294967295 })),
  int64: fc.oneof(
    fc.constantFrom(...EDGES_64, ...EDGES_64.map((value) => -value), MAX_INT64, -MAX_INT64 - 1n),
    fc.bigInt(-MAX_INT64 - 1n, MAX_INT64),
  ),
  uint64: fc.oneof(fc.constantFrom(...EDGES_64, MAX_INT64 + 1n, MAX_UINT64), fc.bigInt(0n, MAX_UINT64)),
  double: fc.double(),
  float: fc.float(),
  bool: fc.boolean(),
  // 64 and 128 bytes: protobufjs reads and writes longer strings another way.
  string: fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ minLength: 60, maxLength: 140 })),
  bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
}

const arbitraries = new Map<string, fc.Arbitrary<Sample>>()

/** Random values of a message: every optional field sometimes absent, every list sometimes empty or absent. */
export function sampleOf(name: string): fc.Arbitrary<Sample> {
  let arbitrary = arbitraries.get(name)
  if (arbitrary === undefined) {
    arbitrary = buildSample(messageType(name))
    arbitraries.set(name, arbitrary)
  }
  return arbitrary
}

function buildSample(type: MessageType): fc.Arbitrary<Sample> {
  const entries = type.fields.map((field) => [field.name, buildField(field)] as const)
  const requiredKeys = type.fields.filter((field) => field.rule === 'required').map((field) => field.name)
  return fc.record(Object.fromEntries(entries), { requiredKeys, noNullPrototype: true })
}

function buildField(field: Field): fc.Arbitrary<unknown> {
  const one = field.kind === 'message' ? sampleOf(field.messageName ?? '') : SCALARS[field.kind]
  return field.rule === 'repeated' ? fc.array(one, { maxLength: 3 }) : one
}

/** A message type drawn from the whole schema, with a value of it. */
export function anySample(): fc.Arbitrary<{ readonly name: string; readonly value: Sample }> {
  return fc.constantFrom(...allMessageNames()).chain((name) => sampleOf(name).map((value) => ({ name, value })))
}
