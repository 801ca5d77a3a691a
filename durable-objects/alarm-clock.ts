/** The alarm of an object's storage; times are Unix ms. */
export interface AlarmStorage {
  getAlarm(): Promise<number | null>
  setAlarm(atMs: number): Promise<void>
  deleteAlarm(): Promise<void>
}

/**
 * The object's one alarm. The time it is set to is kept here, so that of two requests at the same moment the earlier
 * time holds: to read the alarm and set it are two steps, between which another one may come.
 */
export class AlarmClock {
  readonly #storage: AlarmStorage
  readonly #onError: (error: unknown) => void
  #plannedMs = Infinity

  /** An alarm of an earlier life of the object stays as it is. */
  constructor(storage: AlarmStorage, onError: (error: unknown) => void) {
    this.#storage = storage
    this.#onError = onError
    storage.getAlarm().then((storedMs) => this.#found(storedMs), onError)
  }

  /** Sets the alarm to that time, Unix ms, unless it comes earlier anyway. */
  by(atMs: number): void {
    if (atMs >= this.#plannedMs) return
    this.#plannedMs = atMs
    this.#set(atMs)
  }

  /** The alarm has come: none is set any more. */
  rang(): void {
    this.#plannedMs = Infinity
  }

  /** No alarm from now on. */
  async clear(): Promise<void> {
    this.#plannedMs = Infinity
    await this.#storage.deleteAlarm()
  }

  /** One that an earlier life had set may be earlier than what was asked for since, and was overwritten by it. */
  #found(storedMs: number | null): void {
    if (storedMs !== null) this.by(storedMs)
  }

  #set(atMs: number): void {
    this.#storage.setAlarm(atMs).catch((error: unknown) => {
      // The next request sets it, whatever its time.
      if (this.#plannedMs === atMs) this.#plannedMs = Infinity
      this.#onError(error)
    })
  }
}
