/** The alarm of an object's storage; times are Unix ms. */
export interface AlarmStorage {
  getAlarm(): Promise<number | null>
  setAlarm(atMs: number): Promise<void>
  deleteAlarm(): Promise<void>
}

/**
 * The object's only alarm. The planned time is in memory, so that of two concurrent requests the earlier time wins:
 * reading the stored alarm and setting it are two steps, and another request may come between them.
 */
export class AlarmClock {
  readonly #storage: AlarmStorage
  readonly #onError: (error: unknown) => void
  #plannedMs = Infinity

  /** An alarm that was set before a restart of the object stays set. */
  constructor(storage: AlarmStorage, onError: (error: unknown) => void) {
    this.#storage = storage
    this.#onError = onError
    storage.getAlarm().then((storedMs) => this.#found(storedMs), onError)
  }

  /** Sets the alarm to that time, Unix ms, unless an earlier one is set. */
  by(atMs: number): void {
    if (atMs >= this.#plannedMs) return
    this.#plannedMs = atMs
    this.#set(atMs)
  }

  /** Call it when the alarm fires: no alarm is set after that. */
  rang(): void {
    this.#plannedMs = Infinity
  }

  /** Removes the alarm. */
  async clear(): Promise<void> {
    this.#plannedMs = Infinity
    await this.#storage.deleteAlarm()
  }

  /** Restores an alarm from before the restart if a later time has replaced it. */
  #found(storedMs: number | null): void {
    if (storedMs !== null) this.by(storedMs)
  }

  #set(atMs: number): void {
    this.#storage.setAlarm(atMs).catch((error: unknown) => {
      // Otherwise a later request would not set the alarm.
      if (this.#plannedMs === atMs) this.#plannedMs = Infinity
      this.#onError(error)
    })
  }
}
