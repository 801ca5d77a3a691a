/** Whether the object's storage takes writes. Decisions that must hold without it are kept in memory meanwhile. */
export class StorageHealth {
  readonly #nowMs: () => number
  #failure: { readonly sinceMs: number; readonly detail: string } | null = null
  /** Writes that failed since the object started. */
  failures = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Why the storage fails, and since when (Unix ms); null while it works. */
  get failure(): { readonly sinceMs: number; readonly detail: string } | null {
    return this.#failure
  }

  /** A write failed with that error. */
  failed(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error)
    this.failures++
    this.#failure = { sinceMs: this.#failure?.sinceMs ?? this.#nowMs(), detail }
  }

  /** A write succeeded. */
  worked(): void {
    this.#failure = null
  }
}
