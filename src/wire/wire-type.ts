import type { Field } from './schema.ts'

/** Wire type of strings, bytes, nested messages and packed lists: a length, then the bytes. */
export const WIRE_LENGTH = 2

/** The protobuf wire type of each kind of field. */
const WIRE_TYPES: Readonly<Record<Field['kind'], number>> = {
  int32: 0,
  uint32: 0,
  int64: 0,
  uint64: 0,
  bool: 0,
  double: 1,
  string: WIRE_LENGTH,
  bytes: WIRE_LENGTH,
  message: WIRE_LENGTH,
  float: 5,
}

/** The wire type of a field; for a list, that of each element, because lists are written unpacked. */
export function wireTypeOf(field: Field): number {
  return WIRE_TYPES[field.kind]
}
