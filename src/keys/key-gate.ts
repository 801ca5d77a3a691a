import type { AccountCards } from '../accounts/trading-accounts.ts'
import { callerStanding, keyMarkOf, presentMarkOf, recordOfCaller } from '../auth/caller-standing.ts'
import type { KeyRecord } from '../auth/key-record.ts'
import { SCOPES } from '../auth/scope.ts'
import { standingFailure } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { KeyLimits } from '../limits/key-limits.ts'
import type { KeyService } from './key-service.ts'
import { type OrderTerms, orderTermsOf, termsNeedAccounts } from './order-terms.ts'

/** A caller as the Worker admitted it. */
export interface AdmittedCaller {
  /** See `Caller.id`. */
  readonly caller: string
  /** See `Caller.keyMark`. */
  readonly keyMark: string | null
}

/**
 * The last word of the gateway object on each call: the Worker may have admitted it with a record that has changed since.
 * Keys of the configuration can only change with a deployment, and what the Worker read of them applies.
 */
export class KeyGate {
  readonly #service: KeyService
  readonly #nowMs: () => number
  readonly #accounts: () => Promise<Result<readonly AccountCards[]>>

  /** `accounts` reads the account list, for keys whose accounts are given by card. */
  constructor(service: KeyService, nowMs: () => number, accounts: () => Promise<Result<readonly AccountCards[]>>) {
    this.#service = service
    this.#nowMs = nowMs
    this.#accounts = accounts
  }

  /** Why a caller may not call any more; null when it may, and for a caller without a mark. */
  refusalOf({ caller, keyMark }: AdmittedCaller): Failure | null {
    if (keyMark === null) return null
    const find = (id: string): KeyRecord | null => this.#service.find(id)
    return standingFailure(callerStanding(find, { id: caller, keyMark, expiresAtMs: null }, SCOPES, this.#nowMs()))
  }

  /** The mark of a key as it is now; null when there is no such key, or when its parent has ended. */
  markOf(caller: string): string | null {
    const record = this.#recordOf(caller)
    return record === null ? null : keyMarkOf(record)
  }

  /** The subscription quota of a caller as it is now; `given` for a caller that is not a key. */
  quotaOf(caller: string, given: number | null): number | null {
    const record = this.#recordOf(caller)
    return record === null ? given : record.subscriptionQuota
  }

  /**
   * The present terms of an order of a key of the service; null for every other caller, whose terms the Worker has.
   * Failures: `auth.*`, and those of the account list.
   */
  async orderTerms({ caller, keyMark }: AdmittedCaller): Promise<Result<OrderTerms | null>> {
    const admitted = this.#recordOf(caller)
    // A key that is gone was one of the service, or is refused like one: its mark cannot be valid.
    if (keyMark === null || admitted?.source === 'config') return succeed(null)
    const accounts = admitted !== null && termsNeedAccounts(admitted) ? await this.#accounts() : succeed([])
    if (!accounts.ok) return accounts
    // Checked after the wait, together with reading the terms.
    const refusal = this.refusalOf({ caller, keyMark })
    if (refusal !== null) return fail(refusal)
    const record = this.#recordOf(caller)
    return succeed(record === null ? null : orderTermsOf(record, keyMark, accounts.value))
  }

  /**
   * The present terms of a caller for an order that the gateway makes for it later, as an exit: a key that was changed
   * since trades with its present limits. Null for a caller that is not a key. Whether it may trade is checked at sending.
   */
  async presentTerms({ caller, keyMark }: AdmittedCaller): Promise<Result<OrderTerms | null>> {
    if (keyMark === null) return succeed(null)
    const known = this.#recordOf(caller)
    if (known === null) return fail({ code: 'auth.invalid_token' })
    const accounts = termsNeedAccounts(known) ? await this.#accounts() : succeed([])
    if (!accounts.ok) return accounts
    const record = this.#recordOf(caller)
    if (record === null) return fail({ code: 'auth.invalid_token' })
    return succeed(orderTermsOf(record, presentMarkOf(record, keyMark), accounts.value))
  }

  /** The limits of a caller and of its ancestors, nearest first; `given` for a caller that is not a key. */
  async lineageOf(
    caller: string,
    given: KeyLimits | null,
  ): Promise<Result<readonly { readonly caller: string; readonly limits: KeyLimits | null }[]>> {
    const record = this.#recordOf(caller)
    if (record === null) return succeed([{ caller, limits: given }])
    const accounts = termsNeedAccounts(record) ? await this.#accounts() : succeed([])
    if (!accounts.ok) return accounts
    const { limits, payers } = orderTermsOf(record, '', accounts.value)
    return succeed([{ caller, limits }, ...payers])
  }

  #recordOf(caller: string): KeyRecord | null {
    return recordOfCaller((id) => this.#service.find(id), caller)
  }
}
