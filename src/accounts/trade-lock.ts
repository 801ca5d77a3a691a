import { RetType, TrdEnv } from '../../proto/enums.ts'
import { shownText } from '../base/shown-text.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { decodeMessage } from '../wire/decode.ts'

/**
 * What is known about the lock on trading of real accounts. OpenD does not report it: it is known from calls that went
 * through the gateway, and can be changed elsewhere.
 */
export interface TradeLockView {
  /** Null while there is no evidence. */
  readonly isUnlocked: boolean | null
  /** When that was seen, Unix ms; null without evidence. */
  readonly asOfMs: number | null
  /** The evidence, or why there is none, as a sentence. */
  readonly evidence: string
}

/** OpenD's refusals of a call for a locked account, in its two languages. */
const LOCKED = /unlock|解[锁鎖]/i

/** Whether a refusal of OpenD is due to the lock. */
export function isLockRefusal(retMsg: string | null | undefined): boolean {
  return LOCKED.test(retMsg ?? '')
}

/** The last evidence about the lock. */
export class TradeLock {
  readonly #nowMs: () => number
  #view: TradeLockView = noEvidence('No call has shown it since the gateway object started.')

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get view(): TradeLockView {
    return this.#view
  }

  /** Takes the end of a call `Trd_UnlockTrade`. A call that OpenD refused or did not answer shows nothing. */
  unlockEnded(request: Uint8Array, outcome: CallOutcome): void {
    const asked = decodeMessage('Trd_UnlockTrade.Request', request)
    if (!asked.ok || !outcome.ok) return
    const reply = decodeMessage('Trd_UnlockTrade.Response', outcome.body)
    if (!reply.ok || reply.value.retType !== RetType.Succeed) return
    const { unlock, securityFirm } = asked.value.c2s
    const firm = securityFirm === undefined ? '' : ` for security firm ${securityFirm}`
    this.#saw(unlock, `OpenD accepted a call to ${unlock ? 'unlock' : 'lock'} trade${firm}.`)
  }

  /** Takes OpenD's answer to an order call; `detail` is its text when it refused. Simulated accounts have no lock. */
  orderAnswered(trdEnv: number, isAccepted: boolean, detail: string | null): void {
    if (trdEnv !== TrdEnv.Real) return
    if (isAccepted) this.#saw(true, 'OpenD accepted an order call on a real account.')
    else if (isLockRefusal(detail)) this.#saw(false, `OpenD refused an order call: ${shownText(detail ?? '')}`)
  }

  /** The link ended: OpenD may be another one, or a new run of it. */
  linkLost(): void {
    this.#view = noEvidence('The link was lost since the last evidence.')
  }

  /** The trade password was changed. */
  passwordChanged(): void {
    this.#view = noEvidence('The trade password was changed since the last evidence.')
  }

  #saw(isUnlocked: boolean, evidence: string): void {
    this.#view = { isUnlocked, asOfMs: this.#nowMs(), evidence }
  }
}

function noEvidence(evidence: string): TradeLockView {
  return { isUnlocked: null, asOfMs: null, evidence }
}
