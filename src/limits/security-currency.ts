/** Codes of one exchange whose prices are not, or not surely, in the currency of its market. */
interface CodeRange {
  /** First and last code, as numbers. */
  readonly first: number
  readonly last: number
  /** `Trd_Common.Currency` name; null where the range mixes currencies, so that the code does not tell. */
  readonly currency: string | null
}

/**
 * Hong Kong lists the same fund or share under one code for each currency it trades in. Renminbi has a range of its
 * own (HKEX's stock code allocation plan: 80000-89999). Dollar units of funds take the fund's code with a leading 9
 * (03000 is 09000, 02834 is 09834, 03455 is 09455). Leveraged products do so too, but not all codes from 09200 to 09399
 * and from 09500 to 09599 are theirs; shares in Hong Kong dollars have some codes above 09600. Debt securities and
 * preference shares of professional investors are in the currency of their issue.
 *
 * The mainland's B shares trade in US dollars in Shanghai and in Hong Kong dollars in Shenzhen.
 */
const RANGES: Readonly<Record<string, readonly CodeRange[]>> = {
  HK: [
    { first: 4400, last: 4799, currency: null },
    { first: 5000, last: 6029, currency: null },
    { first: 9000, last: 9199, currency: 'USD' },
    { first: 9200, last: 9399, currency: null },
    { first: 9400, last: 9499, currency: 'USD' },
    { first: 9500, last: 9599, currency: null },
    { first: 9800, last: 9849, currency: 'USD' },
    { first: 80_000, last: 89_999, currency: 'CNH' },
  ],
  SH: [{ first: 900_000, last: 900_999, currency: 'USD' }],
  SZ: [{ first: 200_000, last: 200_999, currency: 'HKD' }],
}

/** Toronto marks the US dollar units of a fund in its code. */
const US_DOLLAR_UNITS = /\.U$/i

/**
 * `Trd_Common.Currency` name of the prices of a security, or null where its code does not tell. `prefix` and `code` are
 * the two halves of `HK.00700`, `home` is the currency of its market.
 */
export function currencyOfCode(prefix: string, code: string, home: string): string | null {
  if (prefix === 'CA' && US_DOLLAR_UNITS.test(code)) return 'USD'
  // The codes of options and the like have letters. OpenD may fill up a short one with zeros: 9834 is 09834.
  if (!/^\d+$/.test(code)) return home
  const number = Number(code)
  const range = RANGES[prefix]?.find(({ first, last }) => first <= number && number <= last)
  return range === undefined ? home : range.currency
}
