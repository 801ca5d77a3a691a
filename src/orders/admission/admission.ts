import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import { roundedIdAdvice } from '../../base/rounded-id.ts'
import { withSentence } from '../../base/shown-text.ts'
import { admitOrder, type TradingAccounts } from '../../accounts/trading-accounts.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import type { OpendClient } from '../../gateway/opend-client.ts'
import { haltFailure, haltOver, type HaltScope, type Switches } from '../kill-switch/switches.ts'
import { type Ledger, MOST_ENTRIES_OF_CALLER } from '../ledger.ts'
import { isCancel, MOST_ID_CHARS, type OrderCall } from '../order-call.ts'
import { callersOf, type OrderRequest } from '../request.ts'
import { CALLER_REMARK_BYTES, utf8Bytes } from '../tag.ts'

/** The dependencies of the checks. */
export interface AdmissionDeps {
  readonly ledger: Ledger
  readonly switches: Pick<Switches, 'haltOf'>
  /** The accounts of the login, read on behalf of that caller; read again when the cached list lacks `accId`. */
  readonly accounts: (accId: bigint, caller: string) => Promise<TradingAccounts | Failure>
  /** Why a caller may no longer trade (its key was removed or frozen, or its token has expired); null when it may. */
  readonly standing: (request: OrderRequest, nowMs: number) => Failure | null
  /** The client whose link and whose limits at OpenD must have room for a call. */
  readonly opend: Pick<OpendClient, 'wouldRefuse'>
}

/** The checks of an order call other than the limits of its key. Each returns the failure, or null. */
export class Admission {
  readonly #deps: AdmissionDeps

  constructor(deps: AdmissionDeps) {
    this.#deps = deps
  }

  /** Checks that the caller may use the account and that the call's texts are short enough. */
  async refusalOf(call: OrderCall, request: OrderRequest): Promise<Failure | null> {
    const tooLong = overlongField(call)
    if (tooLong !== null) return tooLong
    const { accID } = call.c2s.header
    // Checked before the account list, so that a key cannot find out which other accounts exist.
    if (request.limits?.allowedAccIds?.includes(accID) === false) {
      const text = withSentence(`account ${accID} is not on the list of this key`, roundedIdAdvice(accID))
      return { code: 'limits.account', text, retryAfterMs: null }
    }
    const accounts = await this.#deps.accounts(accID, request.caller)
    if ('code' in accounts) return accounts
    const refusal = admitOrder(call.c2s.header, accounts, request.rights)
    if (refusal !== null) return refusal
    if (call.protoId !== CALLS.Trd_PlaceOrder.protoId || utf8Bytes(call.c2s.remark ?? '') <= CALLER_REMARK_BYTES)
      return null
    const expected = `at most ${CALLER_REMARK_BYTES} bytes of UTF-8; the rest of OpenD's 64 carries the order's tag`
    return { code: 'request.invalid_value', path: 'remark', expected }
  }

  /** The failure that prevents sending a call now, apart from its limits. Checked at admission and again at sending. */
  obstacleOf(call: OrderCall, request: OrderRequest, nowMs: number): Failure | null {
    if (request.isKillSwitch) return null
    const standing = this.#deps.standing(request, nowMs)
    if (standing !== null || isCancel(call)) return standing
    const scope = haltOver(this.#deps.switches, callersOf(request), call.c2s.header.accID.toString())
    return scope === null ? null : this.haltFailure(scope)
  }

  /** The refusal of an order or change within a halted scope. */
  haltFailure(scope: HaltScope): Failure {
    return haltFailure(this.#deps.switches, scope)
  }

  /** Checks that the ledger and OpenD's own limits have room for a call. */
  noRoomFor(call: OrderCall, { caller, body, isKillSwitch }: OrderRequest, rank: CallRank): Failure | null {
    if (isKillSwitch) return null
    if (this.#deps.ledger.countOf(caller) >= MOST_ENTRIES_OF_CALLER) return { code: 'order.ledger_full' }
    return this.#deps.opend.wouldRefuse(call.protoId, body, caller, rank)
  }
}

/** Refuses an id longer than any of OpenD's: the ledger stores it with the call. */
function overlongField(call: OrderCall): Failure | null {
  const [path, text] =
    call.protoId === CALLS.Trd_PlaceOrder.protoId ? ['code', call.c2s.code] : ['order_id_ex', call.c2s.orderIDEx ?? '']
  if (text.length <= MOST_ID_CHARS) return null
  return { code: 'request.invalid_value', path, expected: `at most ${MOST_ID_CHARS} characters` }
}
