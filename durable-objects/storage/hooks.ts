import type { Delivery, DeliveryState, WaitingDelivery } from '../../src/hooks/delivery.ts'
import type { HookStore } from '../../src/hooks/hook-store.ts'
import type { DeliveryQuery, StoredHook } from '../../src/hooks/stored-hook.ts'
import type { Database } from './database.ts'

type HookRow = { readonly hook: string }
type DeliveryRow = { readonly seq: number; readonly delivery: string }
type SqlValue = string | number | null

/** The hooks and their deliveries in the object's SQLite storage. Fields of queries have a column, the rest is JSON. */
export class SqlHookStore implements HookStore {
  readonly #db: Database
  readonly #onEnd: (state: DeliveryState) => void

  /** `onEnd` is called for each delivery that is stored in a state that does not wait. */
  constructor(db: Database, onEnd: (state: DeliveryState) => void = () => {}) {
    this.#db = db
    this.#onEnd = onEnd
  }

  hook(id: string): StoredHook | null {
    return this.#hooks('SELECT hook FROM hooks WHERE id = ?', id)[0] ?? null
  }

  hooks(owner: string | null): readonly StoredHook[] {
    return owner === null
      ? this.#hooks('SELECT hook FROM hooks ORDER BY seq')
      : this.#hooks('SELECT hook FROM hooks WHERE owner = ? ORDER BY seq', owner)
  }

  putHook(hook: StoredHook): void {
    this.#db.sql.exec(
      'INSERT INTO hooks (id, owner, hook) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET hook = excluded.hook',
      ...[hook.id, hook.owner, JSON.stringify(hook)],
    )
  }

  removeHook(id: string): void {
    this.#db.transactionSync(() => {
      this.#db.sql.exec('DELETE FROM hook_deliveries WHERE hook_id = ?', id)
      this.#db.sql.exec('DELETE FROM hooks WHERE id = ?', id)
    })
  }

  addDelivery(delivery: Omit<Delivery, 'seq'>): Delivery {
    const { id, hookId, state, receivedMs, duplicateKey, symbol, atMs } = delivery
    const { seq } = this.#db.sql
      .exec<{ readonly seq: number }>(
        `INSERT INTO hook_deliveries (id, hook_id, state, received_ms, duplicate_key, symbol, at_ms, delivery)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
        ...[id, hookId, state, receivedMs, duplicateKey, symbol, atMs, JSON.stringify(delivery)],
      )
      .one()
    if (state !== 'waiting') this.#onEnd(state)
    return { ...delivery, seq }
  }

  putDelivery({ seq, ...delivery }: Delivery): void {
    const { state, symbol, atMs } = delivery
    this.#db.sql.exec(
      'UPDATE hook_deliveries SET state = ?, symbol = ?, at_ms = ?, delivery = ? WHERE seq = ?',
      ...[state, symbol, atMs, JSON.stringify(delivery), seq],
    )
    if (state !== 'waiting') this.#onEnd(state)
  }

  delivery(hookId: string, id: string): Delivery | null {
    const rows = this.#deliveries('WHERE id = ? AND hook_id = ?', id, hookId)
    return rows[0] ?? null
  }

  deliveries({ hookId, state, beforeSeq, limit }: DeliveryQuery): readonly Delivery[] {
    const before = beforeSeq ?? Number.MAX_SAFE_INTEGER
    const [filter, values]: [string, readonly SqlValue[]] = state === null ? ['', []] : ['AND state = ?', [state]]
    return this.#deliveries(
      `WHERE hook_id = ? AND seq < ? ${filter} ORDER BY seq DESC LIMIT ?`,
      ...[hookId, before, ...values, limit],
    )
  }

  firstOf(hookId: string, duplicateKey: string, sinceMs: number): Delivery | null {
    const rows = this.#deliveries(
      `WHERE hook_id = ? AND duplicate_key = ? AND state != 'duplicate' AND received_ms >= ? ORDER BY seq LIMIT 1`,
      ...[hookId, duplicateKey, sinceMs],
    )
    return rows[0] ?? null
  }

  waiting(): readonly WaitingDelivery[] {
    return this.#db.sql
      .exec<{ readonly id: string; readonly hookId: string; readonly symbol: string | null }>(
        `SELECT id, hook_id AS hookId, symbol FROM hook_deliveries WHERE state = 'waiting' ORDER BY seq`,
      )
      .toArray()
  }

  waitingCount(hookId: string): { readonly ofHook: number; readonly ofAll: number } {
    return this.#db.sql
      .exec<{ readonly ofHook: number; readonly ofAll: number }>(
        `SELECT COUNT(*) AS ofAll, COALESCE(SUM(hook_id = ?), 0) AS ofHook FROM hook_deliveries WHERE state = 'waiting'`,
        hookId,
      )
      .one()
  }

  latestAlertMs(hookId: string, symbol: string): number | null {
    return this.#db.sql
      .exec<{ readonly atMs: number | null }>(
        `SELECT MAX(at_ms) AS atMs FROM hook_deliveries WHERE hook_id = ? AND symbol = ? AND at_ms IS NOT NULL
          AND state IN ('ordered', 'rejected', 'unknown', 'nothing')`,
        ...[hookId, symbol],
      )
      .one().atMs
  }

  forget(hookId: string, beforeMs: number, keep: number): void {
    this.#db.sql.exec(
      `DELETE FROM hook_deliveries WHERE hook_id = ? AND state != 'waiting' AND (received_ms < ? OR seq <=
        (SELECT seq FROM hook_deliveries WHERE hook_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?))`,
      ...[hookId, beforeMs, hookId, keep],
    )
  }

  #hooks(query: string, ...values: readonly SqlValue[]): readonly StoredHook[] {
    const rows = this.#db.sql.exec<HookRow>(query, ...values).toArray()
    return rows.map(({ hook }) => JSON.parse(hook) as StoredHook)
  }

  #deliveries(where: string, ...values: readonly SqlValue[]): readonly Delivery[] {
    const rows = this.#db.sql
      .exec<DeliveryRow>(`SELECT seq, delivery FROM hook_deliveries ${where}`, ...values)
      .toArray()
    return rows.map(({ seq, delivery }) => ({ ...(JSON.parse(delivery) as Omit<Delivery, 'seq'>), seq }))
  }
}
