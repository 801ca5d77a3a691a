import { Noise } from '../../../src/simulator/market/hash.ts'

/** The random numbers of one schedule: one seed gives one sequence. */
export class Rng {
  readonly #noise: Noise

  constructor(seed: number) {
    this.#noise = new Noise(seed)
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.#noise.unit()
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return this.#noise.below(bound)
  }

  /** A whole number in [least, most]. */
  between(least: number, most: number): number {
    return least + this.#noise.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.#noise.unit() < probability
  }

  pick<Item>(list: readonly [Item, ...Item[]]): Item {
    return list[this.#noise.below(list.length)] ?? list[0]
  }

  /** A time in ms that is mostly short, sometimes long, and at most `mostMs`. */
  delayMs(usualMs: number, mostMs: number, longShare: number): number {
    return this.chance(longShare) ? this.between(usualMs, mostMs) : this.below(usualMs + 1)
  }
}
