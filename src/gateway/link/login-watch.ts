import { type LoginState, readLoginState } from './handshake.ts'

/**
 * The state of OpenD's own login at the last poll. One poll at a time, so many notifications do not cause many calls.
 */
export class LoginWatch {
  #state: LoginState | null = null
  #asOfMs: number | null = null
  #isPolling = false

  /** The state at the last poll; null while the link is down. */
  get state(): LoginState | null {
    return this.#state
  }

  /** When OpenD reported that state, Unix ms. */
  get asOfMs(): number | null {
    return this.#asOfMs
  }

  /** Starts a poll. Returns false when another poll has no reply yet. */
  begin(): boolean {
    const isStarted = !this.#isPolling
    this.#isPolling = true
    return isStarted
  }

  /** Takes the reply to a poll. A reply that cannot be read does not change the state. */
  seen(reply: Uint8Array, nowMs: number): void {
    this.#isPolling = false
    const state = readLoginState(reply)
    if (state === null) return
    this.#state = state
    this.#asOfMs = nowMs
  }

  /** Ends a poll that timed out. */
  lost(): void {
    this.#isPolling = false
  }

  /** Resets the state after the link was lost. */
  forget(): void {
    this.#state = null
    this.#asOfMs = null
    this.#isPolling = false
  }
}
