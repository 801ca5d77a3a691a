import { accountsOfCaller, callerNeedsAccounts } from '../src/accounts/allowed-accounts.ts'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import { Authenticator, type StoredKeyLookup } from '../src/auth/authenticator.ts'
import { isToken } from '../src/auth/bearer.ts'
import { labelOfCaller } from '../src/auth/caller-standing.ts'
import { socketCallerOf } from '../src/auth/socket-caller-header.ts'
import type { SocketCaller } from '../src/auth/socket-caller.ts'
import type { WrongTokens } from '../src/auth/wrong-tokens.ts'
import { fail, succeed, type Result } from '../src/base/result.ts'
import type { Config } from '../src/env.ts'

/** Authenticates sockets that send their token in a message. The Worker authenticates all other callers. */
export class SocketAuthenticator {
  readonly #authenticator: Authenticator
  readonly #accounts: () => Promise<Result<readonly AccountCards[]>>
  readonly #count: (outcome: 'allow' | 'reject', keyLabel: string) => void
  readonly #wrongTokens: WrongTokens
  readonly #lookup: StoredKeyLookup

  /**
   * `config` is null when the deployment is not configured: every token is then rejected. `lookup` finds the keys of the
   * key service. `wrongTokens` slows clients down, and outlives a reload.
   */
  constructor(
    config: Config | null,
    lookup: StoredKeyLookup,
    accounts: () => Promise<Result<readonly AccountCards[]>>,
    count: (outcome: 'allow' | 'reject', keyLabel: string) => void,
    wrongTokens: WrongTokens,
  ) {
    this.#wrongTokens = wrongTokens
    this.#lookup = config === null ? async () => succeed(null) : lookup
    this.#authenticator = new Authenticator(config?.keys ?? [], config?.jwt ?? null, (input, init) =>
      fetch(input, init),
    )
    this.#accounts = accounts
    this.#count = count
  }

  /**
   * Returns the caller of a token from a client of that network (see `networkOf`). Failures: those of a token in a header,
   * and of the account list. A network that has sent many wrong tokens gets
   * `auth.too_many_failures`, as over HTTP.
   */
  async identify(token: string, network: string): Promise<Result<SocketCaller>> {
    const caller = await this.#identify(token, network)
    this.#count(caller.ok ? 'allow' : 'reject', caller.ok ? labelOfCaller(caller.value.id) : '<invalid>')
    return caller
  }

  async #identify(token: string, network: string): Promise<Result<SocketCaller>> {
    if (!isToken(token)) return fail({ code: 'auth.malformed_token' })
    // The keys are in memory here, so a valid one costs no call and passes even while its network has to wait.
    const presented = { nowMs: Date.now(), address: network, network, lookupOf: () => this.#lookup }
    const caller = await this.#wrongTokens.identify(this.#authenticator, token, presented)
    if (!caller.ok) return caller
    if (!caller.value.scopes.has('qot:read')) return fail({ code: 'auth.insufficient_scope', scopes: ['qot:read'] })
    const accounts = callerNeedsAccounts(caller.value) ? await this.#accounts() : succeed([])
    if (!accounts.ok) return accounts
    const allowed = accountsOfCaller(caller.value, accounts.value)
    return succeed(socketCallerOf(caller.value, allowed === null ? null : [...allowed]))
  }
}
