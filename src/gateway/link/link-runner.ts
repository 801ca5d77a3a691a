import type { Timers } from '../../base/time/timers.ts'
import { WakeTimer } from '../../base/time/wake-timer.ts'
import type { Connect, Link } from '../../transport/link.ts'
import type { Effect } from './effect.ts'
import type { GovernedSession } from '../governed-session.ts'

/** The effects that the runner delivers: outcomes of calls, pushes, and changes of the link. */
export type LinkEvent = Extract<Effect, { kind: 'outcome' | 'push' | 'late_reply' | 'sent' | 'ready' | 'lost' }>

/**
 * Performs the effects of the `GovernedSession`: opens and closes links, sends bytes, sets the timer. It contains no
 * decisions.
 */
export class LinkRunner {
  readonly #upstream: GovernedSession
  readonly #connect: Connect
  readonly #timers: Timers
  readonly #deliver: (event: LinkEvent) => void
  readonly #wake: WakeTimer
  #link: { readonly id: number; readonly link: Link } | null = null

  constructor(upstream: GovernedSession, connect: Connect, timers: Timers, deliver: (event: LinkEvent) => void) {
    this.#upstream = upstream
    this.#connect = connect
    this.#timers = timers
    this.#deliver = deliver
    this.#wake = new WakeTimer(timers, () => this.perform(this.#upstream.tick(timers.nowMs())))
  }

  /**
   * Performs effects in order, then sets the timer for the next due time. The timer is only moved to an earlier time: a
   * new call has a later deadline than the calls before it, so the hot path does not touch the timer.
   */
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
        case 'outcome':
        case 'push':
        case 'late_reply':
        case 'sent':
        case 'ready':
        case 'lost':
          this.#deliver(effect)
          break
        case 'released':
          throw new Error('GovernedSession must not return a released call')
      }
    }
    this.#wake.by(this.#upstream.nextWakeMs())
  }

  #open(linkId: number): void {
    this.#drop()
    const nowMs = (): number => this.#timers.nowMs()
    try {
      const link = this.#connect({
        opened: () => this.perform(this.#upstream.opened(linkId, nowMs())),
        received: (bytes) => this.perform(this.#upstream.received(linkId, bytes, nowMs())),
        closed: (detail) => this.perform(this.#upstream.closed(linkId, detail, nowMs())),
      })
      this.#link = { id: linkId, link }
    } catch (error) {
      // The platform throws at once for an address that it never connects to. A synchronous callback would re-enter.
      const detail = error instanceof Error ? error.message : 'the connection failed'
      void Promise.resolve().then(() => this.perform(this.#upstream.closed(linkId, detail, nowMs())))
    }
  }

  #drop(): void {
    this.#link?.link.close()
    this.#link = null
  }
}
