/** From this price on (in ladder units), valid prices are `tick` units apart. */
export interface TickBand {
  readonly fromUnits: number
  readonly tickUnits: number
}

/**
 * The valid prices of a security as a ladder: rung 0 is the price 0, and each rung is one tick above the last. The
 * price process walks on rungs, so whatever it does, its prices are on the grid. Prices are whole numbers of
 * `10 ** -decimals`, which keeps sums of price times volume exact.
 */
export class PriceLadder {
  readonly decimals: number
  readonly unitsPerPoint: number
  readonly #bands: readonly { fromUnits: number; tickUnits: number; fromRung: number }[]

  constructor(decimals: number, bands: readonly TickBand[]) {
    this.decimals = decimals
    this.unitsPerPoint = 10 ** decimals
    let fromRung = 0
    let previous: TickBand = { fromUnits: 0, tickUnits: 1 }
    this.#bands = bands.map((band) => {
      fromRung += (band.fromUnits - previous.fromUnits) / previous.tickUnits
      previous = band
      return { ...band, fromRung }
    })
  }

  unitsAt(rung: number): number {
    const bands = this.#bands
    for (let at = bands.length - 1; at > 0; at--) {
      const band = bands[at]
      if (band !== undefined && rung >= band.fromRung) return band.fromUnits + (rung - band.fromRung) * band.tickUnits
    }
    return rung * (bands[0]?.tickUnits ?? 1)
  }

  priceAt(rung: number): number {
    return this.unitsAt(rung) / this.unitsPerPoint
  }

  /** The highest rung at or below that price. */
  rungAtOrBelow(units: number): number {
    const band = this.#bandOf(units)
    return band.fromRung + Math.floor((units - band.fromUnits) / band.tickUnits)
  }

  /** The rung nearest to a price of the process; at least 1, because no price is zero. */
  nearestRung(price: number): number {
    const units = price * this.unitsPerPoint
    const band = this.#bandOf(units)
    return Math.max(1, band.fromRung + Math.round((units - band.fromUnits) / band.tickUnits))
  }

  /** The rung of exactly that price; null when it is between rungs. Forgives what doubles do to decimals. */
  rungOf(price: number): number | null {
    const exactUnits = price * this.unitsPerPoint
    const units = Math.round(exactUnits)
    if (!(price > 0) || Math.abs(exactUnits - units) > 1e-6 * Math.max(1, units)) return null
    const rung = this.rungAtOrBelow(units)
    return this.unitsAt(rung) === units ? rung : null
  }

  /** Distance from that price to the next higher valid one. */
  tickAt(price: number): number {
    return this.#bandOf(Math.round(price * this.unitsPerPoint)).tickUnits / this.unitsPerPoint
  }

  /** True when all rungs between the two are the same distance apart. */
  isEven(lowRung: number, highRung: number): boolean {
    const low = this.unitsAt(lowRung)
    return this.#bandOf(low) === this.#bandOf(this.unitsAt(highRung) - 1) || highRung <= lowRung
  }

  #bandOf(units: number): { fromUnits: number; tickUnits: number; fromRung: number } {
    const bands = this.#bands
    for (let at = bands.length - 1; at > 0; at--) {
      const band = bands[at]
      if (band !== undefined && units >= band.fromUnits) return band
    }
    return bands[0] ?? { fromUnits: 0, tickUnits: 1, fromRung: 0 }
  }
}
