import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectorEffect, ConnectorMachine } from '../../src/connector/machine.ts'
import { CloseCode, PING, PONG, writeMessage } from '../../src/connector/messages.ts'
import { CONNECTOR_TIMING } from '../../src/connector/timing.ts'

/** Drives a connector by hand: virtual time, and a gateway that answers pings unless it is told not to. */
class Rig {
  nowMs = 1_000_000
  answersPings = true
  readonly machine: ConnectorMachine
  readonly effects: ConnectorEffect[] = []
  readonly dialsMs: number[] = []
  attempt = 0

  constructor(random: () => number = () => 0.5) {
    this.machine = new ConnectorMachine({ edge: 'the gateway', opend: 'localhost:11111' }, random, this.nowMs)
    this.pass(0)
  }

  perform(effects: readonly ConnectorEffect[]): void {
    for (const effect of effects) {
      this.effects.push(effect)
      if (effect.kind === 'dial_edge') {
        this.attempt = effect.attempt
        this.dialsMs.push(this.nowMs)
      }
      if (effect.kind === 'send' && effect.message === PING && this.answersPings) this.edge(PONG)
    }
  }

  /** Lets time pass from one wake-up to the next. */
  pass(totalMs: number): void {
    const endMs = this.nowMs + totalMs
    while (this.machine.nextWakeMs() <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.machine.nextWakeMs())
      this.perform(this.machine.tick(this.nowMs))
    }
    this.nowMs = endMs
  }

  connect(): void {
    this.perform(this.machine.edgeOpened(this.attempt, this.nowMs))
  }

  edge(message: string | Uint8Array): void {
    this.perform(this.machine.edgeMessage(this.attempt, message, this.nowMs))
  }

  lose(end: { readonly detail: string; readonly code?: number; readonly status?: number }): void {
    this.perform(this.machine.edgeClosed(this.attempt, end, this.nowMs))
  }

  get logs(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'log' ? [effect.text] : []))
  }

  get sent(): readonly (string | Uint8Array)[] {
    return this.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []))
  }
}

test('attempts that fail come with growing waits up to half a minute, and at once after a good connection', () => {
  const rig = new Rig(() => 1)
  for (let i = 0; i < 10; i++) {
    rig.lose({ detail: 'ECONNREFUSED' })
    rig.pass(30_000)
  }
  const waits = rig.dialsMs.slice(1).map((atMs, index) => atMs - (rig.dialsMs[index] ?? 0))
  assert.ok(
    waits.every((waitMs, index) => waitMs >= (index === 0 ? 0 : 250) && waitMs <= 30_000),
    waits.join(),
  )
  rig.pass(30_000)
  rig.connect()
  rig.pass(60_000)
  const lostMs = rig.nowMs
  rig.lose({ detail: 'reset' })
  rig.pass(1_000)
  assert.ok((rig.dialsMs.at(-1) ?? 0) - lostMs <= 250)
})

test('connectors that lose their gateway together do not come back together', () => {
  const first = [0, 1].map((random) => {
    const rig = new Rig(() => random)
    rig.lose({ detail: 'reset' })
    rig.pass(10_000)
    return rig.dialsMs[1]
  })
  assert.notEqual(first[0], first[1])
})

test('a half-open connection is found within 25 s, one that answers lives', () => {
  const rig = new Rig()
  rig.connect()
  rig.pass(600_000)
  assert.deepEqual(rig.logs, ['connected to the gateway'])
  rig.answersPings = false
  const silentMs = rig.nowMs
  rig.pass(25_000)
  assert.match(rig.logs.join('\n'), /no sign of life within 10 s/)
  assert.ok(rig.nowMs - silentMs <= CONNECTOR_TIMING.pingMs + CONNECTOR_TIMING.answerMs)
})

test('after the sleep of a laptop the connection is tried at once, not after the next interval', () => {
  const rig = new Rig()
  rig.connect()
  rig.pass(1_000)
  rig.answersPings = false
  rig.nowMs += 3_600_000
  const pings = rig.sent.filter((message) => message === PING).length
  rig.perform(rig.machine.tick(rig.nowMs))
  assert.equal(rig.sent.filter((message) => message === PING).length, pings + 1)
  rig.pass(CONNECTOR_TIMING.answerMs)
  assert.match(rig.logs.at(-1) ?? '', /lost the gateway/)
})

test('a dial that nobody answers is given up', () => {
  const rig = new Rig()
  rig.pass(CONNECTOR_TIMING.dialMs)
  assert.match(rig.logs.at(-1) ?? '', /cannot connect to the gateway: no answer within 10 s/)
})

test('what a person has to mend is logged with the remedy and tried once a minute', () => {
  const cases = [
    [{ detail: 'no', status: 401 }, /give a valid one with the scope gateway/],
    [{ detail: 'no', status: 403 }, /it needs the scope gateway/],
    [{ detail: 'no', code: CloseCode.NotAllowed }, /does not accept the token any more/],
    [{ detail: 'no', code: CloseCode.Replaced }, /give each one its own --name/],
  ] as const
  for (const [end, expected] of cases) {
    const rig = new Rig()
    if ('code' in end) rig.connect()
    rig.lose(end)
    assert.match(rig.logs.at(-1) ?? '', expected)
    rig.pass(CONNECTOR_TIMING.refusedMs - 1)
    assert.equal(rig.dialsMs.length, 1)
    rig.pass(1)
    assert.equal(rig.dialsMs.length, 2)
  }
})

test('an OpenD that cannot be reached is reported with the reason, and the next link is possible', () => {
  const rig = new Rig()
  rig.connect()
  rig.edge(writeMessage({ type: 'open', stream: 5 }))
  rig.perform(rig.machine.opendClosed(5, 'ECONNREFUSED'))
  const reason = 'OpenD at localhost:11111 cannot be reached: ECONNREFUSED'
  assert.equal(rig.sent.at(-1), writeMessage({ type: 'ended', stream: 5, reason }))
  rig.edge(writeMessage({ type: 'open', stream: 6 }))
  rig.perform(rig.machine.opendOpened(6))
  assert.equal(rig.sent.at(-1), writeMessage({ type: 'opened', stream: 6 }))
  rig.edge(writeMessage({ type: 'open', stream: 7 }))
  rig.pass(CONNECTOR_TIMING.opendDialMs)
  assert.match(String(rig.sent.at(-1)), /does not answer/)
})

test('on standby, a change of OpenD is reported once', () => {
  const rig = new Rig()
  rig.connect()
  rig.pass(0)
  for (const detail of ['', '', 'ECONNREFUSED', 'ECONNREFUSED', '']) rig.perform(rig.machine.opendProbed(detail))
  const reports = rig.sent.filter((message) => typeof message === 'string' && message.includes('"opend"'))
  assert.deepEqual(
    reports.map((message) => (JSON.parse(String(message)) as { readonly isUp: boolean }).isUp),
    [true, false, true],
  )
})

test('events of an earlier attempt or link change nothing', () => {
  const rig = new Rig()
  rig.connect()
  rig.edge(writeMessage({ type: 'open', stream: 1 }))
  rig.edge(writeMessage({ type: 'open', stream: 2 }))
  const before = rig.effects.length
  rig.perform(rig.machine.opendOpened(1))
  rig.perform(rig.machine.opendReceived(1, Uint8Array.of(1)))
  rig.perform(rig.machine.opendClosed(1, 'reset'))
  rig.perform(rig.machine.edgeClosed(rig.attempt - 1, { detail: 'old' }, rig.nowMs))
  assert.equal(rig.effects.length, before)
})
