import type { SendCall } from '../../gateway/opend-client.ts'
import { ordersOf, type AccountRef } from '../account-orders.ts'
import type { ExitGroup, Leg } from './exit-group.ts'
import type { ExitGroups } from './exit-groups.ts'
import { exitPriceOf } from './exit-price.ts'
import { readPositions, readPrices } from './exit-reads.ts'
import { collectingMs, exposureOf, REPEAT_CANCEL_MS, wantedOf, openOf } from './plan-exits.ts'
import { CONFIRM_MS, sharesOf, type Suspicion, takePosition } from './position-evidence.ts'

/** While an order is awaited or being cancelled, its account is listed this often: OpenD allows 10 lists in 30 s. */
const HURRIED_POLL_MS = 5_000
/** Otherwise, for a push that was lost. */
const POLL_MS = 30_000
/** The positions change with fills, which are seen, and with orders placed elsewhere, which are not. */
const POSITIONS_MS = 60_000
/** One snapshot for all stops that wait for a price: OpenD allows 60 in 30 s. */
const PRICES_MS = 2_000
/** A parent older than this may not be on the list of today's orders. */
const LISTED_MS = 12 * 3_600_000

/** The dependencies of the watch. */
export interface ExitWatchDeps {
  readonly send: SendCall
  readonly groups: ExitGroups
  readonly nowMs: () => number
  readonly onError: (what: string, error: unknown) => void
}

interface AccountWatch {
  readonly account: AccountRef
  listAtMs: number
  positionsAtMs: number
  isBusy: boolean
}

/** Reads what exits wait for: the order lists and positions of their accounts, and the prices of their securities. */
export class ExitWatch {
  readonly #deps: ExitWatchDeps
  readonly #accounts = new Map<string, AccountWatch>()
  readonly #suspicions = new Map<string, Suspicion>()
  /** When a list last had the parent of a group, Unix ms, by group. */
  readonly #listed = new Map<string, number>()
  #pricesAtMs = 0
  #isReadingPrices = false

  constructor(deps: ExitWatchDeps) {
    this.#deps = deps
  }

  /** A list of orders had the parent of a group, so the lists of its account are complete enough. */
  parentListed({ id }: ExitGroup): void {
    this.#listed.set(id, this.#deps.nowMs())
  }

  /** Makes every account due. */
  pollSoon(): void {
    for (const one of this.#accounts.values()) one.listAtMs = 0
  }

  /** The reads that are due now. Each is marked as begun. */
  due(nowMs: number): readonly (() => Promise<void>)[] {
    this.#forgetDone()
    const reads: (() => Promise<void>)[] = []
    for (const [name, groups] of this.#byAccount()) {
      const one = this.#accountOf(name, groups)
      if (one.isBusy || nowMs < this.#dueMs(one, groups)) continue
      one.isBusy = true
      reads.push(() => this.#poll(one, groups).finally(() => (one.isBusy = false)))
    }
    if (!this.#isReadingPrices && this.#priced().length > 0 && nowMs >= this.#pricesAtMs + PRICES_MS) {
      this.#isReadingPrices = true
      this.#pricesAtMs = nowMs
      reads.push(() => this.#readPrices().finally(() => (this.#isReadingPrices = false)))
    }
    return reads
  }

  /** When `due` or `planExits` has something to do next, Unix ms; null without groups. */
  nextMs(nowMs: number): number | null {
    const times: number[] = []
    for (const [name, groups] of this.#byAccount()) {
      const one = this.#accounts.get(name)
      if (one !== undefined && !one.isBusy) times.push(this.#dueMs(one, groups))
      for (const group of groups) times.push(...stepTimes(group))
    }
    if (!this.#isReadingPrices && this.#priced().length > 0) times.push(this.#pricesAtMs + PRICES_MS)
    const later = times.filter((atMs) => atMs > nowMs)
    return later.length === 0 ? null : Math.min(...later)
  }

  /** Why a triggered stop may not be sent: the account must have that much of the security. Null when it may. */
  async positionProblem(group: ExitGroup, qty: number): Promise<string | null> {
    const readAtMs = this.#deps.nowMs()
    const positionOf = await readPositions(this.#deps.send, accountOf(group))
    if (positionOf === null) return 'OpenD does not list the positions'
    const sameSecurity = this.#deps.groups.all.filter((one) => isSameSecurity(one, group))
    this.#takePositions(sameSecurity, positionOf(group.fields.code), readAtMs)
    const left = sharesOf(sameSecurity, positionOf(group.fields.code)).get(group.id) ?? 0
    return left >= qty ? null : `the position has ${left} for this exit`
  }

  async #poll(one: AccountWatch, groups: readonly ExitGroup[]): Promise<void> {
    one.listAtMs = this.#deps.nowMs()
    // The sender of the lists shows them to the service.
    const orders = await ordersOf(this.#deps.send, one.account)
    if (orders === null || !groups.some(needsPosition)) return
    const readAtMs = this.#deps.nowMs()
    const isSuspected = groups.some(({ id }) => this.#suspicions.has(id))
    if (readAtMs < one.positionsAtMs + (isSuspected ? CONFIRM_MS : POSITIONS_MS)) return
    one.positionsAtMs = readAtMs
    const positionOf = await readPositions(this.#deps.send, one.account)
    if (positionOf === null) return
    for (const same of Map.groupBy(groups.filter(needsPosition), ({ fields }) => fields.code).values()) {
      const [first] = same
      if (first !== undefined) this.#takePositions(same, positionOf(first.fields.code), readAtMs)
    }
  }

  #takePositions(groups: readonly ExitGroup[], position: number, readAtMs: number): void {
    for (const [id, left] of sharesOf(groups, position)) {
      const group = groups.find((one) => one.id === id)
      if (group === undefined || !this.#isListed(group, readAtMs)) continue
      const before = group.positionLeft
      const suspicion = takePosition(group, left, this.#suspicions.get(id) ?? null, readAtMs)
      if (suspicion === null) this.#suspicions.delete(id)
      else this.#suspicions.set(id, suspicion)
      if (before !== group.positionLeft) this.#deps.groups.save(group)
    }
  }

  #isListed({ id, createdAtMs }: ExitGroup, nowMs: number): boolean {
    const listedMs = this.#listed.get(id)
    return (listedMs !== undefined && nowMs < listedMs + POSITIONS_MS) || nowMs > createdAtMs + LISTED_MS
  }

  async #readPrices(): Promise<void> {
    const groups = this.#priced()
    const symbols = [...new Set(groups.flatMap(({ symbol }) => symbol ?? []))]
    const reads = await readPrices(this.#deps.send, symbols)
    for (const group of groups) {
      const read = reads?.get(group.symbol ?? '') ?? null
      const before = JSON.stringify(group.legs)
      for (const leg of group.legs) takePrice(group, leg, read)
      if (JSON.stringify(group.legs) !== before) this.#deps.groups.save(group)
    }
  }

  /** The groups that need a price: for the price step, or for a stop that waits in the gateway. */
  #priced(): readonly ExitGroup[] {
    return this.#deps.groups.all.filter((group) => {
      if (exposureOf(group) === 0) return false
      return group.legs.some((leg) => leg.ended === null && (leg.price === null || isWaitingForPrice(leg)))
    })
  }

  #byAccount(): ReadonlyMap<string, readonly ExitGroup[]> {
    return Map.groupBy(this.#deps.groups.all, ({ accId, trdMarket }) => `${accId}/${trdMarket}`)
  }

  #accountOf(name: string, [first]: readonly ExitGroup[]): AccountWatch {
    const present = this.#accounts.get(name)
    if (present !== undefined || first === undefined) return present ?? NO_ACCOUNT
    const one = { account: accountOf(first), listAtMs: 0, positionsAtMs: 0, isBusy: false }
    this.#accounts.set(name, one)
    return one
  }

  #dueMs({ listAtMs }: AccountWatch, groups: readonly ExitGroup[]): number {
    const isSuspected = groups.some(({ id }) => this.#suspicions.has(id))
    if (groups.some(isHurried)) return listAtMs + HURRIED_POLL_MS
    return listAtMs + (isSuspected ? CONFIRM_MS : POLL_MS)
  }

  #forgetDone(): void {
    const ids = new Set(this.#deps.groups.all.map(({ id }) => id))
    for (const id of this.#suspicions.keys()) if (!ids.has(id)) this.#suspicions.delete(id)
    for (const id of this.#listed.keys()) if (!ids.has(id)) this.#listed.delete(id)
    const names = this.#byAccount()
    for (const [name, { isBusy }] of this.#accounts) if (!names.has(name) && !isBusy) this.#accounts.delete(name)
  }
}

/** Sets the price of a leg once, and triggers a stop whose price is reached. */
function takePrice(
  group: ExitGroup,
  leg: Leg,
  read: { readonly price: number | null; readonly step: number | null } | null,
): void {
  if (leg.price === null) {
    const fill = group.parent.avgPrice ?? group.limitPrice ?? read?.price ?? null
    if (read === null || fill === null) {
      leg.detail = 'OpenD does not give the price of the security'
      return
    }
    group.step = read.step
    leg.price = exitPriceOf(leg.wanted, leg.kind, { isLong: group.isLong, fill, step: read.step })
    leg.ended = leg.price === null ? 'the distance gives no price' : null
    leg.detail = leg.ended
  }
  if (!isWaitingForPrice(leg) || leg.price === null) return
  const last = read?.price ?? null
  if (last === null) return
  leg.isTriggered = group.isLong ? last <= leg.price : last >= leg.price
}

function isWaitingForPrice({ kind, waitsAt, isTriggered, ended }: Leg): boolean {
  return kind === 'stop_loss' && waitsAt === 'edge' && !isTriggered && ended === null
}

/** Whether something should be seen soon: an outcome, a cancel, the order of an accepted call. */
function isHurried({ parent, legs }: ExitGroup): boolean {
  const orders = [parent, ...legs.flatMap((leg) => leg.orders)].filter(({ phase }) => phase !== 'over')
  return orders.some(({ status, cancelledAtMs }) => status === null || cancelledAtMs !== null)
}

function needsPosition(group: ExitGroup): boolean {
  return exposureOf(group) > 0
}

/** The times at which a group may have another step without an event. */
function stepTimes(group: ExitGroup): readonly number[] {
  return group.legs.flatMap((leg) => {
    const isMissing = leg.ended === null && openOf(leg) < wantedOf(group, leg)
    const cancels = leg.orders.flatMap(({ phase, cancelledAtMs }) =>
      phase === 'over' || cancelledAtMs === null ? [] : cancelledAtMs + REPEAT_CANCEL_MS,
    )
    return isMissing ? [...cancels, leg.retryAtMs, group.filledAtMs + collectingMs(leg)] : cancels
  })
}

function accountOf({ accId, trdEnv, trdMarket }: ExitGroup): AccountRef {
  return { accId: BigInt(accId), trdEnv, trdMarket }
}

function isSameSecurity(one: ExitGroup, other: ExitGroup): boolean {
  return one.accId === other.accId && one.trdMarket === other.trdMarket && one.fields.code === other.fields.code
}

/** Never polled: it stands for an account without groups. */
const NO_ACCOUNT: AccountWatch = {
  account: { accId: 0n, trdEnv: 0, trdMarket: 0 },
  listAtMs: Infinity,
  positionsAtMs: Infinity,
  isBusy: true,
}
