import type { Delivery, WaitingDelivery } from './delivery.ts'
import type { DeliveryQuery, StoredHook } from './stored-hook.ts'

/** Where hooks and their deliveries are stored. Every method throws when the storage fails. */
export interface HookStore {
  hook(id: string): StoredHook | null
  /** All hooks of a key, or of every key with null, oldest first. */
  hooks(owner: string | null): readonly StoredHook[]
  putHook(hook: StoredHook): void
  /** Deletes a hook with its deliveries. */
  removeHook(id: string): void
  /** Stores a new delivery and returns it with its sequence number. */
  addDelivery(delivery: Omit<Delivery, 'seq'>): Delivery
  putDelivery(delivery: Delivery): void
  delivery(hookId: string, id: string): Delivery | null
  deliveries(query: DeliveryQuery): readonly Delivery[]
  /** The first delivery of a hook with that key since a time that is not a duplicate itself. */
  firstOf(hookId: string, duplicateKey: string, sinceMs: number): Delivery | null
  /** The deliveries that wait, oldest first. Without their bodies, which together may be large. */
  waiting(): readonly WaitingDelivery[]
  /** The number of deliveries that wait: of a hook, and of all. */
  waitingCount(hookId: string): { readonly ofHook: number; readonly ofAll: number }
  /** The latest alert time of the deliveries of a hook for a security that were carried out; null without one. */
  latestAlertMs(hookId: string, symbol: string): number | null
  /** Deletes deliveries that were received before a time, and all but the newest `keep` of a hook. None that wait. */
  forget(hookId: string, beforeMs: number, keep: number): void
}
