import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { hashText, mix, unitOf } from './hash.ts'

/** Trading days between two anchors of a path: about four years. A power of two. */
const BLOCK_DAYS = 1024

/** The variance of the path does not grow beyond this many days, so a price stays near its reference. */
const WANDER_DAYS = 16

/** Largest distance of an anchor from 0, in daily moves. */
const ANCHOR_MOVES = 4

/** Blocks cached: all blocks of the calendar. Each has 8 kB. */
const MAX_BLOCKS = 12

/**
 * A random walk over trading days with random access: midpoint displacement of a Brownian bridge between anchors. Its
 * unit is the daily move (standard deviation). A day moves by at most four units: displacements over spans of 2, 4, 8,
 * ... days are bounded, and each contributes half as much to one day as the previous span.
 */
export class ClosePath {
  readonly #hash: number
  readonly #blocks = new BoundedMap<number, Float64Array>(MAX_BLOCKS)

  constructor(seed: number, name: string) {
    this.#hash = hashText(seed, `path ${name}`)
  }

  /** Distance from the mean at the close of that day, in daily moves. */
  movesAt(dayIndex: number): number {
    const block = Math.floor(dayIndex / BLOCK_DAYS)
    let moves = this.#blocks.get(block)
    if (moves === undefined) {
      moves = this.#walk(block)
      this.#blocks.set(block, moves)
    }
    return moves[dayIndex - block * BLOCK_DAYS] ?? 0
  }

  #walk(block: number): Float64Array {
    const moves = new Float64Array(BLOCK_DAYS + 1)
    moves[0] = this.#anchor(block)
    moves[BLOCK_DAYS] = this.#anchor(block + 1)
    const blockHash = mix(this.#hash, block)
    for (let span = BLOCK_DAYS; span > 1; span /= 2) {
      // A uniform number in (-1, 1) times the square root of 3 has variance 1; a bridge's midpoint has span / 4.
      const reach = Math.sqrt((3 * Math.min(span, WANDER_DAYS)) / 4)
      for (let low = 0; low < BLOCK_DAYS; low += span) {
        const middle = low + span / 2
        const displacement = (unitOf(mix(blockHash, middle)) * 2 - 1) * reach
        moves[middle] = ((moves[low] ?? 0) + (moves[low + span] ?? 0)) / 2 + displacement
      }
    }
    return moves
  }

  #anchor(block: number): number {
    return (unitOf(mix(this.#hash, ~block)) * 2 - 1) * ANCHOR_MOVES
  }
}
