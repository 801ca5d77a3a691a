import type { ApiEndpoint } from '../../src/endpoints.ts'
import { jsonNameOf } from '../../src/wire/schema-row.ts'
import { enumType, messageType, type Field } from '../../src/wire/schema.ts'
import type { WireMessage, WireValue } from '../../src/wire/json/json-wire-value.ts'

/** A message with its required fields only, as the encoder takes it. */
export function sampleMessage(name: string): WireMessage {
  const required = messageType(name).fields.filter(({ rule }) => rule === 'required')
  return Object.fromEntries(required.map((field) => [field.name, sampleValue(field)]))
}

/** The smallest JSON body that an endpoint accepts. */
export function sampleBody(endpoint: ApiEndpoint): Record<string, unknown> {
  const [oneOf] = endpoint.needsOneOf ?? []
  const { fields } = messageType(`${endpoint.protocol}.C2S`)
  const settled = Object.keys(endpoint.fixedFields ?? {})
  const needed = fields.filter(({ rule, name }) => (rule === 'required' || name === oneOf) && !settled.includes(name))
  const body = Object.fromEntries(needed.map((field) => [jsonNameOf(field.name), sampleJson(field)]))
  return endpoint.protocol === 'Trd_UnlockTrade' ? { ...body, password: '123456' } : body
}

function sampleJson(field: Field): unknown {
  const value = field.rule === 'repeated' ? [sampleValue(field)] : sampleValue(field)
  return JSON.parse(JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? String(part) : part)))
}

function sampleValue(field: Field): WireValue {
  if (field.enumName !== null) return [...enumType(field.enumName).values.values()].find((number) => number > 0) ?? 0
  switch (field.kind) {
    case 'message':
      return sampleMessage(field.messageName ?? '')
    case 'string':
      return '2026-11-20'
    case 'bool':
      return true
    case 'bytes':
      return new Uint8Array([1, 2, 3])
    case 'int64':
    case 'uint64':
      return 1n
    default:
      return 1
  }
}
