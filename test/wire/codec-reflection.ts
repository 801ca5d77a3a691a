import '../../src/wire/full-schema.ts'
import protobuf from 'protobufjs'
import { readSources } from '../../proto/compile.ts'
import { allMessageNames } from '../../src/wire/schema.ts'
import type { Sample } from './codec-samples.ts'

/** The same schema in protobufjs, read by it from the same .proto files: what the codec is compared with. */
export const reflection: protobuf.Root = (() => {
  const root = new protobuf.Root()
  for (const source of readSources().files.values()) protobuf.parse(source, root, { keepCase: true })
  for (const name of allMessageNames()) for (const field of root.lookupType(name).fieldsArray) openEnum(field)
  root.resolveAll()
  return root
})()

/** protobufjs drops an enum number that it does not know; we pass it on, since a newer OpenD may have more of them. */
function openEnum(field: protobuf.Field): void {
  if (field.parent?.lookup(field.type, protobuf.Enum) instanceof protobuf.Enum) field.type = 'int32'
}

/** What protobufjs makes of a sample: its bytes. */
export function encodeByReflection(name: string, value: Sample): Uint8Array {
  // Not through fromObject(), which turns an enum number that it does not know into 0.
  return new Uint8Array(
    reflection
      .lookupType(name)
      .encode(withTextFor64Bits(value) as Sample)
      .finish(),
  )
}

/** protobufjs does not take bigint. */
function withTextFor64Bits(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(withTextFor64Bits)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withTextFor64Bits(member)]))
}
