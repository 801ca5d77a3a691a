import { parseLocalTime } from '../../base/time/civil-date.ts'

/** A cash dividend or a split, effective from its ex-date. */
export type CorporateAction = CashDividend | ShareSplit

/** Money paid per share held on the day before the ex-date. */
export interface CashDividend {
  readonly kind: 'dividend'
  /** Epoch day of the first trading day without the entitlement. */
  readonly exDay: number
  /** Per share, in the currency of the price. */
  readonly amount: number
}

/** A split, or a consolidation if `to` is smaller than `from`. */
export interface ShareSplit {
  readonly kind: 'split'
  readonly exDay: number
  /** `from` old shares became `to` new ones. */
  readonly from: number
  readonly to: number
}

/**
 * The corporate actions of a security, oldest first. They are recorded for a few securities of each market. Other
 * securities have no dividends and no splits.
 */
export function corporateActionsOf(market: number, code: string): readonly CorporateAction[] {
  return ACTIONS.get(`${market}.${code}`) ?? []
}

/** Number of current shares for one share of that day: the product of all later splits. */
export function splitFactorAfter(actions: readonly CorporateAction[], epochDay: number): number {
  let factor = 1
  for (const action of actions) {
    if (action.kind === 'split' && action.exDay > epochDay) factor *= action.to / action.from
  }
  return factor
}

/** The forward adjustment: converts a price before the action to a comparable price after it. */
export function priceAfter(action: CorporateAction, price: number): number {
  return action.kind === 'split' ? (price * action.from) / action.to : price - action.amount
}

/** The backward adjustment: converts a price after the action to a comparable price before it. */
export function priceBefore(action: CorporateAction, price: number): number {
  return action.kind === 'split' ? (price * action.to) / action.from : price + action.amount
}

function dividends(rows: Readonly<Record<string, number>>): readonly CorporateAction[] {
  return Object.entries(rows).map(([date, amount]) => ({ kind: 'dividend', exDay: dayOf(date), amount }))
}

function split(date: string, from: number, to: number): CorporateAction {
  return { kind: 'split', exDay: dayOf(date), from, to }
}

function dayOf(date: string): number {
  return parseLocalTime(date)?.epochDay ?? 0
}

function inOrder(...groups: readonly (readonly CorporateAction[])[]): readonly CorporateAction[] {
  return groups.flat().toSorted((one, other) => one.exDay - other.exDay)
}

/** By `market.code`. Dates and amounts are those of the companies' announcements, rounded. */
const ACTIONS: ReadonlyMap<string, readonly CorporateAction[]> = new Map([
  [
    '1.00700',
    inOrder(
      [split('2014-05-15', 1, 5)],
      dividends({
        '2019-05-17': 1,
        '2020-05-15': 1.2,
        '2021-05-24': 1.6,
        '2022-05-20': 1.6,
        '2023-05-19': 2.4,
        '2024-05-17': 3.4,
        '2025-05-16': 4.5,
        '2026-05-15': 5.3,
      }),
    ),
  ],
  [
    '1.00005',
    dividends({
      '2022-03-10': 1.41,
      '2022-08-18': 0.71,
      '2023-03-02': 1.81,
      '2023-08-10': 0.78,
      '2024-03-07': 2.43,
      '2024-08-15': 0.78,
      '2025-03-06': 2.8,
      '2025-08-14': 0.78,
      '2026-03-12': 3.5,
      '2026-08-13': 0.78,
    }),
  ],
  [
    '1.00388',
    dividends({
      '2023-03-10': 3.69,
      '2023-09-01': 4.5,
      '2024-03-13': 3.91,
      '2024-09-03': 4.36,
      '2025-03-12': 4.9,
      '2025-09-03': 6,
      '2026-03-11': 6.5,
      '2026-09-02': 6.3,
    }),
  ],
  [
    '11.AAPL',
    inOrder(
      [split('2005-02-28', 1, 2), split('2014-06-09', 1, 7), split('2020-08-31', 1, 4)],
      dividends({
        '2024-02-09': 0.24,
        '2024-05-10': 0.25,
        '2024-08-12': 0.25,
        '2024-11-08': 0.25,
        '2025-02-10': 0.25,
        '2025-05-12': 0.26,
        '2025-08-11': 0.26,
        '2025-11-10': 0.26,
        '2026-02-09': 0.26,
        '2026-05-11': 0.27,
        '2026-08-10': 0.27,
        '2026-11-09': 0.27,
      }),
    ),
  ],
  ['11.TSLA', [split('2020-08-31', 1, 5), split('2022-08-25', 1, 3)]],
  ['11.NVDA', [split('2007-09-11', 2, 3), split('2021-07-20', 1, 4), split('2024-06-10', 1, 10)]],
  ['11.GOOGL', [split('2014-04-03', 1, 2), split('2022-07-18', 1, 20)]],
  ['11.AMZN', [split('2022-06-06', 1, 20)]],
  [
    '11.KO',
    inOrder(
      [split('2012-08-13', 1, 2)],
      dividends({
        '2025-03-14': 0.51,
        '2025-06-13': 0.51,
        '2025-09-15': 0.51,
        '2025-12-01': 0.51,
        '2026-03-13': 0.53,
        '2026-06-15': 0.53,
        '2026-09-15': 0.53,
      }),
    ),
  ],
  [
    '21.600519',
    dividends({
      '2021-06-25': 19.29,
      '2022-06-30': 21.68,
      '2023-06-30': 25.91,
      '2024-06-19': 30.88,
      '2025-06-26': 27.67,
      '2026-06-25': 28.1,
    }),
  ],
  ['21.600036', dividends({ '2023-07-13': 1.74, '2024-07-11': 1.97, '2025-07-11': 2, '2026-07-10': 2.02 })],
  ['22.000001', dividends({ '2023-06-14': 0.29, '2024-06-14': 0.72, '2025-06-12': 0.36, '2026-06-11': 0.36 })],
  ['22.000333', dividends({ '2024-05-16': 3, '2025-05-29': 3.5, '2026-05-28': 3.6 })],
])
