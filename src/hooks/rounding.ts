/** The price steps of a security: rows of a least price and the step from there on, cheapest first. */
export type PriceGrid = readonly { readonly fromPrice: number; readonly step: number }[]

/** Doubles of prices and quantities are exact to about 15 digits; the rest of a division below this is none. */
const TOLERANCE = 1e-9

/** The greatest number of whole lots that is not more than the quantity. */
export function wholeLots(quantity: number, lotSize: number): number {
  return cleaned(Math.floor(quantity / lotSize + TOLERANCE) * lotSize, lotSize)
}

/** The price on the grid that is not worse for that side: not above it for a buy, not below it for a sell. */
export function priceTowards(price: number, grid: PriceGrid, side: 'buy' | 'sell'): number {
  const step = stepAt(price, grid)
  if (step === null) return price
  const steps = side === 'buy' ? Math.floor(price / step + TOLERANCE) : Math.ceil(price / step - TOLERANCE)
  return cleaned(steps * step, step)
}

function stepAt(price: number, grid: PriceGrid): number | null {
  return grid.findLast(({ fromPrice }) => price >= fromPrice)?.step ?? null
}

/** The product of a whole number and a step without the rounding error of the multiplication. */
function cleaned(value: number, step: number): number {
  const decimals = /\.(\d+)$/.exec(String(step))?.[1]?.length ?? Number(/e-(\d+)$/.exec(String(step))?.[1] ?? 0)
  return Number(value.toFixed(Math.min(decimals, 12)))
}
