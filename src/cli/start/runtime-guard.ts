import { spawn, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL('end-with-parent.ts', import.meta.url))

/**
 * Ends every child process that starts from now on when this process ends, even by SIGKILL. A small guard process in
 * its own group reads a pipe from this process and kills the children when the pipe closes. Miniflare does not expose
 * the runtime's process, so its pid comes from Node's diagnostics channel for new processes.
 */
export function endChildrenWithThisProcess(): void {
  const guard = spawn(process.execPath, [GUARD], {
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without the guard everything works, except that a kill -9 leaves the runtime running.
  guard.on('error', () => {})
  guard.stdin.on('error', () => {})
  guard.unref()
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess }
    child.once('spawn', () => guard.stdin.write(`+${child.pid}\n`))
    child.once('exit', () => guard.stdin.write(`-${child.pid}\n`))
  })
}
