import { commandLine, refuseCommandLine } from './command-line.ts'
import { CONNECTOR_FORM, connectorCommand } from './connector/options.ts'
import { ConnectorShell } from './connector/shell.ts'
import { watchLaunchers } from './launchers.ts'

/** `npm run connector`: connects an OpenD on this machine or network to a gateway, until it receives a signal. */
async function main(): Promise<void> {
  const line = commandLine(CONNECTOR_FORM)
  const read = connectorCommand(line, process.env)
  if (!read.ok) return refuseCommandLine(CONNECTOR_FORM, read.problem)
  if (read.command.kind === 'bundle') {
    const { writeBundle } = await import('./connector/bundle.ts')
    process.stdout.write(`${await writeBundle(read.command.file)}\n`)
    return
  }
  const shell = new ConnectorShell(read.command, (text) => {
    process.stdout.write(`${new Date().toISOString()}  ${text}\n`)
  })
  const stop = (): void => {
    shell.stop()
    process.exitCode = 0
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  watchLaunchers(stop)
  shell.start()
}

await main()
