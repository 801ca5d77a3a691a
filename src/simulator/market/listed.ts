import { ExchType } from '../../../proto/enums.ts'
import { HK_FUNDS, HK_INDEXES, HK_STOCKS } from './listed-hk.ts'
import { SH_FUNDS, SH_INDEXES, SH_STOCKS } from './listed-sh.ts'
import { SZ_FUNDS, SZ_INDEXES, SZ_STOCKS } from './listed-sz.ts'
import { US_FUNDS, US_INDEXES, US_STOCKS } from './listed-us.ts'
import { HK_RULES, listingOf, SH_RULES, SZ_RULES, US_RULES, type MarketRules } from './listing-rows.ts'
import { rowsOf, type TableMarks } from './listing-table.ts'
import type { Listing } from './listing.ts'

const HK_MARKS: TableMarks = {
  exchanges: { g: ExchType.HK_GEMBoard },
  indexes: { h: '800000', c: '800100', t: '800700' },
}

const US_MARKS: TableMarks = {
  exchanges: { N: ExchType.US_NYSE, A: ExchType.US_AMEX },
  indexes: { d: '.DJI', s: '.SPX', n: '.NDX' },
}

/** The CSI 300 has members in both cities; its code in Shenzhen is not used. */
const CN_MARKS: TableMarks = { indexes: { c: '000300', f: '000016' } }

const TABLES: readonly (readonly [MarketRules, TableMarks, readonly string[]])[] = [
  [HK_RULES, HK_MARKS, [HK_STOCKS, HK_FUNDS, HK_INDEXES]],
  [US_RULES, US_MARKS, [US_STOCKS, US_FUNDS, US_INDEXES]],
  [SH_RULES, CN_MARKS, [SH_STOCKS, SH_FUNDS, SH_INDEXES]],
  [SZ_RULES, CN_MARKS, [SZ_STOCKS, SZ_FUNDS, SZ_INDEXES]],
]

/** Every stock, fund and index of the simulated exchanges: Hong Kong, United States, Shanghai, Shenzhen. */
export function listedSecurities(): readonly Listing[] {
  return TABLES.flatMap(([rules, marks, tables]) =>
    tables.flatMap((table) => rowsOf(table, marks).map((row) => listingOf(rules, row))),
  )
}
