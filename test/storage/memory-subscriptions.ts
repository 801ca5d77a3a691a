import type { SubscriberId, StoredSubscriber, SubscriptionStore } from '../../src/subscriptions/subscriber.ts'

/** The meaning of `SubscriptionStore` in the plainest code. */
export class MemorySubscriptions implements SubscriptionStore {
  readonly #orderIds = new Map<SubscriberId, StoredSubscriber>()

  all(): readonly StoredSubscriber[] {
    return [...this.#orderIds.values()]
  }

  put(holder: StoredSubscriber): void {
    this.#orderIds.set(holder.id, holder)
  }

  remove(id: SubscriberId): void {
    this.#orderIds.delete(id)
  }
}
