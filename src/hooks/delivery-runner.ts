import type { TradingAccount } from '../accounts/trading-accounts.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Timers } from '../base/time/timers.ts'
import { fieldsOf } from '../keys/key-text.ts'
import { describe } from '../problem/problem.ts'
import type { Alert } from './alert.ts'
import type {
  Delivery,
  DeliveryCheck,
  DeliveryOrder,
  DeliveryState,
  DeliveryStep,
  WaitingDelivery,
} from './delivery.ts'
import { endOf, isAccepted, isPassing, reasonOf, waitOf } from './call-outcome.ts'
import { cancelCall, placeCall } from './hook-call.ts'
import { type HookSettings, readSettings } from './hook.ts'
import { type HookOrders, stepCallOf } from './hook-orders.ts'
import type { HookStore } from './hook-store.ts'
import type { MarketReader } from './market-reader.ts'
import { type MarketView, type Plan, planOrder } from './plan.ts'
import type { StoredHook } from './stored-hook.ts'
import { type TradePlace, tradePlaceOf } from './trade-place.ts'

/** The dependencies of the runner. */
export interface RunnerDeps {
  readonly store: HookStore
  readonly timers: Timers
  readonly reader: MarketReader
  readonly orders: HookOrders
  /** The accounts of the login. */
  accounts(): Promise<readonly TradingAccount[] | Failure>
  /** Called when work that no caller waits for fails. */
  onError(what: string, error: unknown): void
}

/** How often and how long the position is read after the first half of a change of sides. */
const POSITION_POLL_MS = 500
const POSITION_POLLS = 30

/** Time until a delivery is tried again after the storage has failed. */
const STORAGE_RETRY_MS = 5_000

/** Orders of one delivery: a change of sides has two. */
const MAX_STEPS = 3

/**
 * Carries out deliveries: one after the other for each account and security, so that a close and an open that arrive
 * together do not race. Everything is decided again after each wait: age, pause, position. A call is stored before it is
 * made, so after a restart the ledger tells whether it was.
 */
export class DeliveryRunner {
  readonly #deps: RunnerDeps
  /** The last work of each lane (account and security), by lane. */
  readonly #lanes = new Map<string, Promise<void>>()

  constructor(deps: RunnerDeps) {
    this.#deps = deps
  }

  /** Starts the deliveries that a restart interrupted. */
  resume(): void {
    for (const delivery of this.#deps.store.waiting()) this.start(delivery)
  }

  /** Appends a delivery to its lane. */
  start({ hookId, id, symbol }: WaitingDelivery): void {
    const hook = this.#deps.store.hook(hookId)
    const settings = hook === null ? null : settingsOf(hook)
    const lane = `${settings?.accId ?? ''} ${symbol ?? ''}`
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const work = before.then(() => this.#carryOut(hookId, id))
    this.#lanes.set(lane, work)
    void work.then(() => {
      if (this.#lanes.get(lane) === work) this.#lanes.delete(lane)
    })
  }

  /** What a delivery would lead to now. Makes reads only. */
  async preview(hook: StoredHook, alert: Alert, symbol: string): Promise<Result<Plan>> {
    const settings = settingsOf(hook)
    const place = await this.#placeOf(settings, symbol)
    if (!place.ok) return place
    const view = await this.#deps.reader.read(place.value, needsOf(alert, settings))
    return view.ok ? succeed(planOrder(alert, settings, view.value)) : view
  }

  async #carryOut(hookId: string, id: string): Promise<void> {
    for (;;) {
      const waitMs = await this.#tryStep(hookId, id)
      if (waitMs === null) return
      await this.#wait(waitMs)
    }
  }

  /** As `#advance`, for a delivery in the storage. While the storage fails, it is tried again. */
  async #tryStep(hookId: string, id: string): Promise<number | null> {
    const { store } = this.#deps
    try {
      const delivery = store.delivery(hookId, id)
      const hook = store.hook(hookId)
      if (delivery === null || hook === null || delivery.state !== 'waiting') return null
      return await this.#advance(hook, delivery)
    } catch (error) {
      this.#deps.onError(`delivery ${id} could not be carried out`, error)
      return STORAGE_RETRY_MS
    }
  }

  /** Takes a delivery one step further. Null when it has ended, otherwise the time until the next step. */
  async #advance(hook: StoredHook, delivery: Delivery): Promise<number | null> {
    if (delivery.step !== null) return this.#advanceStep(hook, delivery, delivery.step)
    const refusal = this.#refusalOf(hook, delivery)
    if (refusal !== null) return this.#end(delivery, 'refused', refusal)
    const alert = JSON.parse(delivery.intent ?? 'null') as Alert
    const settings = settingsOf(hook)
    const place = await this.#placeOf(settings, delivery.symbol ?? '')
    if (!place.ok) return this.#endOrWait(delivery, place.failure)
    const view = await this.#deps.reader.read(place.value, needsOf(alert, settings))
    if (!view.ok) return this.#endOrWait(delivery, view.failure)
    // The reads took time: the hook may have been paused or deleted, and the alert may be too old now.
    const present = this.#deps.store.hook(hook.id)
    if (present === null) return null
    const late = this.#refusalOf(present, delivery)
    if (late !== null) return this.#end(delivery, 'refused', late)
    return this.#followPlan(present, delivery, alert, place.value, view.value)
  }

  async #followPlan(
    hook: StoredHook,
    delivery: Delivery,
    alert: Alert,
    place: TradePlace,
    view: MarketView,
  ): Promise<number | null> {
    const settings = settingsOf(hook)
    const plan = planOrder(alert, settings, view)
    const checked = { ...delivery, checks: [...delivery.checks, planCheck(plan, view)] }
    switch (plan.kind) {
      case 'nothing':
        return this.#end(checked, 'nothing', plan.reason)
      case 'refused':
        return this.#end(checked, 'refused', `${plan.path}: expected ${plan.expected}.`)
      case 'order': {
        const gap = gapOf(alert, plan, view)
        if (gap !== null && settings.pausesOnPositionGap) {
          const reason = `The sender expects a position of ${gap.expected}, and it would be ${gap.actual}.`
          this.#deps.store.putHook({ ...hook, paused: `${reason} Compare the two, then resume the hook.` })
          return this.#end({ ...checked, positionGap: gap }, 'refused', `${reason} The hook is paused.`)
        }
        const calls = [stepCallOf(placeCall(plan.order, place, `hook ${hook.id}`))]
        const { plansAgain } = plan
        const step = { number: delivery.orders.length + 1, calls, plansAgain, childId: hook.childId }
        return this.#begin(hook, { ...checked, positionGap: gap ?? delivery.positionGap }, step)
      }
      case 'cancel': {
        const calls = plan.orderIds.map((orderId) => stepCallOf(cancelCall(orderId, place)))
        const number = delivery.orders.length + 1
        return this.#begin(hook, checked, { number, calls, plansAgain: false, childId: hook.childId })
      }
    }
  }

  /** Stores a step and makes its calls. */
  #begin(hook: StoredHook, delivery: Delivery, step: DeliveryStep): Promise<number | null> {
    const begun = { ...delivery, step }
    this.#deps.store.putDelivery(begun)
    return this.#makeCalls(hook, begun, step)
  }

  /** After a restart: a step whose first call is in the ledger was begun, and any other one is planned anew. */
  async #advanceStep(hook: StoredHook, delivery: Delivery, step: DeliveryStep): Promise<number | null> {
    const [first] = step.calls
    if (first === undefined) return this.#end(delivery, 'nothing', 'there was nothing to send')
    if (step.childId !== hook.childId) return this.#end(delivery, 'unknown', CHANGED)
    const reply = await this.#deps.orders.submit(hook, delivery, step.number, first, true)
    const use = reply.kind === 'dry_run' ? (reply.report.idempotency?.state ?? null) : null
    if (use !== null && use !== 'free') return this.#makeCalls(hook, delivery, step)
    this.#deps.store.putDelivery({ ...delivery, step: null })
    return 0
  }

  async #makeCalls(hook: StoredHook, begun: Delivery, step: DeliveryStep): Promise<number | null> {
    let delivery = begun
    const made: DeliveryOrder[] = []
    for (const [index, call] of step.calls.entries()) {
      const number = step.number + index
      const reply = await this.#deps.orders.submit(hook, delivery, number, call, false)
      if (reply.kind === 'dry_run') throw new Error('a call was answered as a dry run')
      if (reply.kind === 'refused' && isPassing(reply.failure)) {
        this.#deps.store.putDelivery({ ...delivery, step: null })
        return waitOf(reply.failure)
      }
      const state = reply.kind === 'unknown' ? 'unknown' : reply.state
      made.push({ text: call.text, intentId: reply.intentId, state })
      delivery = { ...begun, orders: begun.orders.concat(made) }
      if (!isAccepted(reply)) return this.#end(delivery, endOf(reply), reasonOf(reply))
    }
    const done = { ...delivery, step: null }
    if (!step.plansAgain || delivery.orders.length >= MAX_STEPS) return this.#end(done, 'ordered', null)
    this.#deps.store.putDelivery(done)
    return this.#awaitClose(hook, done)
  }

  /** Waits until the first half of a change of sides is filled. */
  async #awaitClose(hook: StoredHook, delivery: Delivery): Promise<number | null> {
    const place = await this.#placeOf(settingsOf(hook), delivery.symbol ?? '')
    for (let poll = 0; place.ok && poll < POSITION_POLLS; poll++) {
      const position = await this.#deps.reader.position(place.value)
      if (position.ok && position.value === 0) return 0
      await this.#wait(POSITION_POLL_MS)
    }
    const seconds = (POSITION_POLL_MS * POSITION_POLLS) / 1_000
    return this.#end(delivery, 'refused', `The position was not closed within ${seconds} s, so it was not opened anew.`)
  }

  /** Why a delivery may not be carried out now, as a sentence; null when it may. */
  #refusalOf(hook: StoredHook, { receivedMs, atMs, symbol, orders }: Delivery): string | null {
    const { store, timers } = this.#deps
    if (hook.paused !== null) return `The hook is paused: ${hook.paused}`
    // The second half of a change of sides is not too old, because the first half was in time.
    if (orders.length > 0) return null
    const { maxAgeMs } = settingsOf(hook)
    const ageMs = timers.nowMs() - Math.min(atMs ?? receivedMs, receivedMs)
    if (ageMs > maxAgeMs) {
      return `The alert is ${Math.round(ageMs / 1_000)} s old, and the hook carries out alerts of at most ${maxAgeMs / 1_000} s.`
    }
    const latestMs = atMs === null || symbol === null ? null : store.latestAlertMs(hook.id, symbol)
    if (latestMs === null || atMs === null || atMs >= latestMs) return null
    return `A later alert for ${symbol ?? ''} was carried out before it (${new Date(latestMs).toISOString()}).`
  }

  async #placeOf({ accId }: HookSettings, symbol: string): Promise<Result<TradePlace>> {
    const accounts = await this.#deps.accounts()
    if ('code' in accounts) return fail(accounts)
    const account = accounts.find((one) => one.accID === BigInt(accId))
    if (account === undefined) return fail({ code: 'trade.unknown_account', accId })
    const place = tradePlaceOf(account, symbol)
    const expected = `a security that account ${accId} can trade`
    return place === null ? fail({ code: 'request.invalid_value', path: 'ticker', expected }) : succeed(place)
  }

  #endOrWait(delivery: Delivery, failure: Failure): number | null {
    return isPassing(failure) ? waitOf(failure) : this.#end(delivery, 'refused', describe(failure).error)
  }

  #end(delivery: Delivery, state: DeliveryState, reason: string | null): null {
    this.#deps.store.putDelivery({ ...delivery, state, reason, step: null })
    return null
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#deps.timers.after(ms, resolve))
  }
}

const CHANGED =
  'The limits or the account of the hook were changed while its order was under way; look the order up in the ledger.'

/** The settings of a stored hook. They were checked when they were stored. */
export function settingsOf({ id, fields }: StoredHook): HookSettings {
  const settings = readSettings(fieldsOf(fields))
  if (!settings.ok) throw new Error(`the stored settings of ${id} are not valid`)
  return settings.value
}

function needsOf(alert: Alert, settings: HookSettings) {
  const size = alert.size ?? settings.size
  const isSizedByPrice = size?.kind === 'value' || size?.kind === 'percent_of_equity'
  const isPriced = (alert.orderType ?? settings.orderType) === 'limit' && alert.limitPrice === null
  return { price: isSizedByPrice || isPriced, equity: size?.kind === 'percent_of_equity' }
}

function planCheck(plan: Plan, view: MarketView): DeliveryCheck {
  const passed = plan.kind !== 'refused'
  const notes = plan.kind === 'order' ? plan.order.notes : []
  const facts = [
    `position ${view.position}`,
    `${view.openOrderIds.length} open orders`,
    `lot ${view.lotSize}`,
    ...notes,
  ]
  return { check: 'plan', passed, detail: facts.join(', ') }
}

/** The position that the sender expects and the one that the order leads to, where they differ. */
function gapOf(alert: Alert, plan: Extract<Plan, { kind: 'order' }>, view: MarketView): Delivery['positionGap'] {
  if (alert.expectedPosition === null || plan.plansAgain) return null
  const { side, quantity } = plan.order
  const actual = view.position + (side === 'buy' ? quantity : -quantity)
  return actual === alert.expectedPosition ? null : { expected: alert.expectedPosition, actual }
}
