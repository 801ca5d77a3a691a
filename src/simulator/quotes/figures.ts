/** Rounds a figure that is not on a tick grid: ratios, percentages, greeks. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}

/** `part` in percent of `whole`, to three decimals; 0 if `whole` is 0. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded((part / whole) * 100, 3)
}

/** A count of shares or contracts, as in messages. */
export function countOf(volume: number): bigint {
  return BigInt(Math.round(volume))
}
