import { MOST_ENTRIES_OF_CALLER } from '../../src/orders/ledger.ts'

/**
 * Everything that the object stores. SQLite uses a partial index only for statements that repeat the condition of the
 * index literally.
 *
 * Order calls. A caller has at most `LEDGER_BOUNDS.entriesOfCaller` rows, about 1 kB each with its indexes.
 *
 *     table order_entries                  one row for each order call. Fields used as filters have a column, the
 *                                          others are JSON in `entry`; OpenD's reply is in `reply`.
 *                                          `seq` is the order of writing. A refused call does not
 *                                          use up its idempotency key, so its key is NULL.
 *                                          `LEDGER_BOUNDS` limits age and number. Undecided entries
 *                                          are never deleted
 *     index order_entries_by_key           a caller's entries of one idempotency key
 *     index order_entries_by_time          a caller's entries since a time, their count, and the oldest ones
 *     index order_entries_by_caller        pages of one caller
 *     index order_entries_by_account       pages of one account, and its latest entries
 *     index order_entries_by_state         pages of one state, undecided entries, and the oldest unsent entries
 *     index order_entries_unsent           a caller's refused and unsent entries, which have a separate bound
 *     index order_entries_placed           accepted new orders of an account since a time
 *     index order_entries_by_order_id      the new order with that decimal id of OpenD
 *     index order_entries_by_order_id_ex   the new order with that alphanumeric id of OpenD
 *     index order_entries_by_target        the changes of the order with that decimal id
 *     index order_entries_by_target_ex     the changes of the order with that alphanumeric id
 *     table traded_accounts                the accounts and markets in which a caller has placed
 *                                          orders. Never deleted: an order can stay open after its
 *                                          entry is deleted, and the kill switch still has to find
 *                                          it. At most the accounts of the login times its markets,
 *                                          for each caller that may trade
 *
 * The kill switch. Both tables are read once, when the object starts; `Switches` bounds them.
 *
 *     table trading_halts                  one row for each halt, until it ends: at most 1,000 set
 *                                          by callers, and those of administrators
 *     table cancel_tasks                   one row for each cancel task as JSON, until it is done:
 *                                          one for each halt, and at most 1,000 set by cancel-after
 *
 * Keys. Read once, when the object starts; `KeyService` bounds them.
 *
 *     table api_keys                       one row for each key of the key service and each child token, as the JSON of
 *                                          the key file: the SHA-256 of the key, not the key. Until it is revoked; a
 *                                          child token until its time is over: at most 1,000 together
 *
 * Other.
 *
 *     table exit_groups                    one row for each order with exits as JSON. `MAX_EXIT_GROUPS` bounds those that
 *                                          wait, `MOST_DONE_OF_CALLER` those of a caller that are done
 *     index exit_groups_active             those that wait: read once, when the object starts
 *     index exit_groups_done               those of a caller that are done
 *     table hooks                          one row for each hook as JSON: the SHA-256 of its secret, not the secret. Until it
 *                                          is deleted; a key has at most 20
 *     index hooks_by_owner                 the hooks of a key
 *     table hook_deliveries                one row for each alert, with what became of it as JSON. The newest 1,000 of a hook,
 *                                          for 30 days
 *     index hook_deliveries_by_hook        pages of one hook
 *     index hook_deliveries_waiting        those that are not carried out yet
 *     index hook_deliveries_by_key         the first of equal alerts
 *     index hook_deliveries_by_symbol      the latest alert of a security that was carried out
 *     table subscriptions                  one row for each subscriber as JSON, until it has no
 *                                          subscription: read once, when the object starts. OpenD's
 *                                          quota bounds the units of all subscribers together
 *     table audit_rows                     one row for each event of the audit, as JSON, with the columns that are filters.
 *                                          `AUDIT_RETENTION_MS` and `MOST_AUDIT_ROWS` bound age and number
 *     index audit_rows_by_time             the newest row that is too old
 *     index audit_rows_by_caller           pages of one caller
 *     index audit_rows_by_request          the rows of one request
 *     index audit_rows_by_intent           the rows of one entry of the ledger
 *     index audit_rows_by_order            the rows of one order of OpenD
 *     table audit_anchor                   one row: the number and hash of the last row that was deleted for its age
 *     table simulator_state                the state of the simulated OpenD in the demo as JSON, split into parts of
 *                                          500,000 characters. Empty in the product
 *     table schema_version                 one row: the number of the last applied migration
 *     key   parked                         whether an administrator has shut the connection down; until the next reload
 *     key   epoch                          how often the configuration was reloaded; forever
 *
 * The platform stores the alarm of the object and the attachments of its sockets separately.
 */
export const STORED_KEYS = { parked: 'parked', epoch: 'epoch' } as const

/** How long entries are stored, and how many. */
export interface LedgerBounds {
  /** At this number, a caller's oldest decided entries are deleted if they are older than `trimmedAfterMs`. */
  readonly entriesOfCaller: number
  /** An idempotency key is valid for a day, so a younger entry is never deleted to make room. */
  readonly trimmedAfterMs: number
  /** Longer than the day that idempotency needs, so the orders of the last quarter can be queried. */
  readonly retentionMs: number
  /** Refused and unsent calls of a caller together. They cost no budget, so a program in a loop can make many. */
  readonly unsentOfCaller: number
  /** Refused and unsent calls are of interest on the same day only. */
  readonly unsentRetentionMs: number
}

const HOUR_MS = 3_600_000

/** The bounds of the product. */
export const LEDGER_BOUNDS: LedgerBounds = {
  entriesOfCaller: MOST_ENTRIES_OF_CALLER,
  trimmedAfterMs: 24 * HOUR_MS,
  retentionMs: 90 * 24 * HOUR_MS,
  unsentOfCaller: 1_000,
  unsentRetentionMs: 24 * HOUR_MS,
}

/** The statements of one migration, each a single statement of SQL. */
export type Migration = readonly string[]

/**
 * The schema before migrations had numbers. Older objects have all or some of these tables, so each statement leaves
 * an existing table unchanged.
 */
const FIRST: Migration = [
  `CREATE TABLE IF NOT EXISTS order_entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    caller TEXT NOT NULL,
    idempotency_key TEXT,
    acc_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    entry TEXT NOT NULL,
    reply BLOB
  )`,
  `CREATE INDEX IF NOT EXISTS order_entries_by_key ON order_entries (caller, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  'CREATE INDEX IF NOT EXISTS order_entries_by_time ON order_entries (caller, created_ms)',
  `CREATE INDEX IF NOT EXISTS order_entries_unsettled ON order_entries (seq) WHERE state IN ('reserved', 'unknown')`,
  `CREATE INDEX IF NOT EXISTS order_entries_refused ON order_entries (caller) WHERE state = 'refused'`,
  `CREATE TABLE IF NOT EXISTS trading_halts (
    scope TEXT PRIMARY KEY,
    halted_by TEXT NOT NULL,
    since_ms INTEGER NOT NULL
  )`,
  'CREATE TABLE IF NOT EXISTS cancel_tasks (id TEXT PRIMARY KEY, task TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS subscriptions (id TEXT PRIMARY KEY, holder TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS simulator_state (part INTEGER PRIMARY KEY, text TEXT NOT NULL)',
]

/** Adds columns for OpenD's order ids and an index for each query; turns earlier timers into cancel tasks. */
const SECOND: Migration = [
  'ALTER TABLE order_entries ADD COLUMN order_id TEXT',
  'ALTER TABLE order_entries ADD COLUMN order_id_ex TEXT',
  'ALTER TABLE order_entries ADD COLUMN target_order_id TEXT',
  'ALTER TABLE order_entries ADD COLUMN target_order_id_ex TEXT',
  `UPDATE order_entries SET
    order_id = json_extract(entry, '$.orderId'),
    order_id_ex = json_extract(entry, '$.orderIdEx'),
    target_order_id = json_extract(entry, '$.call.targetOrderId'),
    target_order_id_ex = json_extract(entry, '$.call.targetOrderIdEx')`,
  // The first release created an index of all entries under this name.
  'DROP INDEX order_entries_by_key',
  `CREATE INDEX order_entries_by_key ON order_entries (caller, idempotency_key) WHERE idempotency_key IS NOT NULL`,
  'DROP INDEX order_entries_unsettled',
  'DROP INDEX order_entries_refused',
  'CREATE INDEX order_entries_by_caller ON order_entries (caller)',
  'CREATE INDEX order_entries_by_account ON order_entries (acc_id)',
  'CREATE INDEX order_entries_by_state ON order_entries (state)',
  `CREATE INDEX order_entries_unsent ON order_entries (caller) WHERE state IN ('refused', 'not_sent')`,
  `CREATE INDEX order_entries_placed ON order_entries (acc_id, created_ms) WHERE kind = 'place' AND state = 'accepted'`,
  `CREATE INDEX order_entries_by_order_id ON order_entries (acc_id, order_id)
    WHERE kind = 'place' AND order_id IS NOT NULL`,
  `CREATE INDEX order_entries_by_order_id_ex ON order_entries (acc_id, order_id_ex)
    WHERE kind = 'place' AND order_id_ex IS NOT NULL`,
  `CREATE INDEX order_entries_by_target ON order_entries (acc_id, target_order_id)
    WHERE target_order_id IS NOT NULL AND state NOT IN ('refused', 'not_sent')`,
  `CREATE INDEX order_entries_by_target_ex ON order_entries (acc_id, target_order_id_ex)
    WHERE target_order_id_ex IS NOT NULL AND state NOT IN ('refused', 'not_sent')`,
  `CREATE TABLE traded_accounts (
    caller TEXT NOT NULL,
    acc_id TEXT NOT NULL,
    trd_env INTEGER NOT NULL,
    trd_market INTEGER NOT NULL,
    PRIMARY KEY (caller, acc_id, trd_env, trd_market)
  ) WITHOUT ROWID`,
  `INSERT OR IGNORE INTO traded_accounts (caller, acc_id, trd_env, trd_market)
    SELECT caller, acc_id, json_extract(entry, '$.call.trdEnv'), json_extract(entry, '$.call.trdMarket')
    FROM order_entries WHERE kind = 'place' AND state != 'refused'`,
  // Set by the version that stored one row for each caller; a cancel task that was set later takes precedence.
  'CREATE TABLE IF NOT EXISTS cancel_timers (caller TEXT PRIMARY KEY, fire_ms INTEGER NOT NULL)',
  `INSERT OR IGNORE INTO cancel_tasks (id, task)
    SELECT 'cancel_after:' || caller, json_object(
      'id', 'cancel_after:' || caller,
      'reason', 'cancel_after',
      'scope', json_object('kind', 'caller', 'caller', caller),
      'includesForeign', json('false'),
      'caller', caller,
      'requestId', 'cancel-after-' || fire_ms,
      'dueAtMs', fire_ms,
      'attempts', 0,
      'nextAttemptMs', fire_ms,
      'detail', NULL
    ) FROM cancel_timers`,
  'DROP TABLE cancel_timers',
]

/** Adds the keys of the key service. A child token has the id of its parent and the mark of the token that made it. */
const THIRD: Migration = [
  `CREATE TABLE api_keys (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL,
    parent_id TEXT,
    parent_mark TEXT
  )`,
]

/** Adds the audit. A row without a request, an entry or an order has no place in the index of these. */
const FOURTH: Migration = [
  `CREATE TABLE audit_rows (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    caller TEXT NOT NULL,
    request_id TEXT,
    intent_id TEXT,
    order_id TEXT,
    hash TEXT NOT NULL,
    row TEXT NOT NULL
  )`,
  'CREATE INDEX audit_rows_by_time ON audit_rows (at_ms)',
  'CREATE INDEX audit_rows_by_caller ON audit_rows (caller)',
  'CREATE INDEX audit_rows_by_request ON audit_rows (request_id) WHERE request_id IS NOT NULL',
  'CREATE INDEX audit_rows_by_intent ON audit_rows (intent_id) WHERE intent_id IS NOT NULL',
  'CREATE INDEX audit_rows_by_order ON audit_rows (order_id) WHERE order_id IS NOT NULL',
  'CREATE TABLE audit_anchor (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL)',
]

/** Adds the orders with exits. `seq` is the order in which they were placed. */
const FIFTH: Migration = [
  `CREATE TABLE exit_groups (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    caller TEXT NOT NULL,
    is_done INTEGER NOT NULL,
    exits TEXT NOT NULL
  )`,
  'CREATE INDEX exit_groups_active ON exit_groups (is_done) WHERE is_done = 0',
  'CREATE INDEX exit_groups_done ON exit_groups (caller) WHERE is_done = 1',
]

/** Adds the hooks and their deliveries. Fields of queries have a column, the rest is JSON. */
const SIXTH: Migration = [
  'CREATE TABLE hooks (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, hook TEXT NOT NULL)',
  'CREATE INDEX hooks_by_owner ON hooks (owner)',
  `CREATE TABLE hook_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    hook_id TEXT NOT NULL,
    state TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    duplicate_key TEXT NOT NULL,
    symbol TEXT,
    at_ms INTEGER,
    delivery TEXT NOT NULL
  )`,
  'CREATE INDEX hook_deliveries_by_hook ON hook_deliveries (hook_id, seq)',
  `CREATE INDEX hook_deliveries_waiting ON hook_deliveries (state, seq) WHERE state = 'waiting'`,
  `CREATE INDEX hook_deliveries_by_key ON hook_deliveries (hook_id, duplicate_key, seq) WHERE state != 'duplicate'`,
  `CREATE INDEX hook_deliveries_by_symbol ON hook_deliveries (hook_id, symbol, at_ms)
    WHERE at_ms IS NOT NULL AND state IN ('ordered', 'rejected', 'unknown', 'nothing')`,
]

/** Every migration; the first has the number 1. Never change a released migration: add a new one. */
export const MIGRATIONS: readonly Migration[] = [FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH]
