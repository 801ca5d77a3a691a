import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { SimulatorState } from '../../simulator/opend.ts'
import type { RecordChange } from '../../simulator/records/list-records.ts'
import { stateOfRecords } from '../../simulator/records/state-records.ts'
import { contradictionOf, type RunOptions } from './run-options.ts'

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

/** The functions of SQLite that the state uses. */
export type StateDatabase = Pick<DatabaseSync, 'exec' | 'prepare' | 'close'>

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
    db.exec('PRAGMA synchronous = FULL')
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

/**
 * `run` has the options and the clock, `records` the state. A record keeps its number when its value changes, so the
 * numbers have the order in which records were added.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
`

/** The state of one simulated OpenD in an SQLite file. */
export class StateFile {
  readonly #db: StateDatabase
  readonly #setRun: StatementSync
  readonly #setRecord: StatementSync
  readonly #removeRecord: StatementSync

  constructor(db: StateDatabase) {
    db.exec(TABLES)
    this.#db = db
    this.#setRun = db.prepare('INSERT OR REPLACE INTO run (name, value) VALUES (?, ?)')
    this.#setRecord = db.prepare(
      'INSERT INTO records (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
    this.#removeRecord = db.prepare('DELETE FROM records WHERE name = ?')
  }

  /** Stores the options of a new file. For a file of an earlier run, returns what contradicts its options, or null. */
  begin(options: RunOptions): string | null {
    const text = this.#read('options')
    // Only this function writes the entry.
    if (text !== null) return contradictionOf(JSON.parse(text) as RunOptions, options)
    this.#setRun.run('options', JSON.stringify(options))
    return null
  }

  /** What an earlier run saved; null for a new file. Throws if the file has other contents. */
  stored(): StoredRun | null {
    const rows = this.#db.prepare('SELECT name, value FROM records ORDER BY number').all()
    const state = stateOfRecords(rows.map(({ name, value }) => [String(name), String(value)]))
    // `save` writes the clock together with the records.
    return state === null ? null : { state, marketMs: Number(this.#read('clock')) }
  }

  /** Stores changed records and the clock. They are on the disk when this returns. Throws if that fails. */
  save(changes: readonly RecordChange[], marketMs: number): void {
    this.#db.exec('BEGIN')
    try {
      for (const { name, text } of changes) {
        if (text === null) this.#removeRecord.run(name)
        else this.#setRecord.run(name, text)
      }
      this.#setRun.run('clock', String(marketMs))
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
    const row = this.#db.prepare('SELECT value FROM run WHERE name = ?').get(name)
    return typeof row?.['value'] === 'string' ? row['value'] : null
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
