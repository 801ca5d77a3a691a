import { allowedAccounts, needsAccountList } from '../src/accounts/allowed-accounts.ts'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import { Authenticator } from '../src/auth/authenticator.ts'
import { isToken } from '../src/auth/bearer.ts'
import { labelOfCaller } from '../src/auth/caller-standing.ts'
import type { KeyTable } from '../src/auth/key-table.ts'
import { socketCallerOf } from '../src/auth/socket-caller-header.ts'
import type { SocketCaller } from '../src/auth/socket-caller.ts'
import { fail, succeed, type Result } from '../src/base/result.ts'
import type { Config } from '../src/env.ts'

/** Authenticates sockets that send their token in a message. The Worker authenticates all other callers. */
export class SocketAuthenticator {
  readonly keys: KeyTable
  readonly #authenticator: Authenticator
  readonly #accounts: () => Promise<Result<readonly AccountCards[]>>
  readonly #count: (outcome: 'allow' | 'reject', keyLabel: string) => void

  /** `config` is null when the deployment is not configured: every token is then rejected. */
  constructor(
    config: Config | null,
    accounts: () => Promise<Result<readonly AccountCards[]>>,
    count: (outcome: 'allow' | 'reject', keyLabel: string) => void,
  ) {
    this.keys = config?.keys ?? []
    this.#authenticator = new Authenticator(this.keys, config?.jwt ?? null, (input, init) => fetch(input, init))
    this.#accounts = accounts
    this.#count = count
  }

  /** Returns the caller of a token. Failures: those of a token in a header, and of the account list. */
  async identify(token: string): Promise<Result<SocketCaller>> {
    const caller = await this.#identify(token)
    this.#count(caller.ok ? 'allow' : 'reject', caller.ok ? labelOfCaller(caller.value.id) : '<invalid>')
    return caller
  }

  async #identify(token: string): Promise<Result<SocketCaller>> {
    if (!isToken(token)) return fail({ code: 'auth.malformed_token' })
    const caller = await this.#authenticator.identify(token, Date.now())
    if (!caller.ok) return caller
    const { scopes, restrictions } = caller.value
    if (!scopes.has('qot:read')) return fail({ code: 'auth.insufficient_scope', scopes: ['qot:read'] })
    const accounts = needsAccountList(restrictions) ? await this.#accounts() : succeed([])
    if (!accounts.ok) return accounts
    const allowed = allowedAccounts(restrictions, accounts.value)
    return succeed(socketCallerOf(caller.value, allowed === null ? null : [...allowed]))
  }
}
