/** Monday 23 November 2026, 10:00 in Hong Kong less 90 s: the market is open, and it is nearly midnight at UTC-2. */
export const START_MS = Date.UTC(2026, 10, 23, 2) - 90_000

/** The most events at one moment: beyond this, an event triggers itself without advancing the clock. */
const MOST_EVENTS_AT_ONCE = 20_000

/** Cancels an event. */
export type Cancel = () => void

interface Event {
  readonly atMs: number
  run: (() => void) | null
}

/**
 * The clock of a schedule. Time advances only from event to event, and between two events all ready promises run.
 * Timers use elapsed time; the wall clock may be stepped, like a real one.
 */
export class VirtualClock {
  /** In order of time. */
  readonly #events: Event[] = []
  #elapsedMs = 0
  #stepMs = 0
  #wasSetBack = false

  /** Time since the schedule began; never runs backwards. */
  get elapsedMs(): number {
    return this.#elapsedMs
  }

  /** The wall clock of the gateway object, Unix ms. */
  wallMs(): number {
    return START_MS + this.#elapsedMs + this.#stepMs
  }

  /** A wall clock without steps, Unix ms: OpenD runs on another machine. */
  trueMs(): number {
    return START_MS + this.#elapsedMs
  }

  step(byMs: number): void {
    this.#stepMs += byMs
    this.#wasSetBack ||= byMs < 0
  }

  get wasSetBack(): boolean {
    return this.#wasSetBack
  }

  after(delayMs: number, run: () => void): Cancel {
    const event: Event = { atMs: this.#elapsedMs + Math.max(0, Math.ceil(delayMs)), run }
    const place = this.#events.findLastIndex((other) => other.atMs <= event.atMs) + 1
    this.#events.splice(place, 0, event)
    return () => {
      event.run = null
    }
  }

  /** Runs all events up to that time, or until `isOver` returns true after an event. */
  async runUntil(elapsedMs: number, isOver: () => boolean = () => false): Promise<void> {
    let eventsNow = 0
    await drained()
    if (isOver()) return
    for (let event = this.#events[0]; event !== undefined && event.atMs <= elapsedMs; event = this.#events[0]) {
      this.#events.shift()
      if (event.run === null) continue
      eventsNow = event.atMs === this.#elapsedMs ? eventsNow + 1 : 0
      if (eventsNow > MOST_EVENTS_AT_ONCE) throw new Error('something wakes itself again and again at one moment')
      this.#elapsedMs = event.atMs
      event.run()
      await drained()
      if (isOver()) return
    }
    this.#elapsedMs = elapsedMs
  }
}

/** Resolves when all ready promises have run: Node runs its ticks after the last of them. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
