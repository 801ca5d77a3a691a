import { createHash } from 'node:crypto'
import type { CommandLine } from '../command-line.ts'
import type { Edge, EdgeAnswer } from '../edge-client.ts'
import { fieldsIn, type KeysOption } from './form.ts'

/** What the commands need from their process. */
export interface KeysDeps {
  /** The gateway of the command line. */
  edge(): { readonly ok: true; readonly edge: Edge } | { readonly ok: false; readonly problem: string }
  call(edge: Edge, path: string, body?: string): Promise<EdgeAnswer>
  /** The text of a file; null when it cannot be read. */
  readFile(path: string): string | null
  readInput(): string
}

/** The text to print, or a sentence that describes the error; `isUsage` for an error in the command line. */
export type KeysResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly isUsage: boolean }

/** Runs one command of `npm run keys`. */
export async function runKeysCommand(line: CommandLine<KeysOption>, deps: KeysDeps): Promise<KeysResult> {
  const [command, operand, ...excess] = line.operands
  const needsOperand = ['show', 'set', 'rotate', 'revoke', 'import'].includes(command ?? '')
  if (excess.length > 0 || (operand !== undefined && !needsOperand)) return misused(`${command} has too many operands.`)
  if (operand === undefined && needsOperand) {
    return misused(`${command} needs ${command === 'import' ? 'a file' : 'the id of a key'}: ${command} ...`)
  }
  const read = fieldsIn(line)
  if (!read.ok) return misused(read.problem)
  const fields = { ...(line.text('id') !== undefined && { id: line.text('id') }), ...read.fields }
  const path = `/api/admin/keys/${encodeURIComponent(operand ?? '')}`
  switch (command) {
    case 'create':
      if (line.text('id') === undefined) return misused('create needs a name for the key: --id ann.')
      return shown(await ask(deps, '/api/admin/keys', fields))
    case 'list':
      return shown(await ask(deps, '/api/admin/keys'), listText)
    case 'show':
      return shown(await ask(deps, path))
    case 'set':
      if (Object.keys(read.fields).length === 0) return misused('set needs at least one option with a new value.')
      return shown(await ask(deps, path, read.fields))
    case 'rotate': {
      const overlap = line.text('overlap') ?? '0'
      if (!/^\d+$/.test(overlap)) return misused(`--overlap ${overlap} is not a number of seconds.`)
      return shown(await ask(deps, `${path}/rotate`, { overlap_seconds: Number(overlap) }))
    }
    case 'revoke':
      return shown(await ask(deps, `${path}/revoke`, {}))
    case 'import':
      return importFile(operand ?? '', line.has('replace'), deps)
    case 'export':
      // Printed unchanged: parsing would round large account ids.
      return shown(await ask(deps, '/api/admin/key-file'), (text) => `${text}\n`)
    case 'hash':
      return hashed(deps.readInput().trim(), fields)
    default:
      return misused(command === undefined ? 'Name a command, such as list.' : `There is no command ${command}.`)
  }
}

async function ask(deps: KeysDeps, path: string, body?: object): Promise<EdgeAnswer> {
  const found = deps.edge()
  return found.ok ? deps.call(found.edge, path, body === undefined ? undefined : JSON.stringify(body)) : found
}

async function importFile(path: string, isReplacing: boolean, deps: KeysDeps): Promise<KeysResult> {
  const text = deps.readFile(path)?.trim() ?? null
  if (text === null) return { ok: false, problem: `${path} cannot be read.`, isUsage: false }
  if (!/^\{[^]*\}$/.test(text)) return { ok: false, problem: `${path} is not a keys.json.`, isUsage: false }
  const found = deps.edge()
  if (!found.ok) return shown(found)
  // The flag is added to the text: parsing the file here would round large account ids.
  const body = isReplacing ? `{"replace":true,${text.slice(1)}` : text
  return shown(await deps.call(found.edge, '/api/admin/key-file', body), listText)
}

/** The record of a key that exists, for a keys.json. The key is not printed. */
function hashed(key: string, fields: Readonly<Record<string, unknown>>): KeysResult {
  if (!/^\S+$/.test(key)) return misused('hash reads one key from standard input: npm run keys -- hash < FILE.')
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`
  return { ok: true, text: `${JSON.stringify({ id: 'name', hash, scopes: [], ...fields }, null, 2)}\n` }
}

function shown(answer: EdgeAnswer, textOf = indented): KeysResult {
  return answer.ok ? { ok: true, text: textOf(answer.text) } : { ...answer, isUsage: false }
}

/** Fields without a value are left out. */
function indented(json: string): string {
  const known = (_name: string, value: unknown): unknown => (value === null ? undefined : value)
  return `${JSON.stringify(JSON.parse(json), known, 2)}\n`
}

interface ListedKey {
  readonly id: string
  readonly source: string
  readonly state: string
  readonly scopes: readonly string[]
  readonly note: string | null
}

function listText(json: string): string {
  const { keys } = JSON.parse(json) as { readonly keys: readonly ListedKey[] }
  const rows = [
    ['ID', 'SOURCE', 'STATE', 'SCOPES', 'NOTE'],
    ...keys.map(({ id, source, state, scopes, note }) => [id, source, state, scopes.join(','), note ?? '']),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function misused(problem: string): KeysResult {
  return { ok: false, problem, isUsage: true }
}
