import type { CancelTimer, Timers } from '../base/time/timers.ts'
import type { Transport } from './link/framing.ts'
import { OpendClient } from './opend-client.ts'

/** A better way must have been up for this long before the link returns to it, so that the link does not flap. */
export const RETURN_AFTER_MS = 60_000

/** How often a returning way is looked at, and an idle moment of the link is waited for. */
const LOOK_EVERY_MS = 5_000

/** The dependencies of the return to a better way. */
export interface FailBackDeps {
  /** The ways to OpenD, the preferred one first. */
  readonly transports: readonly [Transport, ...Transport[]]
  readonly timers: Timers
  /** Uniform in [0, 1), for the jitter of the attempts. */
  readonly random: () => number
}

/**
 * Brings the link back to a better way to OpenD. While the link uses another than the first, it holds a second
 * connection over the best way before it that answers. When that connection has been up for a minute, it is closed, and
 * the link moves there in a moment without calls in flight. It sends nothing but the greeting and heartbeats.
 */
export class FailBack {
  readonly #deps: FailBackDeps
  readonly #main: OpendClient
  #probe: { readonly client: OpendClient } | null = null
  #cancel: CancelTimer = () => undefined

  constructor(main: OpendClient, deps: FailBackDeps) {
    this.#main = main
    this.#deps = deps
  }

  /** The link came up: the better ways are watched, if there are any. */
  linkReady(): void {
    this.stop()
    const below = this.#main.session.routes.index
    const [first, ...others] = this.#deps.transports.slice(0, below)
    if (first === undefined) return
    const client = new OpendClient({
      session: { random: this.#deps.random },
      isParked: false,
      transports: [first, ...others],
      timers: this.#deps.timers,
      subscriber: NOBODY,
    })
    this.#probe = { client }
    client.tick()
    this.#lookLater()
  }

  /** Ends the second connection. */
  stop(): void {
    this.#cancel()
    this.#probe?.client.park()
    this.#probe = null
  }

  #lookLater(): void {
    this.#cancel = this.#deps.timers.after(LOOK_EVERY_MS, () => this.#look())
  }

  #look(): void {
    if (this.#probe === null) return
    const { client } = this.#probe
    const { stage, sinceMs, routes } = client.session
    const isProven = stage.name === 'ready' && this.#deps.timers.nowMs() - sinceMs >= RETURN_AFTER_MS
    if (!isProven || this.#main.session.calls.pending.hasSentCalls) return this.#lookLater()
    // First the probe: a connector carries one connection at a time.
    this.stop()
    if (!this.#main.switchTo(routes.index)) this.linkReady()
  }
}

/** The probe makes no calls and has no subscriptions, so nothing comes. */
const NOBODY = {
  linkReady: () => undefined,
  linkLost: () => undefined,
  push: () => undefined,
  lateReply: () => undefined,
  orderSent: () => undefined,
}
