import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { commandLine, refuseCommandLine, userFolder } from './command-line.ts'
import { callEdge, edgeOf } from './edge-client.ts'
import { HOOKS_FORM, runHooksCommand } from './hooks/commands.ts'

/** `npm run hooks`: makes, changes and tries the webhooks of a key, on this machine or at a deployed gateway. */
async function main(): Promise<void> {
  const line = commandLine(HOOKS_FORM)
  const result = await runHooksCommand(line, {
    edge: () => edgeOf('A key that may trade', { edge: line.text('edge'), token: line.text('token') }, process.env),
    call: callEdge,
    readFile: (path) => {
      try {
        return readFileSync(path === '-' ? process.stdin.fd : resolve(userFolder(), path), 'utf8')
      } catch {
        return null
      }
    },
  })
  if (result.ok) process.stdout.write(result.text)
  else if (result.isUsage) refuseCommandLine(HOOKS_FORM, result.problem)
  else {
    process.stderr.write(`${result.problem}\n`)
    process.exitCode = 1
  }
}

await main()
