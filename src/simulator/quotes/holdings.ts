import { HolderCategory } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf } from '../../base/time/civil-date.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'
import { mix, triangleOf, unitOf } from '../market/hash.ts'
import type { Security } from '../market/security.ts'

/** A holder of shares. Holders are invented: real ones would seem to hold what they do not. */
export interface Shareholder {
  readonly id: number
  readonly name: string
  /** `Qot_Common.HolderCategory`. */
  readonly category: number
}

/** What a holder reported at the end of a quarter. */
export interface Holding {
  readonly holder: Shareholder
  readonly period: Quarter
  readonly shares: number
  /** Shares at the end of the quarter before. */
  readonly sharesBefore: number
  /** Percent of the company's shares. */
  readonly percent: number
  readonly percentBefore: number
}

/** A quarter of a year, counted from year 0. */
export type Quarter = number

const AGENCIES = ['星桥资本', '远航投资管理', '北辰资产管理', '东岳国际', '瑞丰环球', '明川信托', '云岭控股'] as const
const FUNDS = ['青禾成长基金', '天枢价值基金', '嘉禾指数基金', '海澜科技基金', '华信股息基金'] as const
const MANAGERS = ['林远航', '陈嘉禾', '黄明川', '周云岭'] as const

const SHAREHOLDERS: readonly Shareholder[] = [
  ...AGENCIES.map((name) => ({ name, category: HolderCategory.Agency })),
  ...FUNDS.map((name) => ({ name, category: HolderCategory.Fund })),
  ...MANAGERS.map((name) => ({ name, category: HolderCategory.SeniorManager })),
].map((holder, at) => ({ ...holder, id: 1001 + at }))

/** Largest part of a company that one holder of a category has, in percent. */
const LARGEST: Readonly<Record<number, number>> = {
  [HolderCategory.Agency]: 8,
  [HolderCategory.Fund]: 2,
  [HolderCategory.SeniorManager]: 0.5,
}

/** Of a position, the part that a quarter adds or takes at most. */
const QUARTERLY_CHANGE = 0.12

/** In one of this many quarters a holder has no shares. */
const ABSENT_ONE_IN = 9

/** The last quarter that has ended at that time. */
export function lastQuarter(security: Security, nowMs: number): Quarter {
  const { year, month } = civilDateOf(localMomentOf(security.clock.plan.zone, nowMs).epochDay)
  return year * 4 + Math.floor((month - 1) / 3) - 1
}

/** Last day of a quarter, the date of its reports. */
export function lastDayOf(quarter: Quarter): number {
  const next = quarter + 1
  return epochDayOf(Math.floor(next / 4), (next % 4) * 3 + 1, 1) - 1
}

/** `2026/Q3`, as in OpenD. */
export function quarterText(quarter: Quarter): string {
  return `${Math.floor(quarter / 4)}/Q${(quarter % 4) + 1}`
}

/** The reports of a quarter in which a holder has or had shares; empty for a security that is not of a company. */
export function holdingsOf(security: Security, period: Quarter): readonly Holding[] {
  const issued = security.listing.fundamentals?.issuedShares ?? 0
  if (issued === 0) return []
  return SHAREHOLDERS.map((holder) => {
    const shares = sharesOf(security, holder, period, issued)
    const sharesBefore = sharesOf(security, holder, period - 1, issued)
    const [percent, percentBefore] = [(shares / issued) * 100, (sharesBefore / issued) * 100]
    return { holder, period, shares, sharesBefore, percent, percentBefore }
  }).filter(({ shares, sharesBefore }) => shares > 0 || sharesBefore > 0)
}

function sharesOf(security: Security, { id, category }: Shareholder, period: Quarter, issued: number): number {
  const own = mix(security.hash, id)
  if (mix(own, period) % ABSENT_ONE_IN === 0) return 0
  const usual = (LARGEST[category] ?? 0) * unitOf(own) ** 2
  const change = 1 + QUARTERLY_CHANGE * triangleOf(mix(own, period + 1))
  return Math.round((issued * usual * change) / 100)
}
