import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Timers } from '../../src/base/time/timers.ts'
import { FailBack, RETURN_AFTER_MS } from '../../src/gateway/fail-back.ts'
import type { Transport } from '../../src/gateway/link/framing.ts'
import { OpendClient, OWN_CALL } from '../../src/gateway/opend-client.ts'
import type { LinkListener } from '../../src/transport/link.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { initConnectReply, replyFrame } from './link/fake-link.ts'
import { plainRoute } from './link/plain-route.ts'

/** Timers of a virtual clock. */
class Clock implements Timers {
  #nowMs = 1_000_000
  #due: { readonly atMs: number; readonly run: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run }
    this.#due.push(timer)
    return () => (this.#due = this.#due.filter((one) => one !== timer))
  }

  async pass(totalMs: number): Promise<void> {
    const endMs = this.#nowMs + totalMs
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const [next] = this.#due.toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > endMs) break
      this.#due = this.#due.filter((one) => one !== next)
      this.#nowMs = next.atMs
      next.run()
    }
    this.#nowMs = endMs
  }
}

/** An OpenD at one address: it can be down, and it can leave calls without an answer. */
class Opend {
  isUp = true
  answersCalls = true
  open = 0
  readonly #listeners = new Set<LinkListener>()

  transport(name: string): Transport {
    return {
      ...plainRoute(),
      name,
      connect: (listener) => {
        if (!this.isUp) throw new Error('refused')
        this.#listeners.add(listener)
        this.open++
        const end = (): void => {
          if (this.#listeners.delete(listener)) this.open--
        }
        queueMicrotask(() => listener.opened())
        return { send: (bytes) => queueMicrotask(() => this.#answer(listener, bytes)), close: end }
      },
    }
  }

  fall(): void {
    this.isUp = false
    for (const listener of [...this.#listeners]) {
      this.#listeners.delete(listener)
      this.open--
      listener.closed('cut')
    }
  }

  #answer(listener: LinkListener, bytes: Uint8Array): void {
    for (const { header } of new Deframer().push(bytes).frames) {
      const { protoId, serial } = header
      if (!this.#listeners.has(listener)) return
      if (protoId === 1001) listener.received(initConnectReply(serial))
      else if (protoId === 1004) {
        const time = encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
        listener.received(replyFrame(protoId, serial, time))
      } else if (this.answersCalls) listener.received(replyFrame(protoId, serial, Uint8Array.of(8, 0)))
    }
  }
}

function twoWays() {
  const clock = new Clock()
  const [first, second] = [new Opend(), new Opend()]
  const transports = [first.transport('first'), second.transport('second')] as const
  const ups: string[] = []
  const client = new OpendClient({
    session: { random: () => 0.5 },
    isParked: false,
    transports,
    timers: clock,
    subscriber: {
      linkReady: () => {
        ups.push(client.transport.name)
        failBack.linkReady()
      },
      linkLost: () => failBack.stop(),
      push: () => undefined,
      lateReply: () => undefined,
      orderSent: () => undefined,
    },
  })
  const failBack = new FailBack(client, { transports: [...transports], timers: clock, random: () => 0.5 })
  return { clock, first, second, client, ups }
}

test('the link moves to the second way when the first falls, and back when the first has been up for a minute', async () => {
  const { clock, first, second, client, ups } = twoWays()
  client.tick()
  await clock.pass(20_000)
  first.fall()
  await clock.pass(10_000)
  assert.deepEqual(ups, ['first', 'second'])
  first.isUp = true
  await clock.pass(RETURN_AFTER_MS - 1_000)
  assert.deepEqual(ups, ['first', 'second'], 'not before it has been up for a minute')
  await clock.pass(60_000)
  assert.deepEqual(ups, ['first', 'second', 'first'])
  assert.deepEqual([first.open, second.open], [1, 0], 'one connection is left')
})

test('a first way that comes and goes does not move the link', async () => {
  const { clock, first, client, ups } = twoWays()
  first.isUp = false
  client.tick()
  await clock.pass(5_000)
  for (let i = 0; i < 20; i++) {
    first.isUp = true
    await clock.pass(RETURN_AFTER_MS / 2)
    first.fall()
    await clock.pass(5_000)
  }
  assert.deepEqual(ups, ['second'])
})

test('a call in flight is not lost by the return', async () => {
  const { clock, first, second, client, ups } = twoWays()
  first.isUp = false
  client.tick()
  await clock.pass(5_000)
  first.isUp = true
  const outcomes: boolean[] = []
  for (let i = 0; i < 30; i++) {
    second.answersCalls = i % 2 === 0
    void client.send(1005, new Uint8Array(), OWN_CALL).then((outcome) => outcomes.push(outcome.ok))
    await clock.pass(5_000)
  }
  await clock.pass(60_000)
  assert.equal(client.session.counts.linksLost, 0)
  assert.deepEqual(ups, ['second', 'first'])
})
