import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { CALLS } from '../src/calls.ts'
import { commandLine } from '../src/cli/command-line.ts'
import { emitEnums, emitMessageTypes, emitSchemaJson } from './emit.ts'
import type { ProtocolModel, SchemaModel } from './model.ts'
import { parseProtoFiles, type ProtoFiles } from './parse.ts'
import { splitSchema } from './split.ts'

/** The OpenD API version that the .proto files in this folder describe. */
const SCHEMA_VERSION = '10.11.7108'

const FOLDER = new URL('.', import.meta.url)

/** The result of compiling: the text of each generated file by its name, or the problems of the sources. */
export type Compiled =
  | { readonly ok: true; readonly outputs: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Call name by protocol id, as in `protocol-ids.json`. */
export type ProtocolIds = Readonly<Record<string, string>>

/**
 * Compiles the sources. Pure: does not read or write files. `apiCalls` are the calls of `src/calls.ts`, whose messages
 * the deployed Worker contains.
 */
export function compile(files: ProtoFiles, protocolIds: ProtocolIds, apiCalls: readonly string[]): Compiled {
  const parsed = parseProtoFiles(files)
  if (!parsed.ok) return parsed
  const { schema } = parsed
  const protocols: ProtocolModel[] = []
  const problems: string[] = []
  for (const [id, name] of Object.entries(protocolIds)) {
    const bodies = bodiesOf(schema, name)
    if (bodies === null) problems.push(`protocol-ids.json: ${id} ${name}: no response message of that name`)
    else protocols.push({ id: Number(id), name, ...bodies })
  }
  const answered = new Set(protocols.map((call) => call.response))
  for (const name of schema.messages.keys()) {
    if (name.endsWith('.Response') && !answered.has(name)) problems.push(`protocol-ids.json: no id for ${name}`)
  }
  for (const name of apiCalls) {
    if (!protocols.some((call) => call.name === name)) problems.push(`src/calls.ts: ${name}: no call of that name`)
  }
  if (problems.length > 0) return { ok: false, problems }
  const { api, rest } = splitSchema(schema, protocols, apiCalls)
  const isApiCall = ({ name }: ProtocolModel): boolean => apiCalls.includes(name)
  const outputs = new Map([
    ['schema.json', emitSchemaJson(SCHEMA_VERSION, api, protocols.filter(isApiCall))],
    [
      'schema-rest.json',
      emitSchemaJson(
        SCHEMA_VERSION,
        rest,
        protocols.filter((call) => !isApiCall(call)),
      ),
    ],
    ['messages.ts', emitMessageTypes(schema, protocols)],
    ['enums.ts', emitEnums(schema)],
  ])
  return { ok: true, outputs }
}

/** A push has no Request message. The skill wrappers share one file, with a flat request and response each. */
function bodiesOf(schema: SchemaModel, name: string): Pick<ProtocolModel, 'request' | 'response'> | null {
  const skill = `SkillWrapAPI.${name.replace(/^SkillWrap_/, '')}`
  if (schema.messages.has(`${skill}Rsp`)) return { request: `${skill}Req`, response: `${skill}Rsp` }
  if (!schema.messages.has(`${name}.Response`)) return null
  const request = `${name}.Request`
  return { request: schema.messages.has(request) ? request : null, response: `${name}.Response` }
}

/** The input of `compile`. */
export interface Sources {
  readonly files: ProtoFiles
  readonly protocolIds: ProtocolIds
  readonly apiCalls: readonly string[]
}

/** The sources in this folder. */
export function readSources(): Sources {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.proto'))
  const files = new Map(names.toSorted().map((name) => [name, read(name)]))
  return {
    files,
    protocolIds: JSON.parse(read('protocol-ids.json')) as ProtocolIds,
    apiCalls: Object.keys(CALLS),
  }
}

/** The generated files whose committed text differs from the compiled text. */
export function staleOutputs(outputs: ReadonlyMap<string, string>): readonly string[] {
  return [...outputs].filter(([name, text]) => readOrNull(name) !== text).map(([name]) => name)
}

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

function readOrNull(name: string): string | null {
  return readdirSync(FOLDER).includes(name) ? read(name) : null
}

function main(check: boolean): number {
  const { files, protocolIds, apiCalls } = readSources()
  const compiled = compile(files, protocolIds, apiCalls)
  if (!compiled.ok) {
    for (const problem of compiled.problems) console.error(problem)
    return 1
  }
  const stale = staleOutputs(compiled.outputs)
  if (!check) {
    for (const [name, text] of compiled.outputs) writeFileSync(new URL(name, FOLDER), text)
    console.log(`${files.size} files compiled; changed: ${stale.join(', ') || 'nothing'}`)
    return 0
  }
  for (const name of stale) console.error(`proto/${name} is stale: run \`npm run proto\` and commit the result`)
  return stale.length > 0 ? 1 : 0
}

if (import.meta.main) {
  const line = commandLine({
    command: 'npm run proto --',
    about: 'Compiles the .proto files into the tables and types that the product uses.',
    options: { check: { about: 'writes nothing; fails if a generated file is stale' } },
  })
  process.exitCode = main(line.has('check'))
}
