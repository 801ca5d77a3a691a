/**
 * Lets calls that come at nearly the same moment write in one turn of the event loop. The storage makes one transaction
 * of all that is written in a turn, and to make it durable takes as long for one order as for thirty: under load that is
 * most of what an order costs.
 */
export class GroupCommit {
  readonly #nextTurn: () => Promise<void>
  #waiting: (() => void)[] = []

  /** `nextTurn` resolves when what has arrived by now was delivered. */
  constructor(nextTurn: () => Promise<void>) {
    this.#nextTurn = nextTurn
  }

  /** Resolves in the next turn, together with everyone else who asked since the last one. */
  join(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) void this.#nextTurn().then(() => this.#begin())
    })
  }

  #begin(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
