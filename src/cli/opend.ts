import { OpendDriver } from '../simulator/driver.ts'
import { SimulatedOpenD } from '../simulator/opend.ts'
import { nativeCrypto } from '../transport/native-crypto.ts'
import { commandLine, refuseCommandLine } from './command-line.ts'
import { watchLaunchers } from './launchers.ts'
import { startOfRun, timeOfDay } from './opend/clock.ts'
import { startControlServer } from './opend/control-server.ts'
import { OPEND_FORM, opendCommand, type OpendCommand } from './opend/options.ts'
import { LOOPBACK, startTcpServer, type Listener } from './opend/tcp-server.ts'
import { portText } from './port-owner.ts'
import { startWebSocketServer } from './opend/websocket-server.ts'

/** `npm run opend`: runs the simulated OpenD as a server on this machine until it receives a signal. */
async function main(): Promise<void> {
  const nowMs = Date.now()
  const parsed = opendCommand(commandLine(OPEND_FORM), nowMs)
  if (!parsed.ok) return refuseCommandLine(OPEND_FORM, parsed.problem)
  const driver = new OpendDriver(simulatorOf(parsed.command, nowMs), timeOfDay)
  const listeners: Listener[] = []
  try {
    await startListeners(driver, parsed.command, listeners)
  } catch (error) {
    process.stderr.write(`${listenProblem(error)}\n`)
    process.exitCode = 1
    await stop(driver, listeners)
    return
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop(driver, listeners))
  watchLaunchers(() => void stop(driver, listeners))
}

function simulatorOf(command: OpendCommand, nowMs: number): SimulatedOpenD {
  const startedMs = startOfRun(command.clock, nowMs)
  return new SimulatedOpenD({
    seed: command.seed,
    crypto: nativeCrypto,
    clock: command.clock,
    faults: command.faults,
    limitsRates: command.limitsRates,
    latency: command.latency,
    onBug: (bug) => process.stderr.write(`${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}\n`),
    market: { hours: command.hours, replay: command.replay },
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
async function stop(driver: OpendDriver, listeners: readonly Listener[]): Promise<void> {
  driver.stop()
  await Promise.all(listeners.map((listener) => listener.close()))
}

await main()
