import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readLocalKey } from '../local-key.ts'
import { folderOwnerOf } from '../process-owner.ts'

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
  /** The command of the run; `npm start` when it is not given. */
  readonly command?: string
}

/** The folder, locked for this run, or a sentence that describes why it is not available. */
export type FolderClaim =
  | { readonly ok: true; readonly folder: DataFolder }
  | { readonly ok: false; readonly problem: string }

/** The file that shows that a folder is one of ours, and its text. */
const MARKER = '.opend-edge'
const MARKER_TEXT = 'The data folder of a local opend-edge. npm start -- --fresh deletes its folder storage.\n'
const LOCK = 'lock.sqlite'
const START = 'npm start'
const RUN = 'run.json'
const STORAGE = 'storage'
const KEY = 'local-key'

/**
 * Locks a data folder for this run; creates it if it does not exist. Refuses a folder with other contents, since
 * `--fresh` deletes in it. The lock is an SQLite lock, so the system releases it however the process ends. The runtime
 * can outlive the process with the lock if its guard is killed too, so the storage must not be open either.
 */
export function claimDataFolder(path: string, run: Run): FolderClaim {
  const problem = makeFolder(path)
  if (problem !== null) return refuse(problem)
  if (isForeign(path)) {
    return refuse(
      `${path} contains files that ${run.command ?? START} did not write: name an empty or a new folder with --data.`,
    )
  }
  const marking = mark(path)
  if (marking !== null) return refuse(marking)
  const lock = tryLock(join(path, LOCK))
  if (lock === null) return refuse(heldText(path, run.command ?? START))
  const storage = join(path, STORAGE)
  const left = folderOwnerOf(storage)
  if (left !== null) {
    lock.close()
    return refuse(
      `${left.text} still uses the data folder ${path}, without its ${run.command ?? START}: end it with kill ${left.pid}, or name another folder with --data.`,
    )
  }
  writeFileSync(join(path, RUN), JSON.stringify(run))
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
    return cannotUse(`The data folder ${path} cannot be created`, error)
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

function heldText(path: string, command: string): string {
  const run = readRun(join(path, RUN))
  const owner = run === null ? `Another ${command}` : `The ${run.command ?? START} at ${run.url} (process ${run.pid})`
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

/** Whether a folder has contents, and they are not those of a data folder. */
function isForeign(path: string): boolean {
  if (!existsSync(path) || readdirSync(path).length === 0) return false
  // Folders of versions without the marker have a key in the form that only this product writes.
  return !isMarked(path) && readLocalKey(join(path, KEY)) === null
}

function isMarked(path: string): boolean {
  try {
    return readFileSync(join(path, MARKER), 'utf8') === MARKER_TEXT
  } catch {
    return false
  }
}

/** Returns a sentence if the folder cannot be written, else null. */
function mark(path: string): string | null {
  try {
    if (!isMarked(path)) writeFileSync(join(path, MARKER), MARKER_TEXT)
    return null
  } catch (error) {
    return cannotUse(`The data folder ${path} cannot be written`, error)
  }
}

function cannotUse(what: string, error: unknown): string {
  return `${what} (${error instanceof Error ? error.message : String(error)}): name another one with --data.`
}

function refuse(problem: string): FolderClaim {
  return { ok: false, problem }
}
