import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
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

/** A process of this machine. */
export interface Owner {
  readonly pid: string
  /** `node (process 123)` */
  readonly text: string
}

/** The process that listens on a TCP port, as `node (process 123)`; null if it cannot be determined. */
export function portOwnerOf(port: number): string | null {
  const pid = process.platform === 'linux' ? pidByInode(port) : pidByLsof(['-nP', `-iTCP:${port}`, '-sTCP:LISTEN'])
  return pid === null ? null : ownerOf(pid).text
}

/** Another process that has a file of a folder open, or the folder itself; null if there is none or it is not known. */
export function folderOwnerOf(folder: string): Owner | null {
  const path = attempt(() => realpathSync(folder))
  if (path === undefined) return null
  const isInside = (file: string): boolean => file === path || file.startsWith(`${path}/`)
  const pid = process.platform === 'linux' ? pidByFile(isInside) : pidByLsof(['-w', '+D', path])
  return pid === null ? null : ownerOf(pid)
}

function ownerOf(pid: string): Owner {
  const name = nameOf(pid)
  return { pid, text: name === null ? `process ${pid}` : `${name} (process ${pid})` }
}

/** Linux: finds the inode of the socket in the socket table and the process with a descriptor of that inode. */
function pidByInode(port: number): string | null {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeningInodes(`/proc/net/${table}`, port)))
  return inodes.size === 0 ? null : pidByFile((file) => inodes.has(/^socket:\[(\d+)\]$/.exec(file)?.[1] ?? ''), true)
}

/** Linux: the process with an open file, by the target of its descriptor's link. Skips this process by default. */
function pidByFile(isWanted: (file: string) => boolean, includesThis = false): string | null {
  const isCandidate = (name: string): boolean => /^\d+$/.test(name) && (includesThis || name !== String(process.pid))
  for (const pid of listOf('/proc').filter(isCandidate)) {
    for (const fd of listOf(`/proc/${pid}/fd`)) {
      if (isWanted(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '')) return pid
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

function pidByLsof(selection: readonly string[]): string | null {
  const { stdout } = spawnSync('lsof', ['-t', ...selection], { encoding: 'utf8' })
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
