import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseFaultScript } from '../../../src/simulator/session/fault-script.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

/** A bench whose script is given as a person would write it. */
function benchWith(...rules: object[]): Bench {
  const script = parseFaultScript(JSON.stringify(rules))
  assert.ok(script.ok, script.ok ? '' : script.problem)
  return new Bench({ faults: script.rules })
}

const SUBSCRIBE = {
  securityList: [{ market: 1, code: '00700' }],
  subTypeList: [1],
  isSubOrUnSub: true,
}

function used(bench: Bench): number | undefined {
  return bench.login().call('Qot_GetSubInfo', {}).s2c?.totalUsedQuota
}

/** What a client sees of a faulted Qot_Sub: its reply, whether the connection stands, whether OpenD acted. */
function outcome(fault: object): {
  reply: number | null
  isOpen: boolean
  acted: boolean
  client: TcpClient
  bench: Bench
} {
  const bench = benchWith({ id: 3001, nth: 1, ...fault })
  const client = bench.login()
  const reply = client.attempt('Qot_Sub', SUBSCRIBE)
  return { reply: reply?.retType ?? null, isOpen: client.closed === null, acted: used(bench) === 1, client, bench }
}

test('each fault does what it says: to the reply, to the connection, to the state', () => {
  const table = [
    [{ do: 'drop-request' }, null, true, false],
    [{ do: 'drop-reply' }, null, true, true],
    [{ do: 'cut-before' }, null, false, false],
    [{ do: 'cut-after' }, null, false, true],
    [{ do: 'cut-after-reply' }, 0, false, true],
    [{ do: 'half-frame' }, null, false, true],
    [{ do: 'garbage' }, null, true, true],
    [{ do: 'delay', ms: 500 }, null, true, true],
    [{ do: 'trickle', everyMs: 10 }, null, true, true],
    [{ do: 'mute' }, null, true, false],
    [{ do: 'restart' }, null, false, false],
    [{ do: 'quota-exhausted' }, -1, true, false],
    [{ do: 'rate-exceeded' }, -1, true, false],
    [{ do: 'kick-login' }, -1, true, false],
    [{ do: 'lose-login' }, -200, true, false],
  ] as const
  for (const [fault, reply, isOpen, acted] of table) {
    const seen = outcome(fault)
    if (fault.do === 'kick-login' || fault.do === 'lose-login') seen.bench.opend.setLogin('in')
    const actedNow = fault.do.endsWith('login') ? used(seen.bench) === 1 : seen.acted
    assert.deepEqual([seen.reply, seen.isOpen, actedNow], [reply, isOpen, acted], fault.do)
  }
})

test('a delayed reply comes on time, after the replies to later calls', () => {
  const { client, bench } = outcome({ do: 'delay', ms: 500 })
  assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
  bench.pass(499)
  assert.equal(client.frames.length, 0)
  assert.equal(bench.opend.nextWakeMs(bench.nowMs), bench.nowMs + 1)
  bench.pass(1)
  assert.equal(client.frames.length, 1)
})

test('a trickling reply comes byte by byte and is whole in the end', () => {
  const { client, bench } = outcome({ do: 'trickle', everyMs: 10 })
  const before = client.bytes.length
  bench.pass(100)
  assert.equal(client.bytes.length - before, 11, 'one at once and one every 10 ms')
  bench.pass(2000)
  assert.equal(client.frames.length, 1)
  assert.equal(client.broken, null)
})

test('half a frame is the first half, and then the end', () => {
  const { client } = outcome({ do: 'half-frame' })
  assert.equal(client.frames.length, 0)
  assert.equal(client.broken, null)
  assert.match(client.closed ?? '', /half/)
})

test('garbage breaks the stream, a wrong SHA-1 only the frame', () => {
  assert.notEqual(outcome({ do: 'garbage' }).client.broken, null)
  const bench = benchWith({ id: 1004, do: 'wrong-sha1' })
  const client = bench.login()
  client.send('KeepAlive', { time: 1n })
  assert.equal(client.frames.length, 1)
  assert.throws(() => client.take('KeepAlive', client.frames[0]?.header.serial ?? 0), /SHA-1/)
})

test('a mute connection says nothing more, not even pushes, and the others are served', () => {
  const bench = benchWith({ id: 1004, nth: 2, do: 'mute' })
  const [client, other] = [bench.login({ recvNotify: true }), bench.login()]
  client.call('KeepAlive', { time: 1n })
  assert.equal(client.attempt('KeepAlive', { time: 1n }), null)
  assert.equal(client.attempt('GetGlobalState', { userID: 0n }), null)
  bench.opend.setLogin('lost')
  assert.equal(client.frames.length, 0)
  assert.equal(other.call('KeepAlive', { time: 1n }).retType, 0)
})

test('a restart cuts everyone and keeps the quota', () => {
  const bench = benchWith({ id: 1004, nth: 1, do: 'restart' })
  const [one, other] = [bench.login(), bench.login()]
  other.call('Qot_Sub', SUBSCRIBE)
  one.attempt('KeepAlive', { time: 1n })
  assert.ok(one.closed !== null && other.closed !== null)
  const client = bench.login()
  assert.equal(client.call('Qot_GetSubInfo', {}).s2c?.totalUsedQuota, 1)
  assert.deepEqual(client.call('Qot_GetSubInfo', {}).s2c?.connSubInfoList?.[0]?.subInfoList, [])
})

test('the n-th call is counted over all connections from the moment the script was set', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  one.call('KeepAlive', { time: 1n })
  const script = parseFaultScript('[{"id":1004,"nth":3,"do":"drop-reply"}]')
  assert.ok(script.ok)
  bench.opend.setFaults(script.rules)
  const seen = [one, other, one, other].map((client) => client.attempt('KeepAlive', { time: 1n }) !== null)
  assert.deepEqual(seen, [true, true, false, true])
})

test("a refusal on command has OpenD's words for the call", () => {
  const bench = benchWith({ id: 3209, do: 'rate-exceeded' }, { id: 3001, do: 'quota-exhausted' })
  const client = bench.login()
  const chain = client.call('Qot_GetOptionChain', {
    owner: { market: 1, code: '00700' },
    beginTime: '2026-11-01',
    endTime: '2026-11-30',
  })
  assert.equal(chain.retMsg, '获取期权链频率太高，请求失败，每30秒最多10次。')
  assert.equal(client.call('Qot_Sub', SUBSCRIBE).retMsg, '订阅额度不足，订阅失败，已用订阅额度：1000/1000')
})

test('InitConnect can fail too', () => {
  const bench = benchWith({ id: 1001, nth: 1, do: 'cut-before' }, { id: 1001, nth: 2, do: 'rate-exceeded' })
  const first = bench.connect()
  assert.equal(first.attempt('InitConnect', { clientVer: 1, clientID: 'x' }), null)
  assert.ok(first.closed !== null)
  const second = bench.connect()
  assert.equal(second.init().retType, -1)
  assert.equal(second.init().retType, 0, 'a refused InitConnect can be tried again')
})

test('a script that could not work is refused with the place and the reason', () => {
  const table = [
    ['{', /not JSON/],
    ['{}', /not an array/],
    ['[1]', /rule 0: not an object/],
    ['[{"do":"mute"},{"do":"explode"}]', /rule 1: "do" must be one of delay, /],
    ['[{"do":"mute","id":"2202"}]', /"id" must be/],
    ['[{"do":"mute","nth":0}]', /"nth" must be/],
    ['[{"do":"mute","nth":1.5}]', /"nth" must be/],
    ['[{"do":"mute","mss":5}]', /unknown member "mss"/],
    ['[{"do":"mute","ms":5}]', /unknown member "ms"/],
    ['[{"do":"delay"}]', /"delay" needs "ms"/],
    ['[{"do":"delay","ms":-1}]', /"delay" needs "ms"/],
    ['[{"do":"trickle","ms":1}]', /unknown member "ms"/],
    [JSON.stringify(Array.from({ length: 1001 }, () => ({ do: 'mute' }))), /more than 1000/],
  ] as const
  for (const [text, problem] of table) {
    const script = parseFaultScript(text)
    assert.ok(!script.ok, text)
    assert.match(script.problem, problem)
  }
})

test('whatever the script says, other connections are answered', () => {
  const kinds = ['drop-request', 'drop-reply', 'cut-before', 'cut-after', 'half-frame', 'garbage', 'wrong-sha1', 'mute']
  const rule = fc.record({
    id: fc.constantFrom('any', 1001, 1002, 3001),
    nth: fc.integer({ min: 1, max: 4 }),
    do: fc.constantFrom(...kinds),
  })
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), (rules) => {
      const bench = benchWith(...rules)
      const victim = bench.connect()
      for (let i = 0; i < 6; i++) {
        if (victim.closed !== null || victim.broken !== null) break
        victim.send('InitConnect', { clientVer: 1, clientID: 'x' })
        if (victim.closed === null) victim.send('GetGlobalState', { userID: 0n })
        if (victim.closed === null) victim.send('Qot_Sub', SUBSCRIBE)
      }
      bench.opend.setFaults([])
      assert.equal(bench.login().call('KeepAlive', { time: 1n }).retType, 0)
    }),
    { numRuns: 60 },
  )
})
