import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { watchLaunchers } from '../../../src/cli/launchers.ts'

/**
 * Processes that must end with another are given one end of the test's pipe: the pipe ends when the last of them has
 * ended, so nothing has to be polled. Each test fails by its time limit when a process stays.
 */
const MODULES = new URL('../../../src/cli/', import.meta.url).href
const LIMIT = { timeout: 20_000 }

/** A process that would live for ever. */
const FOREVER = `['-e', 'setInterval(() => {}, 1000)']`

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
}

/** Waits for the first line on a pipe. */
async function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  const [chunk] = (await once(output, 'data')) as [Buffer]
  return chunk.toString().trim()
}

test('children end when their parent is killed without a chance to end them', LIMIT, async () => {
  const script = `
    import { spawn } from 'node:child_process'
    import { endChildrenWithThisProcess } from '${MODULES}start/runtime-guard.ts'
    endChildrenWithThisProcess()
    const child = spawn(process.execPath, ${FOREVER}, { stdio: ['ignore', 'inherit', 'ignore'] })
    child.once('spawn', () => process.stdout.write(child.pid + '\\n'))
    setInterval(() => {}, 1000)`
  const parent = run(process.execPath, ['--input-type=module', '-e', script])
  const ended = once(parent.stdout, 'end')
  assert.match(await firstLine(parent.stdout), /^\d+$/)
  parent.kill('SIGKILL')
  await ended
})

/** Ends itself when its launchers are gone. */
const WATCHER = `
  import { watchLaunchers } from '${MODULES}launchers.ts'
  watchLaunchers(() => process.exit(0))
  process.stdout.write('watching\\n')
  setInterval(() => {}, 1000)`

/** `sh` as npm runs it, waiting for the command; the second command keeps it from replacing itself with the first. */
const SHELL_COMMAND = `"$NODE" --input-type=module -e "$WATCHER"; true`

test(
  'a command of npm ends when the shell in between is killed',
  { ...LIMIT, skip: process.platform === 'win32' },
  async () => {
    const env = { NODE: process.execPath, WATCHER, npm_lifecycle_event: 'start' }
    const shell = run('sh', ['-c', SHELL_COMMAND], env)
    const ended = once(shell.stdout, 'end')
    assert.equal(await firstLine(shell.stdout), 'watching')
    shell.kill('SIGKILL')
    await ended
  },
)

test(
  'a command of npm ends when npm is killed and the shell stays',
  { ...LIMIT, skip: process.platform === 'win32' },
  async (t) => {
    const env = { NODE: process.execPath, WATCHER, SHELL_COMMAND, npm_lifecycle_event: 'start' }
    const npm = `
    import { spawn } from 'node:child_process'
    const shell = spawn('sh', ['-c', process.env.SHELL_COMMAND], { stdio: ['ignore', 'inherit', 'ignore'] })
    setInterval(() => {}, 1000)`
    const parent = run(process.execPath, ['--input-type=module', '-e', npm], env)
    t.after(() => parent.kill('SIGKILL'))
    const ended = once(parent.stdout, 'end')
    assert.equal(await firstLine(parent.stdout), 'watching')
    parent.kill('SIGKILL')
    await ended
  },
)

test('a command that npm did not start does not watch its parent', (t) => {
  const timers = t.mock.method(globalThis, 'setInterval')
  watchLaunchers(assert.fail, {})
  assert.equal(timers.mock.callCount(), 0)
  watchLaunchers(assert.fail, { npm_lifecycle_event: 'start' })()
  assert.equal(timers.mock.callCount(), 1)
})
