import { type Config, readConfig } from '../../env.ts'
import { hasUsableKey, variablesIn, withHints } from '../start/variables.ts'
import type { WorkerEntry } from '../start/runtime.ts'

/** What a server runs, and with which variables. */
export interface ServerSetup {
  readonly entry: WorkerEntry
  readonly vars: Readonly<Record<string, string>>
  readonly config: Config
}

/** The setup, or a sentence for each reason not to start. */
export type SetupReading =
  | { readonly ok: true; readonly value: ServerSetup }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Reads the variables of a server from its environment. Unlike `npm start` it invents nothing: without a way to OpenD
 * or without a caller it does not start, and no read is open. The simulated OpenD runs only if `OPEND_URL` is exactly
 * `simulator:`, because a failover to it would show invented prices.
 */
export function readServerSetup(
  environment: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): SetupReading {
  const vars: Record<string, string> = { ...variablesIn(environment), LOCAL_OPEN_READS: 'false' }
  const opendUrl = vars['OPEND_URL'] ?? ''
  if (opendUrl === '') {
    return refuse(
      'OPEND_URL is not set: set it to the way to OpenD, such as tcp://127.0.0.1:11111, or to simulator: for the simulated OpenD.',
    )
  }
  const reading = readConfig(vars)
  if (!reading.ok) return { ok: false, problems: withHints(reading.problems, vars) }
  const { opendAddresses, jwt } = reading.value
  const isSimulated = opendAddresses.some(({ kind }) => kind === 'simulator')
  if (isSimulated && opendAddresses.length > 1) {
    return refuse('OPEND_URL has simulator: beside other ways: remove it, or set simulator: alone.')
  }
  if (jwt === null && !hasUsableKey(reading.value, nowMs)) {
    return refuse(
      'No caller can be admitted: set KEYS_JSON to a keys.json with a valid key (npm run keys -- hash makes a record), or set JWT_ISSUER, JWT_AUDIENCE and a key of the issuer.',
    )
  }
  return { ok: true, value: { entry: isSimulated ? 'src/demo.ts' : 'src/index.ts', vars, config: reading.value } }
}

function refuse(problem: string): SetupReading {
  return { ok: false, problems: [problem] }
}
