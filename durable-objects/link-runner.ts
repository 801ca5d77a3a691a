import type { Effect } from '../src/gateway/effect.ts'
import type { UpstreamLine } from '../src/gateway/upstream-line.ts'
import type { Connect, Link } from '../src/transport/link.ts'

/** What the runner hands on: the fates of calls, what OpenD sent unasked, and that the link came up or went. */
export type LineEvent = Extract<Effect, { kind: 'settle' | 'push' | 'sent' | 'ready' | 'lost' }>

/**
 * Performs the line's effects: opens and closes links, moves bytes, keeps the one timer. It decides nothing.
 */
export class LinkRunner {
  readonly #line: UpstreamLine
  readonly #connect: Connect
  readonly #deliver: (event: LineEvent) => void
  #link: { readonly id: number; readonly link: Link } | null = null
  #timer: { readonly handle: ReturnType<typeof setTimeout>; readonly atMs: number } | null = null

  constructor(line: UpstreamLine, connect: Connect, deliver: (event: LineEvent) => void) {
    this.#line = line
    this.#connect = connect
    this.#deliver = deliver
  }

  /** Performs effects in order, then sets the timer for what the line wants next. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'connect':
          this.#open(effect.linkId)
          break
        case 'send':
          if (this.#link?.id === effect.linkId) this.#link.link.send(effect.bytes)
          break
        case 'close':
          if (this.#link?.id === effect.linkId) this.#drop()
          break
        case 'settle':
        case 'push':
        case 'sent':
        case 'ready':
        case 'lost':
          this.#deliver(effect)
          break
        case 'released':
          throw new Error('the line hands no call back')
      }
    }
    this.#schedule()
  }

  #open(linkId: number): void {
    this.#drop()
    try {
      const link = this.#connect({
        opened: () => this.perform(this.#line.opened(linkId, Date.now())),
        received: (bytes) => this.perform(this.#line.received(linkId, bytes, Date.now())),
        closed: (detail) => this.perform(this.#line.closed(linkId, detail, Date.now())),
      })
      this.#link = { id: linkId, link }
    } catch (error) {
      // The platform throws at once for an address it never connects to.
      const detail = error instanceof Error ? error.message : 'the connection failed'
      queueMicrotask(() => this.perform(this.#line.closed(linkId, detail, Date.now())))
    }
  }

  #drop(): void {
    this.#link?.link.close()
    this.#link = null
  }

  /**
   * One timer, for the earliest thing due. It is only moved when something is due earlier: a call sets a deadline that
   * is always later than the ones before it, so the hot path leaves the timer alone.
   */
  #schedule(): void {
    const wakeMs = this.#line.nextWakeMs()
    if (wakeMs === null || (this.#timer !== null && this.#timer.atMs <= wakeMs)) return
    if (this.#timer !== null) clearTimeout(this.#timer.handle)
    const handle = setTimeout(
      () => {
        this.#timer = null
        this.perform(this.#line.tick(Date.now()))
      },
      Math.max(0, wakeMs - Date.now()),
    )
    this.#timer = { handle, atMs: wakeMs }
  }
}
