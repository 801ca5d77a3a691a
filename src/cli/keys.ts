import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { commandLine, refuseCommandLine, userFolder } from './command-line.ts'
import { runKeysCommand } from './keys/commands.ts'
import { callEdge, edgeOf } from './edge-client.ts'
import { KEYS_FORM } from './keys/form.ts'

/** `npm run keys`: makes, changes and revokes the keys of a gateway, on this machine or deployed. */
async function main(): Promise<void> {
  const line = commandLine(KEYS_FORM)
  const result = await runKeysCommand(line, {
    edge: () =>
      edgeOf('A key with the scope admin', { edge: line.text('edge'), token: line.text('token') }, process.env),
    call: callEdge,
    readFile: (path) => readText(resolve(userFolder(), path)),
    readInput: () => readFileSync(process.stdin.fd, 'utf8'),
  })
  if (result.ok) process.stdout.write(result.text)
  else if (result.isUsage) refuseCommandLine(KEYS_FORM, result.problem)
  else {
    process.stderr.write(`${result.problem}\n`)
    process.exitCode = 1
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

await main()
