import { parseArgs } from 'node:util'
import { nearestName } from '../wire/json/names/nearest-name.ts'

/** One option of a command. */
export interface CommandOption {
  /** Name of its value in the help; absent for a switch, which takes no value. */
  readonly takes?: string
  /** One-letter alias. */
  readonly short?: string
  readonly about: string
}

/** The options of a command and the text of its help. */
export interface CommandForm<Name extends string> {
  /** As users type it, up to the options: `npm start --`. */
  readonly command: string
  /** What the command does, in one or two sentences. */
  readonly about: string
  readonly options: Readonly<Record<Name, CommandOption>>
  /** The operands; absent when the command takes options only. */
  readonly operands?: { readonly name: string; readonly about: string }
  /** Text at the end of the help. */
  readonly more?: string
}

/** A valid command line. */
export interface CommandLine<Name extends string> {
  readonly has: (name: Name) => boolean
  /** The value of an option; the last one if it was given twice, undefined if it was not given. */
  readonly text: (name: Name) => string | undefined
  readonly texts: (name: Name) => readonly string[]
  readonly operands: readonly string[]
}

/** The result of reading a command line: options to run with, the help text, or a sentence that describes the error. */
export type CommandReading<Name extends string> =
  | { readonly kind: 'run'; readonly line: CommandLine<Name> }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string }

/** The exit code for an invalid command line, as in shells and Unix tools. */
export const EXIT_USAGE = 2

/** The folder in which the user typed the command; npm itself runs scripts in the top folder of the checkout. */
export function userFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
  return script === undefined || folder === undefined ? process.cwd() : folder
}

/** An error in a command line. */
class InvalidCommandLine extends Error {}

/**
 * Reads a command line. Refuses unknown options (and suggests the nearest known name), missing values and excess
 * operands. `env` contains the options that npm consumed because the user left out `--`.
 */
export function readCommandLine<Name extends string>(
  form: CommandForm<Name>,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): CommandReading<Name> {
  try {
    const values = new Map<string, string[]>()
    const operands: string[] = []
    for (const token of tokensOf(form, args)) {
      if (token.kind === 'option-terminator') continue
      if (token.kind === 'positional') operands.push(token.value)
      else if (token.name === 'help') return { kind: 'help', text: helpText(form) }
      else values.set(token.name, [...(values.get(token.name) ?? []), valueOf(form, token)])
    }
    refuseTakenByNpm(form, values, env)
    const [first] = operands
    if (form.operands === undefined && first !== undefined) {
      throw new InvalidCommandLine(`Unexpected argument ${JSON.stringify(first)}: ${form.command} takes options only.`)
    }
    const texts = (name: Name): readonly string[] => values.get(name) ?? []
    return {
      kind: 'run',
      line: { has: (name) => values.has(name), text: (name) => texts(name).at(-1), texts, operands },
    }
  } catch (error) {
    if (error instanceof InvalidCommandLine) return { kind: 'refused', problem: error.message }
    throw error
  }
}

/** Reads the command line of this process. Prints the help or the error and exits if there is nothing to run. */
export function commandLine<Name extends string>(form: CommandForm<Name>): CommandLine<Name> {
  const reading = readCommandLine(form, process.argv.slice(2), process.env)
  if (reading.kind === 'run') return reading.line
  if (reading.kind === 'refused') return refuseCommandLine(form, reading.problem)
  process.stdout.write(reading.text)
  process.exit(0)
}

/** Prints an error in the command line and how to get help, then exits. */
export function refuseCommandLine(form: CommandForm<string>, problem: string): never {
  process.stderr.write(`${problem}\nSee ${form.command} --help\n`)
  process.exit(EXIT_USAGE)
}

function tokensOf<Name extends string>(form: CommandForm<Name>, args: readonly string[]) {
  const known: Readonly<Record<string, CommandOption>> = form.options
  const options = Object.entries(known).map(([name, { takes, short }]) => {
    const type = takes === undefined ? ('boolean' as const) : ('string' as const)
    return [name, { type, ...(short !== undefined && { short }) }] as const
  })
  const help = ['help', { type: 'boolean', short: 'h' }] as const
  return parseArgs({
    args: [...args],
    options: Object.fromEntries([...options, help]),
    strict: false,
    tokens: true,
  }).tokens
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** The value of one option; empty for a switch. */
function valueOf(form: CommandForm<string>, { name, rawName, value, inlineValue }: OptionToken): string {
  const option = Object.hasOwn(form.options, name) ? form.options[name] : undefined
  if (option === undefined) {
    const nearest = nearestName(name, [...Object.keys(form.options), 'help'])
    throw new InvalidCommandLine(`Unknown option ${rawName}${nearest === null ? '.' : `: did you mean --${nearest}?`}`)
  }
  if (option.takes === undefined) {
    if (value !== undefined) throw new InvalidCommandLine(`${rawName} takes no value.`)
    return ''
  }
  // A negative number is a value; any other text that starts with a hyphen is the next option.
  const isMissing = value === undefined || (inlineValue !== true && /^-(?!\d)/.test(value))
  if (isMissing) throw new InvalidCommandLine(`${rawName} takes a value: ${rawName} ${option.takes}.`)
  return value
}

/** npm consumes options before `--` and puts them into `npm_config_*`; it passes on the operands only. */
function refuseTakenByNpm(
  form: CommandForm<string>,
  values: ReadonlyMap<string, unknown>,
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (env['npm_lifecycle_event'] === undefined) return
  for (const name of Object.keys(form.options)) {
    const taken = env[`npm_config_${name.replaceAll('-', '_')}`]
    if (taken !== undefined && !values.has(name)) {
      throw new InvalidCommandLine(`npm consumed --${name}. Put -- before the options: ${form.command} --${name} ...`)
    }
  }
}

/** The help text of a command. */
export function helpText(form: CommandForm<string>): string {
  const operands = form.operands === undefined ? [] : [[form.operands.name, form.operands.about] as const]
  const options = Object.entries(form.options).map(([name, { takes, short, about }]) => {
    const letter = short === undefined ? '' : `-${short}, `
    return [`${letter}--${name}${takes === undefined ? '' : ` ${takes}`}`, about] as const
  })
  const rows = [...operands, ...options, ['-h, --help', 'prints this'] as const]
  const width = Math.max(...rows.map(([left]) => left.length))
  const usage = `usage: ${form.command} [options]${form.operands === undefined ? '' : ` [${form.operands.name}]`}`
  const more = form.more === undefined ? '' : `\n${form.more}\n`
  return `${usage}\n\n${form.about}\n\n${rows.map(([left, about]) => `  ${left.padEnd(width)}  ${about}\n`).join('')}${more}`
}
