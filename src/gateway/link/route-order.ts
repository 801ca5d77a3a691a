import type { Route } from './framing.ts'
import { STABLE_LINK_MS } from './timing.ts'

/**
 * The order in which the ways to OpenD are tried. A failure moves on to the next one; when all have failed, a round is
 * over, and the next one begins with the first. A link that was up for a while is tried again where it was before the
 * next one is, because most interruptions are short.
 */
export class RouteOrder {
  readonly #routes: readonly [Route, ...Route[]]
  #index = 0
  /** Ways that failed since the last stable link. */
  #failed = 0

  constructor(routes: readonly [Route, ...Route[]]) {
    this.#routes = routes
  }

  /** The way that is used, or tried next. */
  get current(): Route {
    return this.#routes[this.#index] ?? this.#routes[0]
  }

  /** Its index. */
  get index(): number {
    return this.#index
  }

  /**
   * Records a failed attempt, or the end of a link after `upMs`, and selects the next way. Returns whether every way has
   * failed since the last stable link, so that the next attempt should wait longer.
   */
  failed(upMs: number | null): boolean {
    if (upMs !== null && upMs >= STABLE_LINK_MS) {
      this.#failed = 0
      return true
    }
    this.#failed++
    this.#index = (this.#index + 1) % this.#routes.length
    return this.#failed % this.#routes.length === 0
  }

  /** Selects a way by decision, such as the return to a better one. */
  select(index: number): void {
    this.#index = index
    this.#failed = 0
  }
}
