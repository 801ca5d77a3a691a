import { isIP } from 'node:net'
import { VARIABLES } from '../../env.ts'
import { opendAddressText } from '../../transport/opend-address.ts'
import { commandLine, type CommandForm, refuseCommandLine, userFolder } from '../command-line.ts'
import { portProblem } from '../process-owner.ts'
import { claimDataFolder } from '../start/data-folder.ts'
import { placeOptions } from '../start/options.ts'
import { endChildrenWithThisProcess } from '../start/runtime-guard.ts'
import { stopOnSignals } from './stop.ts'
import { readServerSetup } from './variables.ts'

const DEFAULT_HOST = '127.0.0.1'
const COMMAND = 'npm run serve'

/** The command line of `npm run serve`. */
const SERVE_FORM: CommandForm<'port' | 'data' | 'host'> = {
  command: `${COMMAND} --`,
  about: 'Runs the Worker as a server on this machine, with its storage in a folder, until SIGTERM.',
  options: {
    port: { takes: 'N', about: 'listens on this port; 22222 by default' },
    data: { takes: 'DIR', about: 'stores the state in this folder; required' },
    host: { takes: 'IP', about: `listens on this address of the machine; ${DEFAULT_HOST} by default` },
  },
  more: [
    'Environment variables that are passed to the Worker:',
    '',
    ...Object.entries(VARIABLES).map(([name, about]) => `  ${name.padEnd(18)}  ${about}`),
  ].join('\n'),
}

/**
 * Runs the Worker in the runtime alone, as a server. If it cannot work, rejects with a sentence before anything is
 * started.
 */
export async function serve(): Promise<void> {
  const line = commandLine(SERVE_FORM)
  const read = placeOptions(line, userFolder())
  if (!read.ok) return refuseCommandLine(SERVE_FORM, read.problem)
  const { port, data } = read.value
  if (data === null) return refuseCommandLine(SERVE_FORM, 'Name the folder for the state: --data DIR.')
  const host = line.text('host') ?? DEFAULT_HOST
  if (isIP(host) === 0) return refuseCommandLine(SERVE_FORM, `--host ${host} is not an IP address.`)
  const setup = readServerSetup(process.env, Date.now())
  if (!setup.ok) throw new Error(setup.problems.join('\n'))
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  const claim = claimDataFolder(data, { pid: process.pid, url, command: COMMAND })
  if (!claim.ok) throw new Error(claim.problem)
  process.once('exit', () => claim.folder.release())
  const taken = await portProblem(host, port)
  if (taken !== null) throw new Error(`${taken}: stop it or choose another port: ${COMMAND} -- --port N`)
  const { entry, vars, config } = setup.value
  const children = endChildrenWithThisProcess()
  // Loading the runtime takes a second, so it comes after all refusals.
  const { startRuntime } = await import('../start/runtime.ts')
  await startRuntime({ entry, host, port, storage: claim.folder.storage, vars })
  stopOnSignals(children)
  const opend = config.opendAddresses.map(opendAddressText).join(', then ')
  process.stdout.write(`opend-edge listens on ${url}, with OpenD at ${opend} and its state in ${data}\n`)
}
