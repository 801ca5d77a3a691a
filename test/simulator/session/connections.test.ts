import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GtwEventType, NotifyType, ProgramStatusType } from '../../../proto/enums.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { encodeFrame } from '../../../src/wire/frame.ts'
import { Bench } from './tcp-client.ts'

test('a peer that is silent for 30 s is dropped; a heartbeat every 8 s keeps it', () => {
  const bench = new Bench()
  const [quiet, alive] = [bench.login(), bench.login()]
  for (let i = 0; i < 3; i++) {
    bench.pass(8000)
    alive.call('KeepAlive', { time: 1n })
  }
  bench.pass(5999)
  assert.equal(quiet.closed, null)
  bench.pass(1)
  assert.match(quiet.closed ?? '', /heartbeat/)
  assert.equal(alive.closed, null)
  bench.pass(60_000)
  assert.match(alive.closed ?? '', /heartbeat/)
  assert.equal(bench.opend.nextWakeMs(bench.nowMs), null, 'nothing is left to wake up for')
})

test('bytes that never make a frame are no sign of life', () => {
  const bench = new Bench()
  const slow = bench.connect()
  for (let i = 0; i < 6; i++) {
    slow.sendBytes(Uint8Array.of(i === 0 ? 0x46 : i === 1 ? 0x54 : 0))
    bench.pass(5000)
  }
  assert.match(slow.closed ?? '', /heartbeat/)
})

test('the 129th connection is refused, over both ports together, and a closed one makes room', () => {
  const bench = new Bench()
  const sink = { send: () => {}, close: () => {} }
  const opened = Array.from({ length: 128 }, (_, i) =>
    bench.opend.open(i % 2 === 0 ? 'tcp' : 'websocket', sink, bench.nowMs),
  )
  assert.ok(opened.every((one) => !('refusal' in one)))
  assert.ok('refusal' in bench.opend.open('tcp', sink, bench.nowMs))
  const [first] = opened
  assert.ok(first !== undefined && !('refusal' in first))
  first.closed(bench.nowMs)
  assert.ok(!('refusal' in bench.opend.open('websocket', sink, bench.nowMs)))
})

test('notices go to the connections that asked for them', () => {
  const bench = new Bench()
  const [listener, other] = [bench.login({ recvNotify: true }), bench.login()]
  bench.opend.setLogin('lost')
  assert.deepEqual(listener.takePushes(), [
    {
      protoId: 1003,
      s2c: { type: NotifyType.ConnStatus, connectStatus: { qotLogined: false, trdLogined: false } },
    },
  ])
  assert.deepEqual(other.takePushes(), [])
  bench.opend.setLogin('in')
  bench.opend.setLogin('kicked')
  const types = listener
    .takePushes()
    .map(({ s2c }) => [s2c['type'], (s2c['event'] as { eventType?: number })?.eventType])
  assert.deepEqual(types, [
    [NotifyType.ConnStatus, undefined],
    [NotifyType.GtwEvent, GtwEventType.KickedOut],
    [NotifyType.ProgramStatus, undefined],
    [NotifyType.ConnStatus, undefined],
  ])
  // Official clients take the login of a kicked OpenD for restored at this notice.
  bench.opend.setLogin('in')
  const [ready, status] = listener.takePushes().map(({ s2c }) => s2c)
  assert.deepEqual(ready?.['programStatus'], { programStatus: { type: ProgramStatusType.Ready } })
  assert.deepEqual(status?.['connectStatus'], { qotLogined: true, trdLogined: true })
})

test('OpenD is ready again for its clients when a kicked login returns, and only then', () => {
  const bench = new Bench()
  const listener = bench.login({ recvNotify: true })
  const statuses = (): unknown[] =>
    listener.takePushes().flatMap(({ s2c }) => {
      const { programStatus } = (s2c['programStatus'] ?? {}) as { programStatus?: { type: number } }
      return programStatus === undefined ? [] : [programStatus.type]
    })
  bench.opend.setLogin('kicked')
  assert.deepEqual(statuses(), [ProgramStatusType.ForceLogout])
  bench.opend.setLogin('in')
  assert.deepEqual(statuses(), [ProgramStatusType.Ready])
  bench.opend.setLogin('lost')
  bench.opend.setLogin('in')
  assert.deepEqual(statuses(), [], 'a lost connection does not change the status of the program')
})

test('without a login OpenD still speaks for itself, and refuses quotes and trades', () => {
  const bench = new Bench()
  const client = bench.login()
  for (const [login, retType] of [
    ['lost', -200],
    ['kicked', -1],
  ] as const) {
    bench.opend.setLogin(login)
    const state = client.call('GetGlobalState', { userID: 0n }).s2c
    assert.deepEqual([state?.qotLogined, state?.trdLogined], [false, false])
    assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
    assert.equal(client.call('Qot_GetSubInfo', {}).retType, retType)
    assert.equal(client.call('Trd_GetAccList', { userID: 0n }).retType, retType)
  }
  bench.opend.setLogin('in')
  assert.equal(client.call('Trd_GetAccList', { userID: 0n }).retType, 0)
})

test('the same seed, clock and input give the same bytes; another seed gives others', () => {
  const run = (seed: number): readonly number[] => {
    const bench = new Bench({ seed })
    const client = bench.login({ recvNotify: true })
    client.call('Qot_Sub', {
      securityList: [{ market: 1, code: '00700' }],
      subTypeList: [1, 2, 4, 11],
      isSubOrUnSub: true,
      isRegOrUnRegPush: true,
    })
    client.call('Trd_GetAccList', { userID: 0n })
    client.call('Qot_GetCompanyProfile', { security: { market: 1, code: '00700' } })
    bench.pass(20_000)
    client.call('GetDelayStatistics', {})
    return client.bytes
  }
  assert.deepEqual(run(1), run(1))
  assert.notDeepEqual(run(1), run(2))
})

test('a sink that talks back from inside send or close does not disturb what is going on', () => {
  const bench = new Bench()
  const one = bench.login()
  const order: string[] = []
  const opened = bench.opend.open(
    'tcp',
    {
      send: () => {
        order.push('reply')
        if (order.length === 1) one.send('KeepAlive', { time: 1n })
        order.push('after')
      },
      close: () => {},
    },
    bench.nowMs,
  )
  assert.ok(!('refusal' in opened))
  const before = one.frames.length
  // Any frame will do: it is answered with a refusal, from inside which the other client calls.
  const body = encodeMessage('KeepAlive.Request', { c2s: { time: 1n } })
  const frame = encodeFrame({ protoId: 1004, serial: 1 }, body, sha1(body))
  opened.receive(frame, bench.nowMs)
  assert.deepEqual(order, ['reply', 'after'])
  assert.equal(one.frames.length, before + 1)
})
