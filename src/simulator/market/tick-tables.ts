import { PriceLadder, type TickBand } from './price-ladder.ts'

/** HKEX Rules of the Exchange, Second Schedule, Part A, as amended on 4 August 2025: equities and warrants. */
export const HK_EQUITY_LADDER = new PriceLadder(
  3,
  bands(1000, [
    [0, 0.001],
    [0.25, 0.005],
    [0.5, 0.01],
    [20, 0.02],
    [50, 0.05],
    [100, 0.1],
    [200, 0.2],
    [500, 0.5],
    [1000, 1],
    [2000, 2],
    [5000, 5],
  ]),
)

/** Same schedule, Part D: exchange traded products. */
export const HK_FUND_LADDER = new PriceLadder(
  3,
  bands(1000, [
    [0, 0.001],
    [1, 0.002],
    [5, 0.005],
    [10, 0.01],
    [20, 0.02],
    [100, 0.05],
    [200, 0.1],
    [500, 0.2],
    [1000, 0.5],
    [2000, 1],
  ]),
)

/** SEC Rule 612: a cent from one dollar, a hundredth of a cent below. */
export const US_EQUITY_LADDER = new PriceLadder(
  4,
  bands(10_000, [
    [0, 0.0001],
    [1, 0.01],
  ]),
)

/** A-shares, options, and indexes with two decimals. */
export const CENT_LADDER = new PriceLadder(2, bands(100, [[0, 0.01]]))

/** Funds in Shanghai and Shenzhen. */
export const MILL_LADDER = new PriceLadder(3, bands(1000, [[0, 0.001]]))

/** HKEX index futures and index options: whole points. */
export const POINT_LADDER = new PriceLadder(0, bands(1, [[0, 1]]))

/** CME E-mini index futures. */
export const QUARTER_POINT_LADDER = new PriceLadder(2, bands(100, [[0, 0.25]]))

/** Gold at COMEX, and E-mini Russell 2000 futures. */
export const DIME_LADDER = new PriceLadder(1, bands(10, [[0, 0.1]]))

/** Silver at COMEX. */
export const FIVE_MILL_LADDER = new PriceLadder(3, bands(1000, [[0, 0.005]]))

/** Copper at COMEX. */
export const HALF_MILL_LADDER = new PriceLadder(4, bands(10_000, [[0, 0.0005]]))

/** Bitcoin futures of CME. */
export const FIVE_POINT_LADDER = new PriceLadder(0, bands(1, [[0, 5]]))

function bands(unitsPerPoint: number, rows: readonly (readonly [number, number])[]): readonly TickBand[] {
  return rows.map(([from, tick]) => ({
    fromUnits: Math.round(from * unitsPerPoint),
    tickUnits: Math.round(tick * unitsPerPoint),
  }))
}
