import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename } from 'node:path'

/** `LISTEN` in /proc/net/tcp. */
const LISTEN = '0A'

/** Why this machine cannot listen on a port, as the start of a sentence; null if it can. */
export async function portProblem(host: string, port: number): Promise<string | null> {
  const code = await new Promise<string | null>((resolve) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
  return code === null ? null : portText(code, port)
}

/** Describes a failure to listen on a port from its error code. Names the process that uses the port if known. */
export function portText(code: string, port: number): string {
  if (code === 'EACCES') return `Port ${port} needs administrator rights`
  if (code !== 'EADDRINUSE') return `Cannot listen on port ${port} (${code})`
  const owner = portOwnerOf(port)
  return `Port ${port} is in use${owner === null ? '' : ` by ${owner}`}`
}

/** The process that listens on a TCP port, as `node (process 123)`; null if it cannot be determined. */
export function portOwnerOf(port: number): string | null {
  const pid = process.platform === 'linux' ? pidByProc(port) : pidByLsof(port)
  if (pid === null) return null
  const name = nameOf(pid)
  return name === null ? `process ${pid}` : `${name} (process ${pid})`
}

/** Linux: finds the inode of the socket in the socket table and the process with a descriptor of that inode. */
function pidByProc(port: number): string | null {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeningInodes(`/proc/net/${table}`, port)))
  if (inodes.size === 0) return null
  for (const pid of listOf('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of listOf(`/proc/${pid}/fd`)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '') ?? []
      if (inode !== undefined && inodes.has(inode)) return pid
    }
  }
  return null
}

function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = (attempt(() => readFileSync(table, 'utf8')) ?? '').split('\n').map((row) => row.trim().split(/\s+/))
  return rows.flatMap((cells) => {
    const [, local = '', , state] = cells
    const inode = cells[9]
    return local.endsWith(suffix) && state === LISTEN && inode !== undefined ? [inode] : []
  })
}

function pidByLsof(port: number): string | null {
  const { stdout } = spawnSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], { encoding: 'utf8' })
  return /^\d+/.exec(stdout ?? '')?.[0] ?? null
}

/** The program name without arguments: the arguments of another process may contain secrets. */
function nameOf(pid: string): string | null {
  const program =
    process.platform === 'linux'
      ? attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.split('\0')[0]
      : spawnSync('ps', ['-o', 'comm=', '-p', pid], { encoding: 'utf8' }).stdout?.trim()
  return program === undefined || program === '' ? null : basename(program)
}

function listOf(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder)) ?? []
}

/** Undefined if reading fails: a process may end meanwhile, and those of other users are not readable. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
