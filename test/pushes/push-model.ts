import assert from 'node:assert/strict'
import { WINDOW_BYTES } from '../../src/pushes/outbox/flow.ts'
import type { ClientOptions } from '../../src/pushes/outbox/push-client.ts'
import type { PushEvent } from '../../src/pushes/push-event.ts'
import { streamKindOf } from '../../src/pushes/stream-kind.ts'
import type { StreamName } from '../../src/subscriptions/stream.ts'
import { HubRig, type Received } from './hub-rig.ts'

/** What a client knows of one stream since it was set for it. */
interface Known {
  /** Number of the stream's last event when it was set. */
  readonly sinceSeq: number
  lastSeq: number
  /** Events received, without snapshots. */
  events: number
  /** Whether a `lagged` that names the stream came since its last event. */
  isLagged: boolean
}

interface Client {
  readonly isConfirming: boolean
  readonly known: Map<StreamName, Known>
  /** Sums of what `lagged` messages counted. */
  dropped: number
}

/**
 * Clients that check everything they get against what was pushed: a frame is of a set stream, carries what was pushed
 * under its number, comes after the one before, and leaves out nothing that was not told to be lost.
 */
export class PushModel {
  readonly rig = new HubRig()
  readonly #pushed = new Map<StreamName, PushEvent[]>()
  readonly #clients = new Map<string, Client>()

  constructor() {
    this.rig.onReceive = (id, message) => this.#check(id, message)
  }

  add(id: string, options: Partial<ClientOptions>, isConfirming: boolean): void {
    this.rig.add(id, options)
    this.#clients.set(id, { isConfirming, known: new Map(), dropped: 0 })
    if (isConfirming) this.rig.makeConfirm(id)
  }

  get open(): readonly string[] {
    return [...this.#clients.keys()].filter((id) => !this.rig.closed.has(id))
  }

  push(event: PushEvent): void {
    const events = this.#pushed.get(event.stream) ?? []
    events.push(event)
    this.#pushed.set(event.stream, events)
    this.rig.push(event)
  }

  set(id: string, streams: readonly StreamName[], sendsCurrent: boolean): void {
    const known = this.#clients.get(id)?.known ?? new Map<StreamName, Known>()
    for (const stream of known.keys()) if (!streams.includes(stream)) known.delete(stream)
    for (const stream of streams) {
      if (known.has(stream)) continue
      const sinceSeq = this.#pushed.get(stream)?.length ?? 0
      known.set(stream, { sinceSeq, lastSeq: 0, events: 0, isLagged: false })
    }
    this.rig.set(id, streams, sendsCurrent)
  }

  /** Lets everybody read to the end, then checks that nobody lacks anything. */
  drain(): void {
    for (let round = 0; round < 300; round++) {
      for (const id of this.open) this.rig.pong(id)
      this.rig.pass(1_000)
    }
    for (const id of this.open) {
      const client = this.#clients.get(id)
      let missing = 0
      for (const [stream, { sinceSeq, lastSeq, events }] of client?.known ?? []) {
        const pushed = this.#pushed.get(stream)?.length ?? 0
        if (streamKindOf(stream) !== 'value') missing += pushed - sinceSeq - events
        else if (pushed > sinceSeq) assert.equal(lastSeq, pushed, `${id} knows the last value of ${stream}`)
      }
      assert.equal(client?.dropped, missing, `${id} was told of everything that it lacks`)
    }
    assert.equal(this.rig.hub.counts.waitingBytes, 0)
  }

  /** What a confirming client has not answered for stays within its window, but for the text that filled it. */
  checkWindow(id: string): void {
    const client = this.#clients.get(id)
    if (!client?.isConfirming) return
    let bytes = 0
    let longest = 0
    for (const text of this.rig.unanswered(id)) {
      bytes += text
      longest = Math.max(longest, text)
    }
    assert.ok(bytes < WINDOW_BYTES + longest + 200, `${bytes} bytes under way`)
  }

  #check(id: string, message: Received): void {
    const client = this.#clients.get(id)
    if (message.type === 'lagged') {
      if (client !== undefined) client.dropped += message.dropped ?? 0
      for (const stream of message.streams ?? []) {
        const known = client?.known.get(stream)
        if (known !== undefined) known.isLagged = true
      }
    }
    const { stream, seq = 0, snapshot } = message
    if (stream === undefined) return
    const known = client?.known.get(stream)
    assert.ok(known !== undefined, `${id} gets ${stream}, which is not set`)
    const event = this.#pushed.get(stream)?.[seq - 1]
    assert.ok(event !== undefined)
    if (message.body_b64 !== undefined)
      assert.ok(Buffer.from(event.body).equals(Buffer.from(message.body_b64, 'base64')))
    assert.ok(seq > known.lastSeq, `${id}: ${stream}#${seq} after #${known.lastSeq}`)
    if (streamKindOf(stream) !== 'value' && snapshot === undefined) {
      const isNext = seq === Math.max(known.lastSeq, known.sinceSeq) + 1
      assert.ok(isNext || known.isLagged, `${id}: ${stream}#${seq} after #${known.lastSeq} without lagged`)
      known.isLagged = false
      known.events += 1
    }
    known.lastSeq = seq
  }
}
