import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A folder with the state of one local run: its storage, its key, and the lock that excludes a second run. */
export interface DataFolder {
  readonly path: string
  /** The storage of the gateway object. */
  readonly storage: string
  readonly keyFile: string
  /** Deletes the storage. */
  clear(): void
  /** Releases the lock. The end of this process does the same. */
  release(): void
}

/** The run that has a data folder. */
export interface Run {
  readonly pid: number
  readonly url: string
}

/** The folder, locked for this run, or a sentence that describes why it is not available. */
export type FolderClaim =
  | { readonly ok: true; readonly folder: DataFolder }
  | { readonly ok: false; readonly problem: string }

const LOCK = 'lock.sqlite'
const RUN = 'run.json'
const STORAGE = 'storage'
const KEY = 'local-key'

/**
 * Locks a data folder for this run; creates it if it does not exist. Refuses a folder with other contents, since
 * `--fresh` deletes in it. The lock is an SQLite lock, so the system releases it however the process ends.
 */
export function claimDataFolder(path: string, run: Run): FolderClaim {
  const problem = makeFolder(path)
  if (problem !== null) return refuse(problem)
  if (isForeign(path)) {
    return refuse(`${path} contains files that npm start did not write: name an empty or a new folder with --data.`)
  }
  const lock = tryLock(join(path, LOCK))
  if (lock === null) return refuse(heldText(path))
  writeFileSync(join(path, RUN), JSON.stringify(run))
  const storage = join(path, STORAGE)
  const folder: DataFolder = {
    path,
    storage,
    keyFile: join(path, KEY),
    clear: () => rmSync(storage, { recursive: true, force: true }),
    release: () => {
      rmSync(join(path, RUN), { force: true })
      lock.close()
    },
  }
  return { ok: true, folder }
}

/**
 * Creates a folder and its parents. Returns a sentence if that fails, else null. Does not use `recursive`: with it Node
 * 20 loops for ever if the system refuses a folder without an error code of its own, as in /proc.
 */
function makeFolder(path: string): string | null {
  if (existsSync(path)) {
    return statSync(path).isDirectory() ? null : `${path} is a file: name a folder with --data.`
  }
  const problem = dirname(path) === path ? null : makeFolder(dirname(path))
  if (problem !== null) return problem
  try {
    mkdirSync(path)
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `The data folder ${path} cannot be created (${reason}): name another one with --data.`
  }
}

/** Null if another process has the lock. */
function tryLock(file: string): DatabaseSync | null {
  const lock = new DatabaseSync(file)
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    return lock
  } catch (error) {
    lock.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null
    throw error
  }
}

function heldText(path: string): string {
  const run = readRun(join(path, RUN))
  const owner = run === null ? 'Another npm start' : `The npm start at ${run.url} (process ${run.pid})`
  return `${owner} uses the data folder ${path}: stop it, or start this one with --data DIR and --port N.`
}

function readRun(file: string): Run | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Run
  } catch {
    // The file is written right after the lock is taken, so it may be missing for a moment.
    return null
  }
}

function isForeign(path: string): boolean {
  if (!existsSync(path)) return false
  const names = readdirSync(path)
  return names.length > 0 && ![LOCK, KEY].some((name) => names.includes(name))
}

function refuse(problem: string): FolderClaim {
  return { ok: false, problem }
}
