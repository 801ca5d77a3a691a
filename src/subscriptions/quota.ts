import type { MessageTypes } from '../../proto/messages.ts'

/** OpenD's subscription quota. Other programs may use the same login. */
export interface QuotaNumbers {
  /** Units of the login. */
  readonly total: number
  /** Units that can still be subscribed. */
  readonly free: number
}

/**
 * The quota as OpenD last stated it, less what was subscribed since. Units that were given back are not added: OpenD
 * may still count them, so it is asked again before anybody is refused.
 */
export class Quota {
  #numbers: QuotaNumbers | null = null

  /** Null until OpenD was asked. */
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

  /** The numbers were wrong, or belong to a link that is gone. */
  forget(): void {
    this.#numbers = null
  }
}
