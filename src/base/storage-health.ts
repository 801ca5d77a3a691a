/** Whether the object's storage accepts writes. While it fails, decisions that must apply are stored in memory. */
export class StorageHealth {
  readonly #nowMs: () => number
  #failure: { readonly sinceMs: number; readonly detail: string } | null = null
  /** Writes that failed since the object started. */
  failures = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Why the storage fails, and when it started to fail (Unix ms); null while it works. */
  get failure(): { readonly sinceMs: number; readonly detail: string } | null {
    return this.#failure
  }

  /** Records that a write failed. */
  failed(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error)
    this.failures++
    this.#failure = { sinceMs: this.#failure?.sinceMs ?? this.#nowMs(), detail }
  }

  /** Records that a write succeeded. */
  worked(): void {
    this.#failure = null
  }
}
