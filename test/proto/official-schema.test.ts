import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readSources } from '../../proto/compile.ts'
import type { SchemaModel } from '../../proto/model.ts'
import { parseProtoFiles, type ProtoFiles } from '../../proto/parse.ts'

/** The files that Futu ships with its own client, which has the version our schema claims. */
function officialFiles(): ProtoFiles {
  const folder = new URL('../../node_modules/futu-api/proto/', import.meta.url)
  const names = readdirSync(folder).filter((name) => name.endsWith('.proto'))
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n')]))
}

/** The schema as far as the wire shows it: which field has which number and type, and what the enums' numbers are. */
function onTheWire(files: ProtoFiles): object {
  const parsed = parseProtoFiles(files)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.join('\n'))
  return { messages: messagesOf(parsed.schema), enums: enumsOf(parsed.schema) }
}

function messagesOf(schema: SchemaModel): object {
  const rows = [...schema.messages.values()].map(({ name, fields }) => {
    return [name, fields.map((field) => `${field.rule} ${field.type} ${field.name} = ${field.number}`)] as const
  })
  return Object.fromEntries(rows)
}

function enumsOf(schema: SchemaModel): object {
  return Object.fromEntries([...schema.enums.values()].map(({ name, values }) => [name, Object.fromEntries(values)]))
}

test('our .proto files equal those of the official client, file by file and field by field', () => {
  const { files } = readSources()
  const official = officialFiles()
  assert.deepEqual([...files.keys()].toSorted(), [...official.keys()].toSorted())
  assert.deepEqual(onTheWire(files), onTheWire(official))
})
