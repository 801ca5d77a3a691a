/**
 * Deterministic noise: 32-bit hashes and a small generator. Every random number of the market is a hash of the seed,
 * the security and the requested time, so the market can be computed for any time without earlier times.
 */

/** Mixes one more 32-bit word into a hash (the finalizer of MurmurHash3, which has full avalanche). */
export function mix(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x9e37_79b1)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** Hash of a text, for the names of noise streams. */
export function hashText(seed: number, text: string): number {
  let hash = mix(seed, text.length)
  for (let at = 0; at < text.length; at++) hash = mix(hash, text.charCodeAt(at))
  return hash
}

/** A hash as a number in [0, 1). */
export function unitOf(hash: number): number {
  return hash / 4_294_967_296
}

/** A hash as a number in (-1, 1), densest around 0: the mean of two uniform numbers. */
export function triangleOf(hash: number): number {
  return ((hash & 0xffff) + (hash >>> 16)) / 65_536 - 1
}

/** A stream of noise from one hash (SplitMix with a 32-bit state). */
export class Noise {
  #state: number

  constructor(hash: number) {
    this.#state = hash | 0
  }

  /** The next 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x9e37_79b9) | 0
    let word = this.#state
    word = Math.imul(word ^ (word >>> 16), 0x21f0_aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a_2d97)
    return (word ^ (word >>> 15)) >>> 0
  }

  /** In [0, 1). */
  unit(): number {
    return this.next() / 4_294_967_296
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound)
  }

  /** In (-1, 1), densest around 0. */
  triangle(): number {
    return triangleOf(this.next())
  }
}
