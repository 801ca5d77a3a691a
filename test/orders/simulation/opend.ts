import '../../../src/wire/full-schema.ts'
import { tagOf } from '../../../src/orders/tag.ts'
import type { FaultRule } from '../../../src/simulator/session/fault-script.ts'
import { OpendSession } from '../../../src/simulator/session/opend-session.ts'
import { FRESH_SESSION, type SessionState } from '../../../src/simulator/session/session-options.ts'
import { worldServices } from '../../../src/simulator/session/world-services.ts'
import { DEFAULT_ACCOUNTS } from '../../../src/simulator/trading/account-profiles.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { nativeCrypto } from '../../../src/transport/native-crypto.ts'
import { fastDigest } from './fast-digest.ts'
import { ACCOUNTS } from './setting.ts'
import type { ServerConnection, ServerSink } from './network.ts'
import { OpendCalls } from './opend-calls.ts'
import { MARKET } from './prices.ts'
import type { Rng } from './rng.ts'
import { type Cancel, START_MS, type VirtualClock } from './virtual-clock.ts'

/** The money in every account, more than the orders of a schedule cost. */
const OPENINGS = DEFAULT_ACCOUNTS.filter(({ profile }) =>
  ACCOUNTS.some(({ accID }) => accID.toString() === profile.accId),
).map(({ profile, deposits }) => ({
  profile,
  deposits: deposits.map(({ currency }) => ({ currency, amount: 1_000_000_000 })),
}))

/** The simulated OpenD of one schedule, with the faults of `OpendCalls`. */
export class Opend {
  readonly calls: OpendCalls
  isDown = false
  accounts: Accounts
  readonly #clock: VirtualClock
  readonly #services: typeof worldServices
  #session: OpendSession
  #timer: { readonly atMs: number; readonly cancel: Cancel } | null = null

  constructor(clock: VirtualClock, rng: Rng) {
    this.#clock = clock
    this.calls = new OpendCalls({
      ...{ clock, rng },
      orders: () => this.orders(),
      world: () => ({ market: MARKET, accounts: this.accounts }),
      pushNow: () => this.#advance(),
    })
    this.#services = { ...worldServices, handlers: { ...worldServices.handlers, ...this.calls.handlers() } }
    this.accounts = Accounts.open(MARKET, { openedMs: START_MS, accounts: OPENINGS })
    this.accounts.setLock(true, DEFAULT_PASSWORD_MD5, null)
    this.#session = this.#sessionWith(FRESH_SESSION)
  }

  accept(sink: ServerSink): ServerConnection | null {
    if (this.isDown) return null
    const session = this.#session
    const slowSink: ServerSink = {
      send: (bytes) =>
        this.calls.reply(bytes, (late) => session === this.#session && sink.send(late)) || sink.send(bytes),
      close: (reason) => sink.close(reason),
    }
    const connection = session.open('tcp', slowSink, this.#clock.trueMs())
    if ('refusal' in connection) return null
    this.#reschedule()
    const handOn = (work: () => void): void => {
      // A connection of a restarted OpenD has no other end.
      if (session !== this.#session) return
      work()
      this.calls.callIsOver()
      this.#reschedule()
    }
    return {
      receive: (bytes) => handOn(() => connection.receive(bytes, this.#clock.trueMs())),
      closed: () => handOn(() => connection.closed(this.#clock.trueMs())),
    }
  }

  /** Ends OpenD. It restarts with its accounts and without its connections. */
  restart(downMs: number): void {
    this.#session.closeAll('OpenD was restarted', this.#clock.trueMs())
    this.accounts = Accounts.restore(MARKET, this.accounts.snapshot())
    this.#session = this.#sessionWith(this.#session.snapshot(this.#clock.trueMs()))
    this.isDown = true
    this.#clock.after(downMs, () => {
      this.isDown = false
      this.calls.restarted()
    })
  }

  setFaults(rules: readonly FaultRule[]): void {
    this.#session.setFaults(rules)
  }

  /** From now on OpenD carries out every call and replies truthfully. */
  calm(): void {
    this.calls.calm()
    this.#session.setFaults([])
    this.#session.setLogin('in')
    this.#reschedule()
  }

  /** All orders. */
  orders(): readonly OrderState[] {
    return this.accounts.state.accounts.flatMap(({ orders }) => orders)
  }

  /** The tags of the gateway's orders that can still trade and were on the last list of their account. */
  listedOpenTags(): readonly string[] {
    return this.#openTags((order) => this.calls.wasBeforeList(order))
  }

  /** The same, for lists with all orders of their account. */
  trulyListedOpenTags(): readonly string[] {
    return this.#openTags((order) => this.calls.wasTrulyListed(order))
  }

  #openTags(isListed: (order: OrderState) => boolean): readonly string[] {
    return this.orders().flatMap((order) => {
      const { status, remark, orderId } = order
      if (!isOpenStatus(status) || this.calls.isByHand(orderId) || !isListed(order)) return []
      return tagOf(remark ?? undefined) ?? []
    })
  }

  #sessionWith(state: SessionState): OpendSession {
    const options = {
      seed: 1,
      crypto: { ...nativeCrypto, sha1: fastDigest },
      clock: { kind: 'frozen', atMs: START_MS },
      // Longer than OpenD's own interval, because heartbeats are most of the traffic of a quiet link.
      keepAliveIntervalSeconds: 30,
    } as const
    return new OpendSession({ market: MARKET, accounts: this.accounts }, this.#services, options, state)
  }

  /** Sends the pushes of spontaneous events. */
  #advance(): void {
    this.#session.advance(this.#clock.trueMs())
    this.#reschedule()
  }

  #reschedule(): void {
    const nowMs = this.#clock.trueMs()
    const wakeMs = this.#session.nextWakeMs(nowMs)
    if (wakeMs === null || (this.#timer !== null && this.#timer.atMs <= wakeMs)) return
    this.#timer?.cancel()
    const cancel = this.#clock.after(wakeMs - nowMs, () => {
      this.#timer = null
      this.#advance()
    })
    this.#timer = { atMs: wakeMs, cancel }
  }
}
