/** Codes of one exchange whose prices are, or may be, in another currency than that of its market. */
interface CodeRange {
  /** First and last code, as numbers. */
  readonly first: number
  readonly last: number
  /** `Trd_Common.Currency` name; null when the range has several currencies. */
  readonly currency: string | null
}

/**
 * Hong Kong lists a fund or share under one code for each currency in which it trades. Renminbi has its own range
 * (HKEX's stock code allocation plan: 80000-89999). US dollar units of funds have the fund's code with a leading 9
 * (03000 is 09000, 02834 is 09834, 03455 is 09455). So do leveraged products, but they do not have all codes from 09200
 * to 09399 and from 09500 to 09599. Some codes above 09600 are shares in Hong Kong dollars. Debt securities and
 * preference shares for professional investors trade in the currency of their issue.
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
 * `Trd_Common.Currency` name of the prices of a security; null when it is not known from the code. `prefix` and `code`
 * are the two parts of `HK.00700`, `home` is the currency of its market.
 */
export function currencyOfCode(prefix: string, code: string, home: string): string | null {
  if (prefix === 'CA' && US_DOLLAR_UNITS.test(code)) return 'USD'
  // Codes of options and other derivatives have letters. OpenD may pad a short code with zeros: 9834 is 09834.
  if (!/^\d+$/.test(code)) return home
  const number = Number(code)
  const range = RANGES[prefix]?.find(({ first, last }) => first <= number && number <= last)
  return range === undefined ? home : range.currency
}
