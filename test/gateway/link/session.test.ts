import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALL_DEADLINE_MS } from '../../../src/gateway/link/timing.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { encodeFrame } from '../../../src/wire/frame.ts'
import { initConnectReply, replyFrame, Rig, sha1 } from './fake-link.ts'

function readyRig(): Rig {
  const rig = new Rig()
  rig.connect()
  return rig
}

test('a call made before the link is up is sent once it is, and gets its reply', () => {
  const rig = new Rig()
  const call = rig.call()
  assert.equal(rig.connects.length, 1)
  rig.connect()
  rig.receive(replyFrame(3004, rig.lastSent(3004).header.serial, new Uint8Array([8, 0])))
  assert.equal(rig.codeOf(call), 'ok')
})

test('a reply must carry both the protocol id and the serial of its call', () => {
  const rig = readyRig()
  const call = rig.call(3004)
  const { serial } = rig.lastSent(3004).header
  rig.receive(replyFrame(3006, serial, new Uint8Array([1])))
  rig.receive(replyFrame(3004, serial + 1000, new Uint8Array([1])))
  assert.equal(rig.codeOf(call), 'open')
  assert.equal(rig.session.calls.counts.repliesUnmatched, 2)
  rig.receive(replyFrame(3004, serial, new Uint8Array([1])))
  assert.equal(rig.codeOf(call), 'ok')
})

/** Read through a function, so that one assertion does not narrow the next. */
function stageOf(rig: Rig): string {
  return rig.session.stage.name
}

const stages: readonly { name: string; code: string; run: (rig: Rig) => void }[] = [
  { name: 'a refused port', code: 'gateway.connect_failed', run: (rig) => rig.cut('refused') },
  { name: 'a port that never answers', code: 'gateway.connect_timeout', run: (rig) => rig.pass(CALL_DEADLINE_MS) },
  {
    name: 'a mute server',
    code: 'gateway.init_timeout',
    run: (rig) => {
      rig.opened()
      rig.pass(CALL_DEADLINE_MS)
    },
  },
  {
    name: 'a server that closes instead of greeting',
    code: 'gateway.init_rejected',
    run: (rig) => {
      rig.opened()
      rig.cut()
    },
  },
  {
    name: 'a server that refuses InitConnect',
    code: 'gateway.init_rejected',
    run: (rig) => {
      rig.opened()
      const refusal = encodeMessage('InitConnect.Response', { retType: -1, retMsg: 'too many connections' })
      rig.receive(replyFrame(1001, rig.lastSent(1001).header.serial, refusal))
    },
  },
  {
    name: 'garbage',
    code: 'gateway.bad_frame',
    run: (rig) => {
      rig.opened()
      rig.receive(new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
    },
  },
  {
    name: 'a length over the bound',
    code: 'gateway.bad_frame',
    run: (rig) => {
      rig.opened()
      const head = encodeFrame({ protoId: 1001, serial: 1 }, new Uint8Array(), new Uint8Array(20))
      new DataView(head.buffer).setUint32(12, 0xff_ff_ff_ff, true)
      rig.receive(head)
    },
  },
  {
    name: 'a wrong digest',
    code: 'gateway.bad_digest',
    run: (rig) => {
      rig.opened()
      const frame = initConnectReply(rig.lastSent(1001).header.serial)
      frame.set(new Uint8Array(20), 16)
      rig.receive(frame)
    },
  },
]

for (const { name, code, run } of stages) {
  test(`${name} ends a waiting call with ${code}, within its deadline, and the link comes back`, () => {
    const rig = new Rig()
    const call = rig.call()
    const startMs = rig.nowMs
    run(rig)
    assert.equal(rig.codeOf(call), code)
    assert.ok(rig.nowMs - startMs <= CALL_DEADLINE_MS)
    assert.equal(rig.sentCount(3004), 0, 'nothing was sent')
    const attempts = rig.connects.length
    rig.pass(60_000)
    assert.ok(rig.connects.length > attempts)
  })
}

test('a cut in mid-call ends the call as disconnected and sends it never again', () => {
  const rig = readyRig()
  const call = rig.call()
  rig.cut()
  assert.equal(rig.codeOf(call), 'gateway.disconnected')
  rig.connect()
  assert.equal(stageOf(rig), 'ready')
  assert.equal(rig.sentCount(3004), 1)
})

test('a call without a reply ends at its deadline, and a late reply harms nobody', () => {
  const rig = readyRig()
  const first = rig.call()
  const { serial } = rig.lastSent(3004).header
  // Heartbeats stay unanswered for as long, so the link is then given up as well.
  rig.pass(CALL_DEADLINE_MS)
  assert.equal(rig.codeOf(first), 'gateway.call_timeout')
  const second = rig.call()
  rig.receive(replyFrame(3004, serial, new Uint8Array([1])))
  assert.equal(rig.codeOf(second), 'open')
})

test('a link on which heartbeats stay unanswered is dropped and made anew', () => {
  const rig = readyRig()
  rig.pass(8_000 + CALL_DEADLINE_MS)
  assert.equal(rig.session.lastFailure?.code, 'gateway.silent')
  assert.ok(rig.closed.includes(1))
})

test('heartbeats go out at four fifths of the interval that OpenD states', () => {
  const rig = readyRig()
  for (let beat = 1; beat <= 5; beat++) {
    rig.pass(7_999)
    assert.equal(rig.sentCount(1004), beat - 1)
    rig.pass(1)
    assert.equal(rig.sentCount(1004), beat)
    const time = encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
    rig.receive(replyFrame(1004, rig.lastSent(1004).header.serial, time))
  }
})

test('failed attempts back off up to 30 s, and a good link resets the backoff', () => {
  const rig = new Rig(() => 1)
  const delays: number[] = []
  rig.tick()
  for (let attempt = 0; attempt < 12; attempt++) {
    const failedMs = rig.nowMs
    rig.cut()
    const { stage } = rig.session
    assert.equal(stage.name, 'waiting')
    const delayMs = stage.attemptAtMs - failedMs
    delays.push(delayMs)
    rig.pass(delayMs)
  }
  assert.deepEqual(delays.slice(0, 8), [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000])
  assert.equal(delays.at(-1), 30_000)
  rig.connect()
  rig.tick(7_999)
  rig.receive(replyFrame(1004, 0, new Uint8Array([1])))
  rig.tick(2_001)
  rig.cut()
  const { stage } = rig.session
  assert.ok(stage.name === 'waiting' && stage.attemptAtMs - rig.nowMs === 250)
})

test('a call brings the next attempt forward, but attempts stay a second apart', () => {
  const rig = new Rig(() => 1)
  rig.tick()
  for (let attempt = 0; attempt < 10; attempt++) {
    rig.cut()
    rig.pass(30_000)
  }
  rig.cut()
  const failedMs = rig.nowMs
  rig.call()
  const attempts = rig.connects.length
  rig.pass(999)
  assert.equal(rig.connects.length, attempts)
  rig.pass(1)
  assert.equal(rig.connects.at(-1)?.atMs, failedMs + 1_000)
})

test('events of an old link change nothing', () => {
  const rig = readyRig()
  const oldLink = rig.linkId
  rig.cut()
  rig.connect()
  const call = rig.call()
  rig.receive(new TextEncoder().encode('garbage that would end a link'), oldLink)
  rig.perform(rig.session.closed(oldLink, 'late', rig.nowMs))
  assert.equal(stageOf(rig), 'ready')
  assert.equal(rig.codeOf(call), 'open')
})

test('parking lets calls that were sent finish, takes no new ones, and stays down until reload', () => {
  const rig = readyRig()
  const before = rig.call()
  rig.perform(rig.session.park(rig.nowMs))
  const after = rig.call()
  assert.equal(rig.codeOf(after), 'gateway.parked')
  assert.equal(stageOf(rig), 'ready')
  rig.receive(replyFrame(3004, rig.lastSent(3004).header.serial, new Uint8Array([1])))
  assert.equal(rig.codeOf(before), 'ok')
  assert.equal(stageOf(rig), 'parked')
  assert.equal(rig.session.nextWakeMs(), null)
  rig.perform(rig.session.reload(rig.nowMs))
  assert.equal(stageOf(rig), 'connecting')
})

test('a notification makes the login state be read again, one look at a time', () => {
  const rig = readyRig()
  const looks = rig.sentCount(1002)
  const notify = replyFrame(1003, 0, encodeMessage('Notify.Response', { retType: 0, s2c: { type: 3 } }))
  rig.receive(notify)
  rig.receive(notify)
  assert.equal(rig.sentCount(1002), looks, 'the look at the start is still unanswered')
  assert.deepEqual(rig.pushes, [1003, 1003])
})

test('order calls carry the connection id and the frame serial of this link, whatever the caller sent', () => {
  const rig = readyRig()
  const body = encodeMessage('Trd_PlaceOrder.Request', {
    c2s: {
      packetID: { connID: 12_345n, serialNo: 1 },
      header: { trdEnv: 0, accID: 9_007_199_254_740_993n, trdMarket: 1 },
      trdSide: 1,
      orderType: 1,
      code: '00700',
      qty: 100,
      price: 300,
    },
  })
  rig.call(2202, body)
  const { header, body: sent } = rig.lastSent(2202)
  const expected = encodeMessage('Trd_PlaceOrder.Request', {
    c2s: {
      packetID: { connID: 4_611_686_018_427_387_905n, serialNo: header.serial },
      header: { trdEnv: 0, accID: 9_007_199_254_740_993n, trdMarket: 1 },
      trdSide: 1,
      orderType: 1,
      code: '00700',
      qty: 100,
      price: 300,
    },
  })
  assert.deepEqual(Buffer.from(sent), Buffer.from(expected))
  assert.deepEqual(Buffer.from(header.digest), Buffer.from(sha1(sent)))
})

test('a login poll whose reply is lost ends with its deadline, and the next heartbeat polls again', () => {
  const rig = readyRig()
  const answerHeartbeats = (): void => {
    const time = encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
    rig.receive(replyFrame(1004, rig.lastSent(1004).header.serial, time))
  }
  for (let beat = 0; beat < 2; beat++) {
    rig.pass(8_000)
    answerHeartbeats()
  }
  assert.equal(rig.session.login.state, null)
  assert.equal(rig.sentCount(1002), 2)
  const s2c = {
    ...{ marketHK: 0, marketUS: 0, marketSH: 0, marketSZ: 0, marketHKFuture: 0, time: 1n },
    ...{ serverVer: 1011, serverBuildNo: 1, qotLogined: true, trdLogined: true },
  }
  const reply = encodeMessage('GetGlobalState.Response', { retType: 0, s2c })
  rig.receive(replyFrame(1002, rig.lastSent(1002).header.serial, reply))
  assert.deepEqual(rig.session.login.state, { quote: true, trade: true, program: null })
})

test('attempts, links that came up and links that were lost are counted apart', () => {
  const rig = new Rig()
  const counts = (): unknown => ({ ...rig.session.counts, pushes: undefined })
  rig.tick()
  rig.cut('refused')
  assert.deepEqual(counts(), { attempts: 1, connects: 0, linksLost: 0, pushes: undefined })
  assert.equal(rig.session.linkGeneration, 0)
  rig.connect()
  assert.deepEqual(counts(), { attempts: 2, connects: 1, linksLost: 0, pushes: undefined })
  rig.cut()
  assert.deepEqual(counts(), { attempts: 2, connects: 1, linksLost: 1, pushes: undefined })
  assert.equal(rig.session.linkGeneration, 1)
  rig.connect()
  assert.equal(rig.session.linkGeneration, 2)
})
