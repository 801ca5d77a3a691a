import { type LoginState, readLoginState } from './handshake.ts'

/**
 * The state of OpenD's own login, as last polled. One poll at a time: many notifications must not become many calls.
 */
export class LoginWatch {
  #state: LoginState | null = null
  #isPolling = false

  /** The state at the last poll; null while the link is down. */
  get state(): LoginState | null {
    return this.#state
  }

  /** Starts a poll. False when the reply to one is still awaited. */
  begin(): boolean {
    const begins = !this.#isPolling
    this.#isPolling = true
    return begins
  }

  /** The reply to a poll. One that cannot be read leaves the state as it was. */
  seen(reply: Uint8Array): void {
    this.#isPolling = false
    this.#state = readLoginState(reply) ?? this.#state
  }

  /** No reply to the poll came in time; the next poll may begin. */
  lost(): void {
    this.#isPolling = false
  }

  /** The link is gone, and what was polled over it is not true any more. */
  forget(): void {
    this.#state = null
    this.#isPolling = false
  }
}
