import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../src/cli/build-worker.ts'

/** A server in a process of its own. */
export interface ServerProcess {
  readonly port: number
  /** Processor time it has used so far, in ms; null where the system does not tell. */
  cpuMs(): number | null
  /** Memory it has resident, in bytes; null where the system does not tell. */
  residentBytes(): number | null
  stop(): Promise<void>
}

/** Linux counts processor time in ticks of 10 ms (`getconf CLK_TCK` is 100 everywhere). */
const TICK_MS = 10

/** A runtime whose object still holds sockets ends 10 s after it was asked to, which nobody needs to wait for. */
const GRACE_MS = 1_000

/** Starts a TypeScript program of this repository that announces `tcp://127.0.0.1:PORT` on its first line. */
export async function startServer(program: string, ...args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(ROOT, program), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await firstLine(child, child.stdout)
  return serverProcess(child, Number(/:(\d+)\s*$/.exec(line)?.[1]))
}

/** Wraps a running child. */
export function serverProcess(child: ChildProcess, port: number): ServerProcess {
  return {
    port,
    cpuMs: () => cpuMs(child),
    residentBytes: () => residentBytes(child),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** The first line a child prints. Rejects when it ends without one. */
export function firstLine(child: ChildProcess, stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: stream }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code} before it was ready`)))
    child.once('error', reject)
  })
}

function cpuMs(child: ChildProcess): number | null {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return null
  }
}

function residentBytes(child: ChildProcess): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}
