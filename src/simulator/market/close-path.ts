import { hashText, mix, unitOf } from './hash.ts'

/** Trading days between two anchors of a path: about four years. */
const BLOCK_DAYS = 1024

/** Beyond this many days the path does not wander further, so a price stays within sight of its reference. */
const WANDER_DAYS = 64

/** How far an anchor lies from 0 at most, in daily moves. */
const ANCHOR_MOVES = 5

/**
 * A random walk over trading days that can be read at any day: midpoint displacement of a Brownian bridge between
 * anchors. It counts in daily moves (standard deviations), and no day moves more than four of them:
 * displacements over spans of 2, 4, 8, ... days are bounded, and each adds half as much to one day as the last.
 */
export class ClosePath {
  readonly #hash: number

  constructor(seed: number, name: string) {
    this.#hash = hashText(seed, `path ${name}`)
  }

  /** Distance from the mean at the close of that day, in daily moves. */
  movesAt(dayIndex: number): number {
    const block = Math.floor(dayIndex / BLOCK_DAYS)
    let low = 0
    let high = BLOCK_DAYS
    let atLow = this.#anchor(block)
    let atHigh = this.#anchor(block + 1)
    const target = dayIndex - block * BLOCK_DAYS
    const blockHash = mix(this.#hash, block)
    while (low < target) {
      const middle = (low + high) >>> 1
      const span = Math.min(high - low, WANDER_DAYS)
      // A uniform number in (-1, 1) times the square root of 3 has variance 1; a bridge's midpoint has span / 4.
      const displacement = (unitOf(mix(blockHash, middle)) * 2 - 1) * Math.sqrt((3 * span) / 4)
      const atMiddle = (atLow + atHigh) / 2 + displacement
      if (target < middle) {
        high = middle
        atHigh = atMiddle
      } else {
        low = middle
        atLow = atMiddle
      }
    }
    return atLow
  }

  #anchor(block: number): number {
    return (unitOf(mix(this.#hash, ~block)) * 2 - 1) * ANCHOR_MOVES
  }
}
