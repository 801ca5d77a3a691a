import { spawn, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL('end-with-parent.ts', import.meta.url))

/**
 * Ends every child process that starts from now on when this process ends, even by SIGKILL. A small guard process in
 * its own group reads a pipe from this process and kills the children when the pipe closes. Miniflare does not expose
 * the runtime's process, so its pid comes from Node's diagnostics channel for new processes. Returns the children that run,
 * which changes with time.
 */
export function endChildrenWithThisProcess(): ReadonlySet<ChildProcess> {
  const running = new Set<ChildProcess>()
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
    child.once('spawn', () => {
      running.add(child)
      guard.stdin.write(`+${child.pid}\n`)
    })
    child.once('exit', () => {
      running.delete(child)
      guard.stdin.write(`-${child.pid}\n`)
    })
  })
  return running
}
