import { type DrivenConnection, OpendDriver } from '../../src/simulator/driver.ts'
import type { ConnectionKind, ConnectionSink } from '../../src/simulator/session/peer.ts'
import { Deframer } from '../../src/wire/deframer.ts'

/**
 * A driver that says which calls have come in, so that a test waits for a call and not for a time. A call counts once
 * OpenD has done with it what it does at once: acted on it, or lost it to a fault.
 */
export class WatchedOpend extends OpendDriver {
  readonly #seen = new Map<number, number>()
  #waiting: { readonly protoId: number; readonly beyond: number; readonly resolve: () => void }[] = []

  override open(kind: ConnectionKind, sink: ConnectionSink): DrivenConnection | null {
    const connection = super.open(kind, sink)
    if (connection === null) return null
    const deframer = new Deframer()
    return {
      receive: (bytes) => {
        connection.receive(bytes)
        for (const { header } of deframer.push(bytes).frames) this.#note(header.protoId)
      },
      closed: () => connection.closed(),
    }
  }

  /** How many calls of that protocol id have come in. */
  seen(protoId: number): number {
    return this.#seen.get(protoId) ?? 0
  }

  /** Resolves when more than `beyond` calls of that id have come in: at the next one, unless told. */
  arrival(protoId: number, beyond: number = this.seen(protoId)): Promise<void> {
    if (this.seen(protoId) > beyond) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ protoId, beyond, resolve }))
  }

  #note(protoId: number): void {
    const count = this.seen(protoId) + 1
    this.#seen.set(protoId, count)
    const due = this.#waiting.filter((one) => one.protoId === protoId && one.beyond < count)
    this.#waiting = this.#waiting.filter((one) => !due.includes(one))
    for (const { resolve } of due) resolve()
  }
}
