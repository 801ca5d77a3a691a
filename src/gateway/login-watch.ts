import { type LoginState, readLoginState } from './handshake.ts'

/** What is known of OpenD's own login. One look at a time: a storm of notices must not become a storm of calls. */
export class LoginWatch {
  #state: LoginState | null = null
  #isLooking = false

  /** The state at the last look; null while the link is down. */
  get state(): LoginState | null {
    return this.#state
  }

  /** Starts a look. False when one is on its way. */
  begin(): boolean {
    const begins = !this.#isLooking
    this.#isLooking = true
    return begins
  }

  /** The reply to a look. One that cannot be read leaves what was known. */
  seen(reply: Uint8Array): void {
    this.#isLooking = false
    this.#state = readLoginState(reply) ?? this.#state
  }

  /** The link is gone, and with it what was known. */
  forget(): void {
    this.#state = null
    this.#isLooking = false
  }
}
