import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_UNSENT_BYTES } from '../../src/base/memory-budget.ts'
import { ConnectorHub } from '../../src/connector/hub.ts'
import { type ConnectorEffect, ConnectorMachine } from '../../src/connector/machine.ts'
import { WINDOW_BYTES } from '../../src/connector/messages.ts'
import type { Link } from '../../src/transport/link.ts'

/**
 * The gateway's side and the connector's side together, with a network between them that holds messages back, an OpenD
 * that sends as fast as it may, and an OpenD that does not read. All sizes are those of the messages under way.
 */
class Pipe {
  readonly hub: ConnectorHub
  readonly machine = new ConnectorMachine({ edge: 'the gateway', opend: 'OpenD' }, () => 0.5, 0)
  /** Messages on their way to the gateway, and to the connector. */
  readonly toEdge: (string | Uint8Array)[] = []
  readonly toConnector: (string | Uint8Array)[] = []
  /** Bytes that OpenD's socket has taken from the connector and OpenD has not read. */
  readonly toOpend: Uint8Array[] = []
  readonly received: number[] = []
  receivedBytes = 0
  written = 0
  isPaused = false
  closed: string | null = null
  link: Link
  #stream = 0
  readonly #socket = {
    name: 'home',
    caller: 'key:home',
    connectedAtMs: 0,
    send: (message: string | Uint8Array) => void this.toConnector.push(message),
    close: () => undefined,
    heardAtMs: () => null,
  }

  constructor() {
    this.hub = new ConnectorHub({
      names: [],
      timers: { nowMs: () => 0, after: () => () => undefined },
      firstStream: 0xff_ff_ff_ff,
      isIdle: () => true,
      onAvailable: () => undefined,
      onEvent: () => undefined,
    })
    this.perform(this.machine.tick(0))
    this.perform(this.machine.edgeOpened(1, 0))
    this.hub.add(this.#socket)
    this.link = this.hub.connect({
      opened: () => undefined,
      received: (bytes) => {
        this.receivedBytes += bytes.length
        for (const byte of bytes.subarray(0, 1)) this.received.push(byte)
      },
      closed: (detail) => (this.closed = detail),
    })
    this.deliverToConnector()
    this.perform(this.machine.opendOpened(this.#stream))
    this.deliverToEdge()
  }

  perform(effects: readonly ConnectorEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.toEdge.push(effect.message)
      if (effect.kind === 'dial_opend') this.#stream = effect.stream
      if (effect.kind === 'flow_opend') this.isPaused = effect.isPaused
      if (effect.kind === 'write_opend') this.toOpend.push(effect.bytes)
    }
  }

  opendSends(bytes: Uint8Array): void {
    this.perform(this.machine.opendReceived(this.#stream, bytes))
  }

  opendReads(): void {
    for (const bytes of this.toOpend.splice(0)) {
      this.written += bytes.length
      this.perform(this.machine.opendTook(this.#stream, bytes.length))
    }
  }

  deliverToEdge(count = Infinity): void {
    for (const message of this.toEdge.splice(0, count)) this.hub.message(this.#socket, message)
  }

  deliverToConnector(): void {
    for (const message of this.toConnector.splice(0)) this.perform(this.machine.edgeMessage(1, message, 0))
  }
}

function sizeOf(messages: readonly (string | Uint8Array)[]): number {
  return messages.reduce((sum, message) => sum + message.length, 0)
}

const CHUNK = 64 * 1024

test('OpenD pushes 10 MB/s into a gateway that stalls: the connector stores a window, and no byte is lost', () => {
  const pipe = new Pipe()
  const chunk = new Uint8Array(CHUNK)
  let sent = 0
  let most = 0
  for (let tick = 0; tick < 1_600; tick++) {
    if (!pipe.isPaused) {
      pipe.opendSends(chunk.fill(tick % 251))
      sent++
    }
    // The gateway stalls for ten seconds of sixteen.
    if (tick % 160 >= 100) {
      pipe.deliverToEdge()
      pipe.deliverToConnector()
    }
    most = Math.max(most, sizeOf(pipe.toEdge))
  }
  pipe.deliverToEdge()
  assert.ok(most <= WINDOW_BYTES + 2 * CHUNK, `${most} bytes were stored`)
  assert.equal(pipe.receivedBytes, sent * CHUNK)
  assert.ok(sent > 300, 'what the gateway reads makes room for more')
})

test('a gateway that sends into an OpenD that does not read ends the link at its bound', () => {
  const pipe = new Pipe()
  const call = new Uint8Array(500)
  let most = 0
  for (let calls = 0; calls < 20_000 && pipe.closed === null; calls++) {
    pipe.link.send(call)
    pipe.deliverToConnector()
    most = Math.max(most, sizeOf(pipe.toOpend) + sizeOf(pipe.toConnector))
  }
  assert.match(pipe.closed ?? '', /does not read/)
  assert.ok(most <= MAX_UNSENT_BYTES + call.length, `${most} bytes were stored`)
})

test('an OpenD that reads slowly gets every byte of the calls, in order', () => {
  const pipe = new Pipe()
  for (let calls = 0; calls < 20_000; calls++) {
    pipe.link.send(new Uint8Array(500))
    if (calls % 1_000 !== 0) continue
    pipe.deliverToConnector()
    pipe.opendReads()
    pipe.deliverToEdge()
  }
  pipe.deliverToConnector()
  pipe.opendReads()
  assert.equal(pipe.closed, null)
  assert.equal(pipe.written, 20_000 * 500)
})

test('however messages are delayed, bytes arrive whole and in order', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.constant('edge'), fc.constant('connector')))
  fc.assert(
    fc.property(steps, (all) => {
      const pipe = new Pipe()
      const expected: number[] = []
      let bytes = 0
      for (const step of all) {
        if (step === 'edge') pipe.deliverToEdge(1)
        else if (step === 'connector') pipe.deliverToConnector()
        else if (typeof step === 'number' && !pipe.isPaused) {
          pipe.opendSends(new Uint8Array(step).fill(expected.length % 251))
          expected.push(expected.length % 251)
          bytes += step
        }
      }
      pipe.deliverToEdge()
      assert.deepEqual(pipe.received, expected)
      assert.equal(pipe.receivedBytes, bytes)
    }),
    { numRuns: 300 },
  )
})
