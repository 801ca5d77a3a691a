import assert from 'node:assert/strict'
import type { ClientOptions } from '../../src/pushes/outbox/push-client.ts'
import type { PushEvent } from '../../src/pushes/push-event.ts'
import { PushHub } from '../../src/pushes/push-hub.ts'
import type { ResumeReport } from '../../src/pushes/outbox/resume-report.ts'
import type { StreamName } from '../../src/subscriptions/stream.ts'

/** A message as a client reads it. */
export interface Received {
  readonly type: string
  readonly stream?: StreamName
  readonly seq?: number
  readonly snapshot?: true
  readonly n?: number
  readonly dropped?: number
  readonly streams?: readonly StreamName[]
  readonly more?: true
  readonly data?: object
  readonly body_b64?: string
  readonly atMs: number
}

export const RUN = 'run-1'

/** A hub with a clock that the test moves, and clients that keep what they receive. */
export class HubRig {
  nowMs = 1_000_000
  /** The earliest flush that the hub has requested since the last one; infinite without one. */
  flushAtMs = Infinity
  readonly hub: PushHub
  /** Called with each message as it arrives. */
  onReceive: (clientId: string, message: Received) => void = () => {}
  readonly closed = new Map<string, { readonly code: number; readonly reason: string }>()
  readonly #texts = new Map<string, string[]>()
  readonly #received = new Map<string, Received[]>()
  /** The last ping of each client, and the lengths of what came after the last answered one. */
  readonly #pings = new Map<string, number>()
  readonly #unanswered = new Map<string, { readonly chars: number; readonly ping: number | null }[]>()

  constructor(runId = RUN) {
    this.hub = new PushHub({
      runId,
      send: (clientId, text) => this.#take(clientId, text),
      close: (clientId, code, reason) => this.closed.set(clientId, { code, reason }),
      flushBy: (atMs) => void (this.flushAtMs = Math.min(this.flushAtMs, atMs)),
    })
  }

  add(id: string, options: Partial<ClientOptions> = {}): void {
    this.hub.add({ id, form: 'json', isBatched: false, conflateMs: 50, ...options }, this.nowMs)
  }

  set(id: string, streams: readonly StreamName[], sendsCurrent = true): ResumeReport {
    return this.hub.setStreams(id, new Set(streams), { sendsCurrent }, this.nowMs)
  }

  push(...events: readonly PushEvent[]): void {
    for (const event of events) this.hub.push(event, this.nowMs)
  }

  sendControl(id: string, message: object): void {
    this.hub.sendControl(id, message, this.nowMs)
  }

  /** Lets time pass, and flushes when the hub has requested it. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    while (this.flushAtMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.flushAtMs)
      this.flushAtMs = Infinity
      this.hub.flush(this.nowMs)
      assert.ok(this.flushAtMs > this.nowMs, 'a flush leaves nothing that is due')
    }
    this.nowMs = endMs
  }

  /** The client answers the last ping it got. Returns whether there was a new one. */
  pong(id: string): boolean {
    const n = this.#pings.get(id)
    if (n === undefined) return false
    this.#pings.delete(id)
    const sent = this.#unanswered.get(id) ?? []
    this.#unanswered.set(id, sent.slice(sent.findIndex(({ ping }) => ping === n) + 1))
    this.hub.pong(id, n, this.nowMs)
    return true
  }

  /** Makes the client one that confirms: it gets something and answers the ping after it. */
  makeConfirm(id: string): void {
    this.pass(5_000)
    this.sendControl(id, { type: 'note' })
    assert.ok(this.pong(id))
    this.take(id)
  }

  /** What the client got since the last call, without pings. */
  take(id: string): readonly Received[] {
    const received = this.#received.get(id) ?? []
    this.#received.delete(id)
    this.#texts.delete(id)
    return received.filter(({ type }) => type !== 'ping')
  }

  /** The same in short: `stream#seq`, with `*` for a snapshot, or the type of anything else. */
  short(id: string): readonly string[] {
    return this.take(id).map(({ type, stream, seq, snapshot }) => {
      return stream === undefined ? type : `${snapshot === true ? '*' : ''}${stream}#${seq}`
    })
  }

  /** The texts since the last `take`, as they went over the wire. */
  texts(id: string): readonly string[] {
    return this.#texts.get(id) ?? []
  }

  /** The lengths of the messages since the last ping that the client answered. */
  unanswered(id: string): readonly number[] {
    return (this.#unanswered.get(id) ?? []).map(({ chars }) => chars)
  }

  #take(clientId: string, text: string): void {
    this.#texts.set(clientId, [...(this.#texts.get(clientId) ?? []).slice(-50), text])
    const parsed = JSON.parse(text) as Omit<Received, 'atMs'> | readonly Omit<Received, 'atMs'>[]
    const messages: readonly Omit<Received, 'atMs'>[] = Array.isArray(parsed) ? parsed : [parsed]
    const unanswered = this.#unanswered.get(clientId) ?? []
    // A batch may hold several pings, and the client answers the last.
    const ping = messages.findLast(({ type }) => type === 'ping')?.n ?? null
    unanswered.push({ chars: text.length, ping })
    this.#unanswered.set(clientId, unanswered)
    for (const message of messages) {
      const received = { ...message, atMs: this.nowMs }
      if (received.type === 'ping') this.#pings.set(clientId, received.n ?? 0)
      const list = this.#received.get(clientId) ?? []
      list.push(received)
      this.#received.set(clientId, list)
      this.onReceive(clientId, received)
    }
  }
}
