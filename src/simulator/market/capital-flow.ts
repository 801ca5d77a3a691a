import { TickerDirection } from '../../../proto/enums.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import type { MinuteTicks } from './price-series.ts'
import type { Security } from './security.ts'

/** Money of prints that bought at the ask and that sold at the bid, by the size of the print. */
export interface CapitalSums {
  readonly inSuper: number
  readonly inBig: number
  readonly inMid: number
  readonly inSmall: number
  readonly outSuper: number
  readonly outBig: number
  readonly outMid: number
  readonly outSmall: number
}

/** Columns of one minute: in and out of small, mid, big and super prints. */
const COLUMNS = 8

/** Lower bounds of mid, big and super prints, as multiples of the day's mean print. */
const MID_FROM = 0.6
const BIG_FROM = 1.2
const SUPER_FROM = 2

/** Prints per minute of a security that follows another: at its first, highest, lowest and last print. */
const FOLLOWING_PRINTS = 4

/** Past days cached per security: one year, as in OpenD. */
const MAX_PAST_DAYS = 260

/**
 * The capital flow of one security: the sums over the prints of its regular sessions. Minutes of the current day and
 * past days are summed once and cached.
 */
export class CapitalFlow {
  readonly #security: Security
  readonly #pastDays = new BoundedMap<number, Float64Array>(MAX_PAST_DAYS)
  #dayIndex = -1
  /** Sums of the current day from its open through each minute, `COLUMNS` numbers per minute. */
  #through = new Float64Array(0)
  #minutes = 0

  constructor(security: Security) {
    this.#security = security
  }

  /** Sums of a whole past day. */
  onDay(dayIndex: number): CapitalSums {
    let sums = this.#pastDays.get(dayIndex)
    if (sums === undefined) {
      sums = new Float64Array(COLUMNS)
      const { length } = this.#security.clock.sessionsOf(dayIndex).regular
      for (let minute = 0; minute < length; minute++) this.#addMinute(dayIndex, minute, sums, 0)
      this.#pastDays.set(dayIndex, sums)
    }
    return this.#sumsAt(sums, 0)
  }

  /** Sums from the open of the current day through a finished minute. */
  through(dayIndex: number, minute: number): CapitalSums {
    this.#extend(dayIndex, minute)
    return this.#sumsAt(this.#through, minute * COLUMNS)
  }

  /** Sums from the open of the current day until the latest print; all 0 before the first print. */
  until(nowMs: number): CapitalSums {
    const state = this.#security.stateAt(nowMs)
    const sums = new Float64Array(COLUMNS)
    if (state === null) return this.#sumsAt(sums, 0)
    if (state.minute > 0) {
      this.#extend(state.dayIndex, state.minute - 1)
      const from = (state.minute - 1) * COLUMNS
      sums.set(this.#through.subarray(from, from + COLUMNS))
    }
    const ticks = this.#security.series.minuteTicks(state.dayIndex, 'regular', state.minute)
    this.#addPrints(ticks, state.slot + 1, sums, 0)
    return this.#sumsAt(sums, 0)
  }

  #extend(dayIndex: number, minute: number): void {
    if (this.#dayIndex !== dayIndex) {
      this.#dayIndex = dayIndex
      this.#through = new Float64Array(this.#security.clock.sessionsOf(dayIndex).regular.length * COLUMNS)
      this.#minutes = 0
    }
    for (; this.#minutes <= minute; this.#minutes++) {
      const at = this.#minutes * COLUMNS
      if (at > 0) this.#through.copyWithin(at, at - COLUMNS, at)
      this.#addMinute(dayIndex, this.#minutes, this.#through, at)
    }
  }

  #addMinute(dayIndex: number, minute: number, sums: Float64Array, at: number): void {
    const bars = this.#security.series.minuteBars(dayIndex, 'regular')
    if (bars === null || (bars.volume[minute] ?? 0) === 0) return
    const ticks = this.#security.series.minuteTicks(dayIndex, 'regular', minute)
    this.#addPrints(ticks, ticks.length, sums, at)
  }

  /** Adds price units times shares. */
  #addPrints(ticks: MinuteTicks, count: number, sums: Float64Array, at: number): void {
    const { listing, clock, series } = this.#security
    const { ladder } = listing
    const minutes = clock.sessionsOf(ticks.dayIndex).regular.length
    const printsPerMinute = listing.process?.ticksPerMinute ?? FOLLOWING_PRINTS
    const mean = (series.dayBar(ticks.dayIndex)?.volume ?? 0) / minutes / printsPerMinute
    for (let slot = 0; slot < count; slot++) {
      const direction = ticks.direction[slot]
      if (direction !== TickerDirection.Bid && direction !== TickerDirection.Ask) continue
      const volume = ticks.volume[slot] ?? 0
      const size = volume < MID_FROM * mean ? 0 : volume < BIG_FROM * mean ? 1 : volume < SUPER_FROM * mean ? 2 : 3
      const column = at + size * 2 + (direction === TickerDirection.Bid ? 0 : 1)
      sums[column] = (sums[column] ?? 0) + ladder.unitsAt(ticks.price[slot] ?? 0) * volume
    }
  }

  #sumsAt(sums: Float64Array, at: number): CapitalSums {
    const money = (index: number): number => this.#security.moneyOf(sums[at + index] ?? 0)
    return {
      inSmall: money(0),
      outSmall: money(1),
      inMid: money(2),
      outMid: money(3),
      inBig: money(4),
      outBig: money(5),
      inSuper: money(6),
      outSuper: money(7),
    }
  }
}

const flows = new WeakMap<Security, CapitalFlow>()

/** The flow of a security, created once per security. */
export function capitalFlowOf(security: Security): CapitalFlow {
  let flow = flows.get(security)
  if (flow === undefined) {
    flow = new CapitalFlow(security)
    flows.set(security, flow)
  }
  return flow
}

/** Incoming less outgoing money. */
export function netOf(sums: CapitalSums): number {
  return netSuper(sums) + netBig(sums) + netMid(sums) + netSmall(sums)
}

/** Net flow of the largest prints. */
export const netSuper = (sums: CapitalSums): number => sums.inSuper - sums.outSuper
/** Net flow of the second largest. */
export const netBig = (sums: CapitalSums): number => sums.inBig - sums.outBig
/** Net flow of mid prints. */
export const netMid = (sums: CapitalSums): number => sums.inMid - sums.outMid
/** Net flow of the smallest. */
export const netSmall = (sums: CapitalSums): number => sums.inSmall - sums.outSmall
