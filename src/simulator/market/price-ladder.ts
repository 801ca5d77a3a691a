/** From this price on (in ladder units), valid prices are `tick` units apart. */
export interface TickBand {
  readonly fromUnits: number
  readonly tickUnits: number
}

/** A band with its end and the rungs at both ends. */
interface LadderBand extends TickBand {
  readonly toUnits: number
  readonly fromRung: number
  readonly toRung: number
}

const EVERY_UNIT: LadderBand = {
  fromUnits: 0,
  tickUnits: 1,
  toUnits: Number.POSITIVE_INFINITY,
  fromRung: 0,
  toRung: Number.POSITIVE_INFINITY,
}

/**
 * The valid prices of a security as a ladder: rung 0 is the price 0, and each rung is one tick above the last. The
 * price process uses rungs, so its prices are always on the grid. Prices are whole numbers of `10 ** -decimals`, so
 * that sums of price times volume are exact.
 */
export class PriceLadder {
  readonly decimals: number
  readonly unitsPerPoint: number
  readonly #bands: readonly LadderBand[]
  /** The band of the last request, because prices of one security rarely leave their band. */
  #recent: LadderBand

  constructor(decimals: number, bands: readonly TickBand[]) {
    this.decimals = decimals
    this.unitsPerPoint = 10 ** decimals
    let fromRung = 0
    this.#bands = bands.map((band, at) => {
      const next = bands[at + 1]
      const toUnits = next === undefined ? Number.POSITIVE_INFINITY : next.fromUnits
      const toRung = fromRung + (toUnits - band.fromUnits) / band.tickUnits
      const ladderBand = { ...band, toUnits, fromRung, toRung }
      fromRung = toRung
      return ladderBand
    })
    this.#recent = this.#bands[0] ?? EVERY_UNIT
  }

  unitsAt(rung: number): number {
    let band = this.#recent
    if (rung < band.fromRung || rung >= band.toRung) {
      band = this.#bands.find((one) => rung < one.toRung) ?? band
      this.#recent = band
    }
    return band.fromUnits + (rung - band.fromRung) * band.tickUnits
  }

  priceAt(rung: number): number {
    return this.unitsAt(rung) / this.unitsPerPoint
  }

  /** The highest rung at or below that price. */
  rungAtOrBelow(units: number): number {
    const band = this.#bandOf(units)
    return band.fromRung + Math.floor((units - band.fromUnits) / band.tickUnits)
  }

  /** The rung nearest to a price of the process; at least 1, because a price is never zero. */
  nearestRung(price: number): number {
    const units = price * this.unitsPerPoint
    const band = this.#bandOf(units)
    return Math.max(1, band.fromRung + Math.round((units - band.fromUnits) / band.tickUnits))
  }

  /** The rung of exactly that price, within double rounding errors; null for a price between rungs. */
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

  /** Whether all rungs between the two have the same distance. */
  isEven(lowRung: number, highRung: number): boolean {
    const low = this.unitsAt(lowRung)
    return this.#bandOf(low) === this.#bandOf(this.unitsAt(highRung) - 1) || highRung <= lowRung
  }

  #bandOf(units: number): LadderBand {
    let band = this.#recent
    if (units < band.fromUnits || units >= band.toUnits) {
      band = this.#bands.find((one) => units < one.toUnits) ?? band
      this.#recent = band
    }
    return band
  }
}
