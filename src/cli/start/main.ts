import { join, relative } from 'node:path'
import { ROOT } from '../build-worker.ts'
import { commandLine, refuseCommandLine, userFolder } from '../command-line.ts'
import { localKey } from '../local-key.ts'
import { portProblem } from '../process-owner.ts'
import { bannerText } from './banner.ts'
import { claimDataFolder, type DataFolder } from './data-folder.ts'
import { watchLink } from './link-watch.ts'
import { opendProblem } from './opend-probe.ts'
import { START_FORM, type StartOptions, startOptions } from './options.ts'
import { endChildrenWithThisProcess } from './runtime-guard.ts'
import { type LocalVariables, readVariables } from './variables.ts'

const HOST = '127.0.0.1'
/** Git ignores this folder; wrangler stores its own local state there too. */
const DEFAULT_DATA = join(ROOT, '.wrangler', 'opend-edge')

/** A reason not to start, for the user. */
class CannotStart extends Error {}

/**
 * Starts the Worker and its gateway object in the real runtime on this machine, with the embedded simulated OpenD
 * unless `OPEND_URL` names another. If the run cannot work, rejects with a sentence before it starts or deletes
 * anything.
 */
export async function start(): Promise<void> {
  const read = startOptions(commandLine(START_FORM), userFolder())
  if (!read.ok) return refuseCommandLine(START_FORM, read.problem)
  const options = read.value
  const url = `http://${HOST}:${options.port}`
  const folder = takeFolder(options, url)
  const key = localKey(folder.keyFile)
  const variables = await takeVariables(key)
  await requireFreePort(options.port)
  if (options.isFresh) clear(folder, variables)
  endChildrenWithThisProcess()
  // Loading the runtime takes a second, so it comes after all refusals.
  const { startRuntime } = await import('./runtime.ts')
  const [linkProblem] = await Promise.all([
    opendProblem(variables.config.opendAddresses),
    startRuntime({
      entry: 'src/demo.ts',
      host: HOST,
      port: options.port,
      storage: folder.storage,
      vars: variables.vars,
    }).catch(async (error: unknown) => {
      // Another program can have taken the port while the Worker was bundled.
      await requireFreePort(options.port)
      throw error
    }),
  ])
  const data = shownPath(folder.path)
  const freshCommand = `npm start --${options.data === null ? '' : ` --data ${data}`} --fresh`
  process.stdout.write(bannerText({ url, variables, key, data, freshCommand, linkProblem }))
  watchLink(url, (line) => process.stdout.write(`${line}\n`))
}

async function requireFreePort(port: number): Promise<void> {
  const taken = await portProblem(HOST, port)
  if (taken !== null) throw new CannotStart(`${taken}: stop it or choose another port: npm start -- --port N`)
}

/** A path as the user types it in the folder of the command. */
function shownPath(path: string): string {
  const short = relative(userFolder(), path)
  const shown = short === '' || short.startsWith('..') ? path : short
  return /^[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`
}

function takeFolder({ data }: StartOptions, url: string): DataFolder {
  const claim = claimDataFolder(data ?? DEFAULT_DATA, { pid: process.pid, url })
  if (!claim.ok) throw new CannotStart(claim.problem)
  process.once('exit', () => claim.folder.release())
  return claim.folder
}

async function takeVariables(key: string): Promise<LocalVariables> {
  const reading = await readVariables(process.env, key, Date.now())
  if (reading.ok) return reading.value
  throw new CannotStart(reading.problems.join('\n'))
}

function clear(folder: DataFolder, { config }: LocalVariables): void {
  const what = [
    `--fresh deletes ${folder.storage}: the order ledger, the limits used, the subscriptions, and the orders and positions`,
    'of the embedded simulator. The key of this checkout stays.',
  ]
  if (config.opendAddresses.some(({ kind }) => kind !== 'simulator')) {
    what.push('The gateway no longer queries OpenD for the orders in that ledger whose outcome is unknown.')
  }
  process.stdout.write(`${what.join('\n')}\n`)
  folder.clear()
}
