import type { CheckOptions } from '../../wire/json/json-check.ts'
import { namesOf } from '../../wire/json/names/json-names.ts'
import { SECURITY } from '../../wire/json/security-text.ts'
import { enumType, type Field, messageType } from '../../wire/schema.ts'

/** A JSON schema (2020-12), as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The schema of an object. */
export interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
}

/** A message as a caller sends it, or as an answer has it: enums and 64-bit integers differ. */
export type Direction = 'request' | 'answer'

const SECURITY_FORMS = {
  anyOf: [
    { type: 'string', examples: ['HK.00700'] },
    {
      type: 'object',
      properties: { market: { type: ['integer', 'string'] }, code: { type: 'string' } },
      required: ['market', 'code'],
      additionalProperties: false,
    },
  ],
} as const

/** The schemas of OpenD's messages, each once. They are the components of the document. */
export class MessageSchemas {
  readonly #schemas = new Map<string, JsonSchema>()

  /** All schemas that were referred to, by component name. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#schemas)
  }

  /** The body of an endpoint: the message, with the other names and the additional fields that the check accepts. */
  body(message: string, options: CheckOptions): ObjectSchema {
    const { type, slots, header } = namesOf(message)
    const refused = options.refusedFields ?? new Set()
    const properties = new Map<string, JsonSchema>()
    for (const [name, { field, home }] of slots) {
      const isPreferred = name === field.jsonName || name === 'symbol' || name === 'symbols'
      if (isPreferred && !(home === 'message' && refused.has(field.name)))
        properties.set(name, this.#field(field, 'request'))
    }
    for (const field of options.extraFields ?? []) properties.set(field.jsonName, this.#field(field, 'request'))
    const optional = new Set(options.optionalFields)
    // The header may be given as an object or as its members, and a security under another name.
    const required = type.fields.filter(
      (field) =>
        field.rule === 'required' && field !== header && field.messageName !== SECURITY && !optional.has(field.name),
    )
    return objectSchema(
      Object.fromEntries(properties),
      required.map(({ jsonName }) => jsonName),
    )
  }

  /** The parameters of a query, which says the same as the body. Messages other than securities are left out. */
  parameters(message: string, options: CheckOptions): readonly JsonSchema[] {
    const { properties, required } = this.body(message, options)
    return Object.entries(properties)
      .filter(([, schema]) => !hasMessage(schema))
      .map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema, explode: false }))
  }

  /** A reference to the schema of a message. */
  refTo(message: string, direction: Direction): JsonSchema {
    const name = direction === 'request' ? `${message}.In` : message
    if (!this.#schemas.has(name)) {
      // Set first: messages may contain themselves.
      this.#schemas.set(name, {})
      const { fields } = messageType(message)
      const properties = Object.fromEntries(fields.map((field) => [field.jsonName, this.#field(field, direction)]))
      const required = fields.filter(({ rule }) => rule === 'required').map(({ jsonName }) => jsonName)
      this.#schemas.set(name, objectSchema(properties, required))
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  #field(field: Field, direction: Direction): JsonSchema {
    const element = this.#element(field, direction)
    if (field.rule === 'repeated') return { type: 'array', items: element }
    // An answer has null for what OpenD did not send.
    return direction === 'answer' && field.rule === 'optional' ? { anyOf: [element, { type: 'null' }] } : element
  }

  #element({ kind, messageName, enumName }: Field, direction: Direction): JsonSchema {
    if (messageName === SECURITY && direction === 'request') return SECURITY_FORMS
    if (messageName !== null) return this.refTo(messageName, direction)
    if (enumName !== null)
      return direction === 'request' ? this.#enumRef(enumName) : { type: 'integer', title: enumName }
    switch (kind) {
      case 'int64':
      case 'uint64':
        return direction === 'request' ? { type: ['integer', 'string'], pattern: '^-?[0-9]+$' } : { type: 'string' }
      case 'int32':
      case 'uint32':
        return { type: 'integer' }
      case 'double':
      case 'float':
        return { type: 'number' }
      case 'bool':
        return { type: 'boolean' }
      case 'bytes':
        return { type: 'string', contentEncoding: 'base64' }
      default:
        return { type: 'string' }
    }
  }

  #enumRef(enumName: string): JsonSchema {
    if (!this.#schemas.has(enumName)) {
      const values = [...enumType(enumName).values]
      const described = values.map(([name, value]) => `${value} ${name}`).join(', ')
      this.#schemas.set(enumName, { type: ['integer', 'string'], description: `A number or a name: ${described}.` })
    }
    return { $ref: `#/components/schemas/${enumName}` }
  }
}

function hasMessage(schema: JsonSchema): boolean {
  const { items = schema } = schema as { readonly items?: JsonSchema }
  return '$ref' in items && String(items['$ref']).endsWith('.In')
}

function objectSchema(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): ObjectSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}
