import type { MessageTypes } from '../../../proto/messages.ts'
import type { HandlerTable } from '../handler.ts'
import type { World } from '../world.ts'
import { CallStatistics } from './call-statistics.ts'
import type { SimulatorCrypto } from './crypto.ts'
import type { Faults } from './faults.ts'
import type { HistoryQuota } from './history-quota.ts'
import type { ReplyTimes } from './latency.ts'
import { loginNotices, type Login } from './login.ts'
import { marketTimeMs, sessionTimeMs, type MarketClock } from './market-clock.ts'
import type { Peer } from './peer.ts'
import { PushBody } from './push-body.ts'
import { QuotePushes, type QuotePushSource } from './quote-pushes.ts'
import type { PriceReminders } from './price-reminders.ts'
import { RateLimits } from './rate-limits.ts'
import { ReplyCache } from './reply-cache.ts'
import { Schedule } from './schedule.ts'
import { sendReminders } from './reminder-calls.ts'
import type { QuoteFacts } from './reminder-watch.ts'
import type { SecurityRef, SubscriptionRegistry } from './subscription-registry.ts'
import { sendTradePushes, type TradePush } from './trade-pushes.ts'

/** The functions through which sessions use the market and the accounts. */
export interface WorldServices {
  /** Quote and trade calls by protocol name. */
  readonly handlers: HandlerTable
  readonly quotePushes: QuotePushSource
  /** The data that price reminders compare; null for a security without a price. */
  readonly quoteFacts: (world: World, security: SecurityRef, marketMs: number) => QuoteFacts | null
  /** Matches resting orders against the market up to this market time. */
  readonly advance: (world: World, marketMs: number) => void
  /** The order and fill changes since the last call, in the order they happened. */
  readonly takeTradePushes: (world: World) => readonly TradePush[]
}

/** Settings of one OpenD that do not change. */
export interface HubSettings {
  readonly seed: number
  readonly crypto: SimulatorCrypto
  readonly clock: MarketClock
  /** Sent to clients in InitConnect. They send a heartbeat after four fifths of it. */
  readonly keepAliveIntervalSeconds: number
  /** False lifts the upstream limits, for load tests. */
  readonly limitsRates: boolean
  /** The delay of each reply. */
  readonly replyTimes: ReplyTimes
  /** Called with exceptions of handlers, which are bugs; null rethrows them. */
  readonly onBug: ((bug: unknown) => void) | null
  readonly faults: Faults
  readonly subscriptions: SubscriptionRegistry
  readonly historyQuota: HistoryQuota
  readonly reminders: PriceReminders
  readonly login: Login
}

const NOTIFY = 1003

/** The connections of one OpenD and the state that they share. */
export class ConnectionHub {
  readonly world: World
  readonly services: WorldServices
  readonly settings: HubSettings
  readonly peers = new Map<bigint, Peer>()
  readonly subscriptions: SubscriptionRegistry
  readonly faults: Faults
  readonly historyQuota: HistoryQuota
  readonly reminders: PriceReminders
  readonly rates = new RateLimits()
  readonly statistics = new CallStatistics()
  readonly schedule = new Schedule()
  readonly quotePushes: QuotePushes
  readonly replies = new ReplyCache()
  #afterReply: { readonly peer: Peer; readonly body: PushBody }[] = []
  #login: Login
  #revision = 0

  constructor(world: World, services: WorldServices, settings: HubSettings) {
    this.world = world
    this.services = services
    this.settings = settings
    this.subscriptions = settings.subscriptions
    this.faults = settings.faults
    this.historyQuota = settings.historyQuota
    this.reminders = settings.reminders
    this.#login = settings.login
    this.quotePushes = new QuotePushes(world, services.quotePushes, settings.subscriptions, this.peers, this.statistics)
  }

  get crypto(): SimulatorCrypto {
    return this.settings.crypto
  }

  /** Increases with every change of persistent state. */
  get revision(): number {
    return this.#revision
  }

  /** Marks the persistent state as changed. */
  touch(): void {
    this.#revision++
  }

  get login(): Login {
    return this.#login
  }

  /** Changes OpenD's login and notifies every connection that subscribed to notices. */
  setLogin(login: Login): void {
    if (login === this.#login) return
    const notices = loginNotices(this.#login, login)
    this.#login = login
    this.touch()
    for (const notice of notices) this.notify(notice)
  }

  /** Sends a Notify push to every connection that subscribed to notices. */
  notify(notice: MessageTypes['Notify.S2C']): void {
    const body = new PushBody(NOTIFY, 'Notify.Response', { retType: 0, s2c: notice })
    for (const peer of this.peers.values()) if (peer.receivesNotices) peer.push(body)
  }

  /** The market's time in Unix ms. */
  marketMs(nowMs: number): number {
    return marketTimeMs(this.settings.clock, nowMs)
  }

  /** Time of the next possible event, Unix ms of the session clock; null if there is none. */
  get nextEventMs(): number | null {
    const { clock } = this.settings
    const watchesOrders = [...this.peers.values()].some(({ accounts }) => accounts.size > 0)
    const watchesPrices = this.peers.size > 0 && this.reminders.list().some(({ isEnabled }) => isEnabled)
    // Orders and reminders cannot predict their next event, so both are checked at the push interval.
    if (watchesOrders || watchesPrices) return clock.kind === 'frozen' ? null : -Infinity
    const { nextMs } = this.quotePushes
    return nextMs === null ? null : sessionTimeMs(clock, nextMs)
  }

  /** Advances the market and the accounts to the current time, and sends the resulting pushes. */
  advance(nowMs: number): void {
    const marketMs = this.marketMs(nowMs)
    this.services.advance(this.world, marketMs)
    this.quotePushes.advance(marketMs)
    sendReminders(this, marketMs)
    this.#sendTradePushes()
  }

  /** Queues a push that `flush` sends. */
  pushAfterReply(peer: Peer, body: PushBody): void {
    this.#afterReply.push({ peer, body })
  }

  /** Sends the pushes that a call caused, after its reply. */
  flush(nowMs: number): void {
    for (const { peer, body } of this.#afterReply.splice(0)) peer.push(body)
    this.quotePushes.sendFirst(this.marketMs(nowMs))
    this.#sendTradePushes()
  }

  /** Closes a connection and removes its state. */
  drop(peer: Peer, reason: string, nowMs: number): void {
    this.forget(peer, nowMs)
    peer.close(reason)
  }

  /** Removes the state of a connection that has ended. */
  forget(peer: Peer, nowMs: number): void {
    if (!this.peers.delete(peer.connId)) return
    this.subscriptions.close(peer.connId, nowMs)
    this.touch()
  }

  /** Closes every connection without other changes, as clients see it in a restart. */
  dropAll(reason: string, nowMs: number): void {
    for (const peer of [...this.peers.values()]) this.drop(peer, reason, nowMs)
  }

  #sendTradePushes(): void {
    const pushes = this.services.takeTradePushes(this.world)
    if (pushes.length === 0) return
    this.touch()
    sendTradePushes(pushes, this.peers)
  }
}
