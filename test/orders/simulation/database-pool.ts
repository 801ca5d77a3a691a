import { migrate } from '../../../durable-objects/storage/migrate.ts'
import { NodeDatabase } from '../../storage/node-database.ts'

/** A migrated database without rows. */
export type EmptyDatabase = NodeDatabase

/** Databases for reuse: creating and migrating one takes as long as a schedule. */
const waiting: NodeDatabase[] = []

export function takeDatabase(): EmptyDatabase {
  const database = waiting.pop()
  if (database !== undefined) return database
  const made = new NodeDatabase()
  migrate(made)
  return made
}

/** Returns a database to the pool, with any contents. */
export function giveBack(database: NodeDatabase): void {
  database.reset()
  waiting.push(database)
}
