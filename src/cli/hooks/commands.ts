import type { CommandForm, CommandLine } from '../command-line.ts'
import type { Edge, EdgeAnswer } from '../edge-client.ts'

/** The names of the options. */
export type HooksOption = 'overlap' | 'state' | 'edge' | 'token'

/** The command line of `npm run hooks`. */
export const HOOKS_FORM: CommandForm<HooksOption> = {
  command: 'npm run hooks --',
  about: 'Makes, changes and tries the webhooks of a key. src/docs/webhooks.md has the settings.',
  operands: { name: 'COMMAND [ID] [FILE]', about: 'see below; FILE is - for standard input' },
  options: {
    overlap: { takes: 'SECONDS', about: 'how long the old secret stays valid, for rotate; 0 by default' },
    state: { takes: 'STATE', about: 'only deliveries in that state, for deliveries: refused, ordered, ...' },
    edge: { takes: 'URL', about: 'address of the gateway; by default that of npm start on this machine' },
    token: { takes: 'KEY', about: 'the key of the hooks; by default OPEND_EDGE_TOKEN, or the key of npm start' },
  },
  more: [
    'Commands:',
    '',
    '  create FILE       makes a hook from settings as JSON; prints its secret and address, only this once',
    '  list              prints the hooks of the key',
    '  show ID           prints one hook',
    '  set ID FILE       changes settings; null removes one',
    '  pause ID, resume ID, delete ID',
    '  rotate ID         gives the hook a new secret, and prints it',
    '  test ID FILE      prints what a body would lead to; nothing is stored or sent',
    '  deliveries ID     prints what became of its alerts, newest first',
  ].join('\n'),
}

/** What the commands need from their process. */
export interface HooksDeps {
  /** The gateway of the command line. */
  edge(): { readonly ok: true; readonly edge: Edge } | { readonly ok: false; readonly problem: string }
  call(edge: Edge, path: string, body?: string): Promise<EdgeAnswer>
  /** The text of a file; null when it cannot be read. */
  readFile(path: string): string | null
}

/** The text to print, or a sentence that describes the error; `isUsage` for an error in the command line. */
export type HooksResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly isUsage: boolean }

/** The operands that each command takes after its name. */
const OPERANDS: Readonly<Record<string, readonly ('id' | 'file')[]>> = {
  create: ['file'],
  list: [],
  show: ['id'],
  set: ['id', 'file'],
  pause: ['id'],
  resume: ['id'],
  delete: ['id'],
  rotate: ['id'],
  test: ['id', 'file'],
  deliveries: ['id'],
}

/** Runs one command of `npm run hooks`. */
export async function runHooksCommand(line: CommandLine<HooksOption>, deps: HooksDeps): Promise<HooksResult> {
  const [command = '', ...operands] = line.operands
  const needed = OPERANDS[command]
  if (needed === undefined) {
    return misused(command === '' ? 'Name a command, such as list.' : `There is no command ${command}.`)
  }
  if (operands.length !== needed.length) {
    return misused(
      `${command} takes ${needed.map((one) => one.toUpperCase()).join(' and ') || 'nothing'} after its name.`,
    )
  }
  const id = needed[0] === 'id' ? encodeURIComponent(operands[0] ?? '') : ''
  const file = needed.at(-1) === 'file' ? deps.readFile(operands.at(-1) ?? '') : ''
  if (file === null) return { ok: false, problem: `${operands.at(-1)} cannot be read.`, isUsage: false }
  const overlap = line.text('overlap') ?? '0'
  if (!/^\d+$/.test(overlap)) return misused(`--overlap ${overlap} is not a number of seconds.`)
  const found = deps.edge()
  if (!found.ok) return { ...found, isUsage: false }
  const { path, body } = requestOf(command, id, file, overlap, line.text('state'))
  const answer = await deps.call(found.edge, path, body)
  if (!answer.ok) return { ...answer, isUsage: false }
  return { ok: true, text: `${JSON.stringify(JSON.parse(answer.text), null, 2)}\n` }
}

function requestOf(command: string, id: string, file: string, overlap: string, state: string | undefined) {
  const path = `/api/hooks/${id}`
  switch (command) {
    case 'create':
      return { path: '/api/hooks', body: file }
    case 'list':
      return { path: '/api/hooks' }
    case 'show':
      return { path }
    case 'set':
      return { path, body: file }
    case 'rotate':
      return { path: `${path}/rotate`, body: `{"overlap_seconds":${Number(overlap)}}` }
    case 'deliveries':
      return { path: `${path}/deliveries${state === undefined ? '' : `?state=${encodeURIComponent(state)}`}` }
    default:
      return { path: `${path}/${command}`, body: command === 'test' ? file : '' }
  }
}

function misused(problem: string): HooksResult {
  return { ok: false, problem, isUsage: true }
}
