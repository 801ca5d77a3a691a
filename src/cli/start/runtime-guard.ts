import { spawn, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL('end-with-parent.ts', import.meta.url))

/**
 * Lets every child process that this process starts from now on end with it, also when it is killed without a chance to
 * end them. A small process of its own group does it: it holds a pipe from here, and ends the children when the pipe
 * closes. Miniflare does not hand out the runtime's process, so it is taken from Node's channel of new processes.
 */
export function endChildrenWithThisProcess(): void {
  const guard = spawn(process.execPath, [GUARD], {
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without the guard everything works, except that a kill -9 leaves the runtime behind.
  guard.on('error', () => {})
  guard.stdin.on('error', () => {})
  guard.unref()
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess }
    child.once('spawn', () => guard.stdin.write(`+${child.pid}\n`))
    child.once('exit', () => guard.stdin.write(`-${child.pid}\n`))
  })
}
