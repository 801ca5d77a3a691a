import { OpendDriver } from '../simulator/driver.ts'
import { SimulatedOpenD } from '../simulator/opend.ts'
import { nativeCrypto } from '../transport/native-crypto.ts'
import { commandLine, refuseCommandLine } from './command-line.ts'
import { watchLaunchers } from './launchers.ts'
import { startOfRun, timeOfDay } from './opend/clock.ts'
import type { MarketClock } from '../simulator/session/market-clock.ts'
import { startControlServer } from './opend/control-server.ts'
import { OPEND_FORM, opendCommand, type OpendCommand } from './opend/options.ts'
import type { RunOptions } from './opend/run-options.ts'
import { openStateFile, type StoredRun } from './opend/state-file.ts'
import { continueClock, StateKeeper } from './opend/state-keeper.ts'
import { LOOPBACK, startTcpServer, type Listener } from './opend/tcp-server.ts'
import { portText } from './process-owner.ts'
import { startWebSocketServer } from './opend/websocket-server.ts'

/** `npm run opend`: runs the simulated OpenD as a server on this machine until it receives a signal. */
async function main(): Promise<void> {
  const nowMs = Date.now()
  const parsed = opendCommand(commandLine(OPEND_FORM), nowMs)
  if (!parsed.ok) return refuseCommandLine(OPEND_FORM, parsed.problem)
  const server = makeServer(parsed.command, nowMs)
  if (!server.ok) return fail(server.problem)
  try {
    await startListeners(server.driver, parsed.command, server.listeners)
  } catch (error) {
    fail(listenProblem(error))
    return stop(server)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(server))
  watchLaunchers(() => void stop(server))
}

interface OpendServer {
  readonly ok: true
  readonly driver: OpendDriver
  /** Null for a state in memory. */
  readonly keeper: StateKeeper | null
  readonly listeners: Listener[]
}

/** The server of a command, with the stored state if it names a folder, or a sentence that describes a problem. */
function makeServer(
  command: OpendCommand,
  nowMs: number,
): OpendServer | { readonly ok: false; readonly problem: string } {
  const { dataFolder } = command
  const opened = dataFolder === null ? null : openStateFile(dataFolder, runOptions(command))
  if (opened?.ok === false) return opened
  const stored = opened?.stored ?? null
  const clock = continueClock(command.clock, stored)
  const opend = simulatorOf(command, clock, stored, nowMs)
  const keeper = opened === null ? null : new StateKeeper(opened.file, opend, clock)
  return { ok: true, driver: new OpendDriver(opend, timeOfDay, () => save(keeper)), keeper, listeners: [] }
}

function runOptions({ seed, clockText, hours, replay }: OpendCommand): RunOptions {
  return { seed, clock: clockText, hours, replay: replay === null ? null : { path: replay.path, md5: replay.md5 } }
}

/** A server that cannot store must not answer: the process ends before the output of the event is sent. */
function save(keeper: StateKeeper | null): void {
  try {
    keeper?.save(Date.now())
  } catch (error) {
    fail(
      `The state cannot be stored, so the simulated OpenD ends: ${error instanceof Error ? error.message : String(error)}`,
    )
    process.exit()
  }
}

function fail(problem: string): void {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}

function simulatorOf(
  command: OpendCommand,
  clock: MarketClock,
  stored: StoredRun | null,
  nowMs: number,
): SimulatedOpenD {
  const startedMs = startOfRun(command.clock, nowMs)
  return new SimulatedOpenD({
    seed: command.seed,
    crypto: nativeCrypto,
    clock,
    faults: command.faults,
    limitsRates: command.limitsRates,
    latency: command.latency,
    onBug: (bug) => process.stderr.write(`${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}\n`),
    market: { hours: command.hours, replay: command.replay?.ticks ?? [] },
    ...(stored !== null && { state: stored.state }),
    ...(startedMs !== null && { startedMs }),
    ...(command.rsaKeyPem !== null && { rsaKeyPem: command.rsaKeyPem }),
    ...(command.webSocketKeyMd5 !== null && { webSocketKeyMd5: command.webSocketKeyMd5 }),
  })
}

async function startListeners(driver: OpendDriver, command: OpendCommand, listeners: Listener[]): Promise<void> {
  const announce = (what: string, scheme: string, listener: Listener): void => {
    listeners.push(listener)
    process.stdout.write(`OpenD ${what} on ${scheme}://${LOOPBACK}:${listener.port}\n`)
  }
  announce('API', 'tcp', await startTcpServer(driver, { port: command.port }))
  if (command.webSocketPort !== null) {
    announce('WebSocket API', 'ws', await startWebSocketServer(driver, { port: command.webSocketPort }))
  }
  if (command.controlPort !== null) {
    announce('control', 'http', await startControlServer(driver, { port: command.controlPort }))
  }
}

function listenProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: unknown }
  if (code === undefined || typeof port !== 'number') return error.message
  return `${portText(code, port)}: stop it or choose another port (npm run opend -- --help)`
}

/** Node exits by itself once the listeners are closed and the timer is stopped. */
async function stop({ driver, keeper, listeners }: OpendServer): Promise<void> {
  driver.stop()
  await Promise.all(listeners.map((listener) => listener.close()))
  keeper?.close(Date.now())
}

await main()
