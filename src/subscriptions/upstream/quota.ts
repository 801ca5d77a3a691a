import type { MessageTypes } from '../../../proto/messages.ts'

/** OpenD's subscription quota. Other programs may use the same login. */
export interface QuotaNumbers {
  /** Units of the login. */
  readonly total: number
  /** Units that can still be subscribed. */
  readonly free: number
}

/**
 * The quota as OpenD last reported it, less the units subscribed since. Unsubscribed units are not added: OpenD may
 * still count them, so the quota is read again before a subscription is refused.
 */
export class Quota {
  #numbers: QuotaNumbers | null = null

  /** Null until the quota has been read. */
  get numbers(): QuotaNumbers | null {
    return this.#numbers
  }

  hasRoomFor(units: number): boolean {
    return this.#numbers !== null && this.#numbers.free >= units
  }

  stated({ totalUsedQuota, remainQuota }: MessageTypes['Qot_GetSubInfo.S2C']): void {
    this.#numbers = { total: totalUsedQuota + remainQuota, free: Math.max(0, remainQuota) }
  }

  took(units: number): void {
    if (this.#numbers === null) return
    this.#numbers = { ...this.#numbers, free: Math.max(0, this.#numbers.free - units) }
  }

  /** Discards numbers that were wrong or belong to an earlier link. */
  forget(): void {
    this.#numbers = null
  }
}
