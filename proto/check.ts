import { jsonNameOf } from '../src/wire/schema-row.ts'
import type { FieldModel, MessageModel, SchemaModel } from './model.ts'

/** Problems that the codec or the JSON mapping has with a parsed schema, each with its file and field. */
export function checkSchema(schema: SchemaModel): readonly string[] {
  const recursive = recursiveFields(schema)
  const problems: string[] = []
  for (const message of schema.messages.values()) {
    problems.push(...jsonNameClashes(message))
    for (const field of message.fields) {
      if (field.enumName !== null && !schema.enums.has(field.enumName)) {
        problems.push(`${placeOf(message, field)}: enum ${field.enumName} is not in the schema`)
      }
      if (recursive.has(field)) {
        problems.push(`${placeOf(message, field)}: ${field.type} contains itself, so the decoder's depth is unbounded`)
      }
    }
  }
  return problems
}

/** JSON accepts a field's proto name and its snake case, so no two fields of a message may share either. */
function jsonNameClashes(message: MessageModel): readonly string[] {
  const problems: string[] = []
  const owners = new Map<string, FieldModel>()
  for (const field of message.fields) {
    for (const key of new Set([field.name, jsonNameOf(field.name)])) {
      const owner = owners.get(key)
      if (owner !== undefined)
        problems.push(`${placeOf(message, field)}: JSON name ${key} is also the JSON name of ${owner.name}`)
      owners.set(key, field)
    }
  }
  return problems
}

/** The fields whose type is a message that contains the field, directly or through others. */
function recursiveFields(schema: SchemaModel): ReadonlySet<FieldModel> {
  const found = new Set<FieldModel>()
  const done = new Set<string>()
  const open = new Set<string>()
  const walk = (name: string): void => {
    open.add(name)
    for (const field of schema.messages.get(name)?.fields ?? []) {
      if (open.has(field.type)) found.add(field)
      else if (!done.has(field.type)) walk(field.type)
    }
    open.delete(name)
    done.add(name)
  }
  for (const name of schema.messages.keys()) if (!done.has(name)) walk(name)
  return found
}

function placeOf(message: MessageModel, field: FieldModel): string {
  return `${message.name.split('.')[0]}.proto: ${message.name}.${field.name}`
}
