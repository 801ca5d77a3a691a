import { fail, type Result } from '../../base/result.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import type { Alert } from '../alert.ts'
import { PLAIN_FIELDS, readPlain } from './plain.ts'

/** Where the value of a field comes from: a JSON pointer into the body, or a constant. */
export type FieldSource = { readonly pointer: string } | { readonly constant: string | number | boolean }

/** The source of each field of a plain body. Fields without a row are not given. */
export type FieldMap = ReadonlyMap<string, FieldSource>

/** The fields that a map can fill in. */
export const MAPPED_FIELDS: readonly string[] = Object.keys(PLAIN_FIELDS)

/** Longest pointer of a map, characters. */
export const MAX_POINTER_CHARS = 200

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/

/** Whether a text is a JSON pointer (RFC 6901) to something inside a document. */
export function isPointer(text: string): boolean {
  return text.length <= MAX_POINTER_CHARS && POINTER.test(text)
}

/**
 * Reads a body of any form by the map of a hook. Members that the map does not name have no effect: the owner of the hook
 * has decided what counts. A pointer to nothing leaves its field out. Problems name the field and its pointer.
 */
export function readByMap(body: JsonObject, map: FieldMap): Result<Alert> {
  const fields = new Map<string, JsonValue>()
  for (const [name, source] of map) {
    const value = 'constant' in source ? source.constant : valueAt(body, source.pointer)
    if (value !== undefined) fields.set(name, value)
  }
  const read = readPlain(Object.fromEntries(fields))
  if (read.ok || !('path' in read.failure)) return read
  const { failure } = read
  if (failure.code === 'request.unknown_path') return read
  const source = map.get(failure.path.split(/[.[]/)[0] ?? '')
  if (source === undefined || 'constant' in source) return read
  return fail({ ...failure, path: `${failure.path} (from ${source.pointer})` })
}

function valueAt(body: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = body
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (value === undefined) return undefined
    if (isJsonArray(value)) value = /^(?:0|[1-9]\d{0,6})$/.test(name) ? value[Number(name)] : undefined
    else if (isJsonObject(value)) value = Object.hasOwn(value, name) ? value[name] : undefined
    else return undefined
  }
  return value
}
