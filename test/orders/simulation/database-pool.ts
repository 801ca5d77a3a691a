import { migrate } from '../../../durable-objects/storage/migrate.ts'
import { NodeDatabase } from '../../storage/node-database.ts'

/** A migrated database without rows. */
export type EmptyDatabase = NodeDatabase

/** Databases that wait to be used again: to make and migrate one takes as long as a schedule. */
const waiting: NodeDatabase[] = []

export function takeDatabase(): EmptyDatabase {
  const database = waiting.pop()
  if (database !== undefined) return database
  const made = new NodeDatabase()
  migrate(made)
  return made
}

/** Gives a database back, whatever is in it. */
export function giveBack(database: NodeDatabase): void {
  database.reset()
  waiting.push(database)
}
