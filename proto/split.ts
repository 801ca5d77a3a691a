import type { ProtocolModel, SchemaModel } from './model.ts'

/** The schema in two parts. */
export interface SplitSchema {
  /** The messages and enums in the bodies of the named calls. */
  readonly api: SchemaModel
  /** The other messages and enums. */
  readonly rest: SchemaModel
}

/**
 * Splits the schema in two, so that the deployed Worker contains only the messages of its own API. The simulator
 * answers every call, so it adds the rest.
 */
export function splitSchema(
  schema: SchemaModel,
  protocols: readonly ProtocolModel[],
  apiCalls: readonly string[],
): SplitSchema {
  const calls = protocols.filter(({ name }) => apiCalls.includes(name))
  const bodies = calls.flatMap(({ request, response }) => (request === null ? [response] : [request, response]))
  const { messages, enums } = reachableFrom(schema, bodies)
  return {
    api: pick(
      schema,
      (name) => messages.has(name),
      (name) => enums.has(name),
    ),
    rest: pick(
      schema,
      (name) => !messages.has(name),
      (name) => !enums.has(name),
    ),
  }
}

function reachableFrom(schema: SchemaModel, roots: readonly string[]) {
  const messages = new Set<string>()
  const enums = new Set<string>()
  const open = [...roots]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const message = schema.messages.get(name)
    if (message === undefined || messages.has(name)) continue
    messages.add(name)
    for (const { type, enumName } of message.fields) {
      open.push(type)
      if (enumName !== null) enums.add(enumName)
    }
  }
  return { messages, enums }
}

function pick(
  { messages, enums }: SchemaModel,
  takesMessage: (name: string) => boolean,
  takesEnum: (name: string) => boolean,
): SchemaModel {
  return {
    messages: new Map([...messages].filter(([name]) => takesMessage(name))),
    enums: new Map([...enums].filter(([name]) => takesEnum(name))),
  }
}
