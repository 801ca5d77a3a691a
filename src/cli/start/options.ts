import { resolve } from 'node:path'
import { VARIABLES } from '../../env.ts'
import type { CommandForm, CommandLine } from '../command-line.ts'

/** The options of `npm start`. */
export interface StartOptions {
  readonly port: number
  /** Absolute path of the data folder; null for the default folder of this checkout. */
  readonly data: string | null
  readonly isFresh: boolean
}

const DEFAULT_PORT = 22_222

/** The command line of `npm start`. */
export const START_FORM: CommandForm<'port' | 'data' | 'fresh'> = {
  command: 'npm start --',
  about: [
    'Runs the proxy on this machine until Ctrl-C, with the embedded simulated OpenD unless OPEND_URL names another.',
    'Prints a key and calls to try.',
  ].join('\n'),
  options: {
    port: { takes: 'N', about: `listens on this port of 127.0.0.1; ${DEFAULT_PORT} by default` },
    data: { takes: 'DIR', about: 'stores the state in this folder, so that two can run at once' },
    fresh: { about: 'deletes the state first: orders, limits used, subscriptions, accounts of the simulator' },
  },
  more: [
    'Environment variables that are passed to the proxy:',
    '',
    ...Object.entries(VARIABLES).map(([name, about]) => `  ${name.padEnd(18)}  ${about}`),
  ].join('\n'),
}

/** Options, or a sentence that describes an invalid one. */
export type OptionsReading<Options> =
  | { readonly ok: true; readonly value: Options }
  | { readonly ok: false; readonly problem: string }

/** The options of `npm start`. `folder` is where the user typed the command. */
export function startOptions(
  line: CommandLine<'port' | 'data' | 'fresh'>,
  folder: string,
): OptionsReading<StartOptions> {
  const read = placeOptions(line, folder)
  return read.ok ? { ok: true, value: { ...read.value, isFresh: line.has('fresh') } } : read
}

/** The port and the data folder of a run. */
export function placeOptions(
  line: CommandLine<'port' | 'data'>,
  folder: string,
): OptionsReading<Pick<StartOptions, 'port' | 'data'>> {
  const portText = line.text('port') ?? String(DEFAULT_PORT)
  const port = Number(portText)
  if (!/^\d+$/.test(portText) || port < 1 || port > 65_535) {
    return { ok: false, problem: `--port ${portText} is not a TCP port: give a number from 1 to 65535.` }
  }
  const data = line.text('data')
  if (data?.trim() === '') return { ok: false, problem: '--data takes a folder: --data DIR.' }
  return { ok: true, value: { port, data: data === undefined ? null : resolve(folder, data) } }
}
