import { type Config, type Env, readConfig, VARIABLES } from '../../env.ts'
import { keysJsonFor } from '../local-key.ts'

/** The variables of a local run. */
export interface LocalVariables {
  /** As passed to the Worker. */
  readonly vars: Readonly<Record<string, string>>
  /** The configuration that the Worker reads from them. */
  readonly config: Config
  /** Whether callers use the key of this checkout. */
  readonly usesLocalKey: boolean
}

/** The variables, or a sentence for each mistake in them. */
export type VariablesReading =
  | { readonly ok: true; readonly value: LocalVariables }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Hints for the two variables where users often give the name of a file instead of its text. */
const TEXT_OF_A_FILE: Readonly<Partial<Record<keyof Env, string>>> = {
  KEYS_JSON: 'KEYS_JSON takes the text of a file, not its name: KEYS_JSON="$(cat keys.json)" npm start',
  OPEND_RSA_KEY: 'OPEND_RSA_KEY takes the text of a file, not its name: OPEND_RSA_KEY="$(cat key.pem)" npm start',
}

/**
 * Merges the environment variables over the local defaults and checks them as the Worker does, so that the start
 * command reports a mistake once. Without `KEYS_JSON` the Worker gets the local key. Variables with which every call
 * would fail are a mistake too.
 */
export async function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
  localKey: string,
  nowMs: number,
): Promise<VariablesReading> {
  const vars = variablesIn(environment)
  vars['OPEND_URL'] ??= 'simulator:'
  const usesLocalKey = vars['KEYS_JSON'] === undefined
  vars['LOCAL_OPEN_READS'] = usesLocalKey ? (vars['LOCAL_OPEN_READS'] ?? 'true') : 'false'
  // On this machine a monitor needs no key, and the terminal shows what goes wrong.
  vars['METRICS_AUTH'] ??= 'open'
  vars['LOG_LEVEL'] ??= 'error'
  vars['KEYS_JSON'] ??= await keysJsonFor(localKey, vars['OPEND_URL'] === 'simulator:')
  const reading = readConfig(vars)
  if (!reading.ok) return { ok: false, problems: withHints(reading.problems, vars) }
  const { keys, jwt } = reading.value
  if (jwt === null && !hasUsableKey(reading.value, nowMs)) {
    const what = keys.length === 0 ? 'is set and contains no key' : 'contains only keys that are frozen or have expired'
    const advice = 'Put a key into it, or unset it to use the key that npm start makes.'
    return { ok: false, problems: [`KEYS_JSON ${what}, so each call would be refused. ${advice}`] }
  }
  return { ok: true, value: { vars, config: reading.value, usesLocalKey } }
}

/** The variables of the Worker in an environment. */
export function variablesIn(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const vars: Record<string, string> = {}
  for (const name of Object.keys(VARIABLES)) {
    const value = environment[name]
    if (value !== undefined) vars[name] = value
  }
  return vars
}

/** Whether `KEYS_JSON` has a key that is neither frozen nor expired. */
export function hasUsableKey({ keys }: Config, nowMs: number): boolean {
  return keys.some((key) => !key.isFrozen && (key.expiresAtMs === null || key.expiresAtMs > nowMs))
}

/** The problems, with a hint for a variable that has the name of a file. */
export function withHints(problems: readonly string[], vars: Readonly<Record<string, string>>): readonly string[] {
  const hints = Object.entries(TEXT_OF_A_FILE).filter(
    ([name]) => problems.some((problem) => problem.startsWith(name)) && isFileName(vars[name] ?? ''),
  )
  return [...problems, ...hints.map(([, hint]) => hint)]
}

function isFileName(text: string): boolean {
  return text !== '' && !/[\n{[]|-----/.test(text)
}
