import type { ListingRow } from './listing-rows.ts'

/** What the letters in the fourth column mean in one market. */
export interface TableMarks {
  /** `Qot_Common.ExchType` by letter; a row without such a letter is listed on the market's usual exchange. */
  readonly exchanges?: Readonly<Record<string, number>>
  /** Code of an index by the letter of its members. */
  readonly indexes: Readonly<Record<string, string>>
}

/** Typical values of securities whose row does not state them. */
const TYPICAL = { growthPercent: 5, volatilityPercent: 2, ticksPerMinute: 15, priceToEarnings: 16, priceToBook: 1.6 }

/** The optional columns, as `name=value` in any order. */
const OPTIONS = ['concepts', 'region', 'growth', 'vol', 'ticks', 'eps', 'bps', 'dps', 'follows'] as const
type Option = (typeof OPTIONS)[number]

/**
 * Reads a table with one line per security. Columns are separated by `|`:
 *
 *     code | Chinese name | English name | marks | lot size | listing date | price | millions traded a day |
 *     billions of shares | industry | option=value | ...
 *
 * The marks `i` (index), `e` (fund), `H` (H share) and `k` (daily limit of 20 %) have the same meaning everywhere; the
 * others are those of `marks`. The listing date is empty if it is not known for certain; OpenD then says 1970-01-01.
 * `follows=QQQ*41.18` is a price of 41.18 times that of QQQ. Growth and volatility are in percent, `ticks` are prints a
 * minute, and `eps`, `bps` and `dps` are earnings, book value and dividends per share. Throws for a malformed line.
 */
export function rowsOf(table: string, marks: TableMarks): readonly ListingRow[] {
  return table
    .trim()
    .split('\n')
    .map((line) => rowOf(line, marks))
}

function rowOf(line: string, marks: TableMarks): ListingRow {
  const [code = '', name = '', english = '', letters = '', lot, listed = '', price, volume, shares, industry, ...rest] =
    line.split('|')
  const options = optionsOf(line, rest)
  const kind = letters.includes('i') ? 'index' : letters.includes('e') ? 'etf' : 'stock'
  const number = (text: string | undefined, fallback: number): number => {
    const value = text === undefined || text === '' ? fallback : Number(text)
    if (!Number.isFinite(value)) throw new Error(`not a number in the row ${line}`)
    return value
  }
  const priced = number(price, Number.NaN)
  const isCompany = kind === 'stock'
  const marked = Array.from(letters)
  const exchange = marked.map((letter) => marks.exchanges?.[letter]).find((found) => found !== undefined)
  return {
    code,
    name,
    english,
    kind,
    lotSize: number(lot, Number.NaN),
    listed,
    price: priced,
    volumeMillions: number(volume, Number.NaN),
    sharesBillions: number(shares, 0),
    industry: industry ?? '',
    indexes: marked.map((letter) => marks.indexes[letter]).filter((index) => index !== undefined),
    isHShare: letters.includes('H'),
    ...(exchange === undefined ? {} : { exchange }),
    ...(letters.includes('k') ? { limitPercent: 20 } : {}),
    concepts: options.get('concepts')?.split(',') ?? [],
    region: options.get('region') ?? '',
    growthPercent: number(options.get('growth'), TYPICAL.growthPercent),
    volatilityPercent: number(options.get('vol'), TYPICAL.volatilityPercent),
    ticksPerMinute: number(options.get('ticks'), TYPICAL.ticksPerMinute),
    earnings: number(options.get('eps'), isCompany ? mills(priced / TYPICAL.priceToEarnings) : 0),
    bookValue: number(options.get('bps'), isCompany ? mills(priced / TYPICAL.priceToBook) : priced),
    dividend: number(options.get('dps'), 0),
    ...followedOf(options.get('follows')),
  }
}

function optionsOf(line: string, columns: readonly string[]): ReadonlyMap<Option, string> {
  const options = new Map<Option, string>()
  for (const column of columns) {
    const at = column.indexOf('=')
    const name = OPTIONS.find((one) => one === column.slice(0, at))
    if (name === undefined) throw new Error(`no column ${column} in the row ${line}`)
    options.set(name, column.slice(at + 1))
  }
  return options
}

function followedOf(text: string | undefined): Pick<ListingRow, 'follows'> {
  if (text === undefined) return {}
  const [code = '', ratio] = text.split('*')
  return { follows: [code, Number(ratio)] }
}

/** Figures of companies have three decimals in OpenD. */
function mills(value: number): number {
  return Math.round(value * 1000) / 1000
}
