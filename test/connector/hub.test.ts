import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectorEvent, ConnectorSocket } from '../../src/connector/connector-socket.ts'
import { ConnectorHub, MAX_CONNECTORS } from '../../src/connector/hub.ts'
import { CloseCode, readMessage, writeMessage } from '../../src/connector/messages.ts'
import { FAIL_BACK_AFTER_MS } from '../../src/connector/order.ts'

interface Socket extends ConnectorSocket {
  readonly sent: (string | Uint8Array)[]
  closedWith: number | null
  heardMs: number | null
}

/** A hub with connectors that answer, or whose OpenD is down. */
class Rig {
  nowMs = 1_000_000
  isIdle = true
  available = 0
  readonly events: ConnectorEvent[] = []
  readonly closed: string[] = []
  opened = 0
  timer: (() => void) | null = null
  readonly hub: ConnectorHub

  constructor(names: readonly string[] = []) {
    this.hub = new ConnectorHub({
      names,
      timers: {
        nowMs: () => this.nowMs,
        after: (_delayMs, run) => {
          this.timer = run
          return () => (this.timer = null)
        },
      },
      firstStream: 7,
      isIdle: () => this.isIdle,
      onAvailable: () => void this.available++,
      onEvent: (event) => void this.events.push(event),
    })
  }

  add(name: string): Socket {
    const sent: (string | Uint8Array)[] = []
    const socket: Socket = {
      name,
      caller: `key:${name}`,
      connectedAtMs: this.nowMs++,
      sent,
      closedWith: null,
      heardMs: null,
      send: (message) => void sent.push(message),
      close: (code) => (socket.closedWith = code),
      heardAtMs: () => socket.heardMs,
    }
    assert.equal(this.hub.add(socket), true)
    return socket
  }

  /** Opens a link and lets its connector answer; returns the name of the connector. */
  connect(sockets: readonly Socket[], isUp = true): string {
    const before = sockets.map(({ sent }) => sent.length)
    this.hub.connect({
      opened: () => void this.opened++,
      received: () => undefined,
      closed: (detail) => void this.closed.push(detail),
    })
    const chosen = sockets.find(({ sent }, index) => sent.length > (before[index] ?? 0))
    const open = readMessage(String(chosen?.sent.at(-1)))
    assert.ok(chosen !== undefined && open?.type === 'open')
    const { stream } = open
    const answer = isUp ? { type: 'opened' as const, stream } : { type: 'ended' as const, stream, reason: 'down' }
    this.hub.message(chosen, writeMessage(answer))
    return chosen.name
  }
}

test('the configured order decides, then the order of arrival', () => {
  const rig = new Rig(['home', 'office'])
  const sockets = [rig.add('other'), rig.add('office'), rig.add('home')]
  assert.equal(rig.connect(sockets), 'home')
  assert.deepEqual(
    rig.hub.views().map(({ name, state }) => `${name} ${state}`),
    ['home active', 'office standby', 'other standby'],
  )
})

test('a connector whose OpenD is down is passed over, with its reason in the error, and is tried when it is alone', () => {
  const rig = new Rig(['home', 'office'])
  const home = rig.add('home')
  const office = rig.add('office')
  assert.equal(rig.connect([home, office], false), 'home')
  assert.deepEqual(rig.closed, ['the connector home reports: down'])
  assert.equal(rig.connect([home, office]), 'office')
  rig.hub.closed(office, 'it closed the connection (1006)')
  assert.equal(rig.connect([home, office]), 'home')
})

test('a take-over is an event and is counted; the first link and a return of the same one are not', () => {
  const rig = new Rig()
  const a = rig.add('a')
  const b = rig.add('b')
  rig.connect([a, b])
  rig.hub.closed(a, 'gone')
  rig.connect([a, b])
  assert.equal(rig.hub.takeOvers, 1)
  assert.deepEqual(
    rig.events.map(({ kind, name }) => `${kind} ${name}`),
    ['connected a', 'connected b', 'disconnected a', 'take_over b'],
  )
})

test('the link goes back to a better connector after its OpenD was reachable for a while, and only between calls', () => {
  const rig = new Rig(['home', 'office'])
  const office = rig.add('office')
  rig.connect([office])
  const home = rig.add('home')
  rig.hub.message(home, writeMessage({ type: 'opend', isUp: true, reason: '' }))
  rig.nowMs += FAIL_BACK_AFTER_MS / 2
  home.heardMs = rig.nowMs
  office.heardMs = rig.nowMs
  // It flaps: its time starts anew.
  rig.hub.message(home, writeMessage({ type: 'opend', isUp: false, reason: 'down' }))
  rig.hub.message(home, writeMessage({ type: 'opend', isUp: true, reason: '' }))
  rig.nowMs += FAIL_BACK_AFTER_MS - 1
  home.heardMs = rig.nowMs
  office.heardMs = rig.nowMs
  rig.hub.check()
  assert.deepEqual(rig.closed, [])
  rig.nowMs += 1
  rig.isIdle = false
  rig.hub.check()
  assert.deepEqual(rig.closed, [])
  rig.isIdle = true
  rig.hub.check()
  assert.deepEqual(rig.closed, ['the link moves back to the connector home'])
  assert.equal(rig.connect([home, office]), 'home')
})

test('without a connector the error says what to do, and why the last one went', () => {
  const rig = new Rig()
  rig.nowMs += 60_000
  const connect = () => rig.hub.connect({ opened() {}, received() {}, closed() {} })
  assert.throws(connect, /^Error: no connector is connected: run npm run connector beside OpenD$/)
  rig.hub.closed(rig.add('home'), 'its token is revoked')
  rig.nowMs += 60_000
  assert.throws(connect, /the last one: home, its token is revoked/)
})

test('a connector that was there just now is waited for, and the link goes on with it; but not for long', () => {
  const rig = new Rig()
  rig.hub.closed(rig.add('home'), 'gone')
  const closed: string[] = []
  const listen = {
    opened: () => void rig.opened++,
    received() {},
    closed: (detail: string) => void closed.push(detail),
  }
  const link = rig.hub.connect(listen)
  const home = rig.add('home')
  const open = readMessage(String(home.sent[0]))
  assert.ok(open?.type === 'open')
  rig.hub.message(home, writeMessage({ type: 'opened', stream: open.stream }))
  assert.equal(rig.opened, 1)
  link.send(Uint8Array.of(1, 2, 3))
  assert.equal(home.sent.length, 2)
  rig.hub.closed(home, 'gone again')
  rig.hub.connect(listen)
  rig.timer?.()
  assert.match(closed.at(-1) ?? '', /no connector is connected/)
  rig.hub.connect(listen).close()
  assert.equal(rig.timer, null, 'a link that is given up waits for nothing')
})

test('a second connector of the same name replaces the first, and its link ends', () => {
  const rig = new Rig()
  const first = rig.add('home')
  rig.connect([first])
  rig.add('home')
  assert.equal(first.closedWith, CloseCode.Replaced)
  assert.equal(rig.closed.length, 1)
  assert.equal(rig.hub.views().length, 1)
})

test('a silent connector, and one that sends anything else, are ended; more than eight are not let in', () => {
  const rig = new Rig()
  const silent = rig.add('silent')
  const alive = rig.add('alive')
  rig.nowMs += 61_000
  alive.heardMs = rig.nowMs
  rig.hub.check()
  assert.deepEqual([silent.closedWith, alive.closedWith], [CloseCode.Broken, null])
  rig.hub.message(alive, '{"type":"order"}')
  assert.equal(alive.closedWith, CloseCode.Broken)
  for (let count = 0; count < MAX_CONNECTORS; count++) rig.add(`c${count}`)
  assert.equal(rig.hub.add({ ...alive, name: 'more' }), false)
})

test('a connector that comes while there is no link, or whose OpenD comes back, is used at once', () => {
  const rig = new Rig()
  const home = rig.add('home')
  assert.equal(rig.available, 1)
  rig.hub.message(home, writeMessage({ type: 'opend', isUp: true, reason: '' }))
  assert.equal(rig.available, 2)
})

test('nothing that a connector sends makes the hub throw', () => {
  const rig = new Rig()
  const home = rig.add('home')
  rig.connect([home])
  for (const bytes of [new Uint8Array(0), new Uint8Array(4), Uint8Array.of(0, 0, 0, 9, 1)]) rig.hub.message(home, bytes)
  rig.hub.message(home, '{')
  assert.equal(home.closedWith, CloseCode.Broken)
})
