import type { HolderId, StoredHolder, SubscriptionStore } from '../../src/subscriptions/subscriber.ts'

/** The meaning of `SubscriptionStore` in the plainest code. */
export class MemorySubscriptions implements SubscriptionStore {
  readonly #holders = new Map<HolderId, StoredHolder>()

  all(): readonly StoredHolder[] {
    return [...this.#holders.values()]
  }

  put(holder: StoredHolder): void {
    this.#holders.set(holder.id, holder)
  }

  remove(id: HolderId): void {
    this.#holders.delete(id)
  }
}
