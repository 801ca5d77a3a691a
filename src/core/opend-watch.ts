import { TradeLock, type TradeLockView } from '../accounts/trade-lock.ts'
import type { MetricSample } from '../base/metric.ts'
import { CALLS } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { isTradePasswordChange, NoticeLog, type Notice } from '../gateway/watch/notice-log.ts'
import { QuoteRights, type QuoteRightsView } from '../gateway/watch/quote-rights.ts'
import { type OpendClient, OWN_CALL } from '../gateway/opend-client.ts'
import type { EntryState, LedgerEntry } from '../orders/entry.ts'

/** The state of OpenD that the gateway has seen. What it has not seen is null. */
export interface OpendView {
  readonly quoteRights: QuoteRightsView
  readonly tradeLock: TradeLockView
  /** When the last push of each protocol came, Unix ms, by its name. */
  readonly lastPushes: Readonly<Record<string, number>>
  /** The last notices of OpenD, newest first. */
  readonly notices: readonly Notice[]
}

/** The part of the client that is watched. */
type Calls = Pick<OpendClient, 'send' | 'budgetOf' | 'traffic'>

/** Watches what passes between the gateway and OpenD, for the status and the metrics. It decides nothing. */
export class OpendWatch {
  readonly #opend: Calls
  readonly #nowMs: () => number
  readonly #notices = new NoticeLog()
  readonly #rights: QuoteRights
  readonly #lock: TradeLock

  constructor(opend: Calls, nowMs: () => number) {
    this.#opend = opend
    this.#nowMs = nowMs
    this.#rights = new QuoteRights({ send: (protoId, body) => opend.send(protoId, body, OWN_CALL), nowMs })
    this.#lock = new TradeLock(nowMs)
  }

  /** The calls of clients. Those that lock or unlock trade are watched. */
  get calls(): Pick<OpendClient, 'send' | 'budgetOf'> {
    const opend = this.#opend
    return {
      budgetOf: (...call) => opend.budgetOf(...call),
      send: (protoId, body, origin) => {
        const call = opend.send(protoId, body, origin)
        return protoId === CALLS.Trd_UnlockTrade.protoId ? this.#watchedUnlock(body, call) : call
      },
    }
  }

  linkReady(): void {
    this.#rights.linkReady()
  }

  linkLost(): void {
    this.#rights.linkLost()
    this.#lock.linkLost()
  }

  /** Reads again what is not known. Call it regularly. */
  alarm(): void {
    this.#rights.retry()
  }

  /** A push of OpenD arrived. */
  push(protoId: number, body: Uint8Array): void {
    if (protoId !== CALLS.Notify.protoId) return
    const notice = this.#notices.add(body, this.#nowMs())
    if (notice === null) return
    if (notice.qotRight !== undefined) this.#rights.seen(notice.qotRight)
    // A login that changed may have other rights.
    if (notice.connectStatus !== undefined) this.#rights.read()
    if (isTradePasswordChange(notice)) this.#lock.passwordChanged()
  }

  /** An entry of the ledger changed its state. */
  entryChanged({ call, state, detail }: LedgerEntry, before: EntryState | null): void {
    // Only an answer to the call itself shows the lock. An order that is found later may be older than a lock.
    if (before !== 'reserved' || (state !== 'accepted' && state !== 'rejected')) return
    this.#lock.orderAnswered(call.trdEnv, state === 'accepted', detail)
  }

  get view(): OpendView {
    return {
      quoteRights: this.#rights.view,
      tradeLock: this.#lock.view,
      lastPushes: this.#opend.traffic.lastPushes,
      notices: this.#notices.last(),
    }
  }

  metrics(): readonly MetricSample[] {
    return [...this.#opend.traffic.metrics(), ...this.#notices.metrics()]
  }

  async #watchedUnlock(body: Uint8Array, call: Promise<CallOutcome>): Promise<CallOutcome> {
    const outcome = await call
    this.#lock.unlockEnded(body, outcome)
    return outcome
  }
}
