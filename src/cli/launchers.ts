import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** The facts about a process that the watch needs. */
interface ProcessFacts {
  readonly parent: number
  /** The name of the program. */
  readonly program: string
  /** The process has ended, and its parent has not collected its exit code. */
  readonly isZombie: boolean
}

/** How often the launchers are checked. */
const INTERVAL_MS = 500

const SHELL = /^-?(?:sh|bash|dash|ash|zsh|ksh|busybox)$/

/**
 * Calls `onGone` once when npm, or the shell between npm and this process, has ended without ending this process. This
 * happens because npm does not forward SIGHUP, and a shell does not forward SIGTERM. A process that npm did not start
 * runs under the user's shell, whose end must not end it. The returned function stops the watch.
 */
export function watchLaunchers(
  onGone: () => void,
  env: Readonly<Record<string, string | undefined>> = process.env,
): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => {}
  const parent = process.ppid
  const pids = launchersFrom(parent)
  const timer = setInterval(() => {
    if (process.ppid === parent && pids.every(isRunning)) return
    clearInterval(timer)
    onGone()
  }, INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** The parent process; if it is a shell, also its parent, and so on up to the first process that is not a shell. */
function launchersFrom(first: number): readonly number[] {
  const pids: number[] = []
  for (let pid = first; pid > 1;) {
    pids.push(pid)
    const facts = factsOf(pid)
    if (facts === null || !SHELL.test(facts.program)) break
    pid = facts.parent
  }
  return pids
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  // On other platforms each check would start `ps`, so there a zombie counts as running until its parent has ended too.
  return process.platform !== 'linux' || factsOf(pid)?.isZombie !== true
}

function factsOf(pid: number): ProcessFacts | null {
  return process.platform === 'linux' ? factsByProc(pid) : factsByPs(pid)
}

function factsByProc(pid: number): ProcessFacts | null {
  try {
    // The name is in parentheses and may contain any character, including parentheses.
    const [, program = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const [state, parent] = rest.split(' ')
    return { parent: Number(parent), program, isZombie: state === 'Z' }
  } catch {
    return null
  }
}

function factsByPs(pid: number): ProcessFacts | null {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
  const [, parent, program] = /^\s*(\d+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? []
  if (parent === undefined || program === undefined) return null
  return { parent: Number(parent), program: basename(program), isZombie: false }
}
