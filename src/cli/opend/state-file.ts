import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SimulatorState } from '../../simulator/opend.ts'

/** The options that determine what a stored state means. A run with other ones cannot continue it. */
export interface RunOptions {
  readonly seed: number
  /** `--clock` as the user typed it. */
  readonly clock: string
  readonly hours: string
}

/** What an earlier run stored; null for a new folder. */
export interface StoredRun {
  readonly state: SimulatorState
  /** A time of the market's clock, Unix ms, at or after every time that a client has received. */
  readonly marketMs: number
}

/** The opened file, or a sentence that describes why it is not available. */
export type OpenedState =
  | { readonly ok: true; readonly file: StateFile; readonly stored: StoredRun | null }
  | { readonly ok: false; readonly problem: string }

const FILE = 'opend.sqlite'

/**
 * Opens the state of an earlier run in a folder, or begins a new one; creates the folder. The file is locked for this
 * process until it ends, however it ends.
 */
export function openStateFile(folder: string, options: RunOptions): OpenedState {
  const problem = makeFolder(folder)
  if (problem !== null) return { ok: false, problem }
  const db = new DatabaseSync(join(folder, FILE))
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
    // A commit is on the disk when it returns, so that not even a power failure loses it.
    db.exec(
      'PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS entries (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
    )
    const file = new StateFile(db)
    const mismatch = file.begin(options)
    if (mismatch === null) return { ok: true, file, stored: file.stored() }
    db.close()
    return { ok: false, problem: `--data: ${folder} ${mismatch}` }
  } catch (error) {
    db.close()
    const reason = error instanceof Error ? error.message : String(error)
    if (/locked|busy/i.test(reason)) {
      return {
        ok: false,
        problem: `--data: another npm run opend uses ${folder}: stop it, or name another folder with --data.`,
      }
    }
    return { ok: false, problem: `--data: ${join(folder, FILE)} cannot be read (${reason}): delete it to begin anew.` }
  }
}

/** The state of one simulated OpenD in an SQLite file: three entries with the options, the state and the clock. */
export class StateFile {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Stores the options of a new file. For a file of an earlier run, returns what contradicts its options, or null. */
  begin(options: RunOptions): string | null {
    const text = this.#read('options')
    if (text === null) {
      this.#write('options', JSON.stringify(options))
      return null
    }
    // Only this function writes the entry.
    const earlier = JSON.parse(text) as RunOptions
    for (const name of ['seed', 'clock', 'hours'] as const) {
      if (earlier[name] === options[name]) continue
      return `contains a run with --${name} ${earlier[name]}: use that, or name another folder with --data.`
    }
    return null
  }

  stored(): StoredRun | null {
    const [state, marketMs] = [this.#read('state'), this.#read('clock')]
    // Only `save` writes the entries, together.
    return state === null ? null : { state: JSON.parse(state) as SimulatorState, marketMs: Number(marketMs) }
  }

  /** Stores the state, unless it is null, and the clock. Both are on the disk when this returns. Throws if that fails. */
  save(state: SimulatorState | null, marketMs: number): void {
    this.#db.exec('BEGIN')
    try {
      if (state !== null) this.#write('state', JSON.stringify(state))
      this.#write('clock', String(marketMs))
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#db.close()
  }

  #read(name: string): string | null {
    const row = this.#db.prepare('SELECT value FROM entries WHERE name = ?').get(name)
    return typeof row?.['value'] === 'string' ? row['value'] : null
  }

  #write(name: string, value: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO entries (name, value) VALUES (?, ?)').run(name, value)
  }
}

/** Creates a folder and its parents. Returns a sentence if that fails, else null. */
function makeFolder(path: string): string | null {
  if (existsSync(path)) return statSync(path).isDirectory() ? null : `--data takes a folder, and ${path} is a file.`
  try {
    mkdirSync(path, { recursive: true })
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `--data: ${path} cannot be created (${reason}): name another folder.`
  }
}
