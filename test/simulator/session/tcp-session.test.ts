import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { encodeFrame } from '../../../src/wire/frame.ts'
import { Bench } from './tcp-client.ts'

const KEEP_ALIVE = encodeMessage('KeepAlive.Request', { c2s: { time: 1n } })

test('calls before InitConnect are refused with a reply, and InitConnect still works', () => {
  const client = new Bench().connect()
  const refused = client.call('GetGlobalState', { userID: 0n })
  assert.equal(refused.retType, -1)
  assert.match(refused.retMsg ?? '', /InitConnect/)
  assert.equal(client.init().retType, 0)
  assert.equal(client.call('GetGlobalState', { userID: 0n }).retType, 0)
  assert.equal(client.closed, null)
})

test('every connection gets its own id of about 2^62, and its own 16-character key and iv', () => {
  const fresh = new Bench()
  const replies = Array.from({ length: 50 }, () => fresh.connect().init().s2c)
  assert.equal(new Set(replies.map((s2c) => s2c?.connID)).size, 50)
  assert.equal(new Set(replies.map((s2c) => s2c?.connAESKey)).size, 50)
  for (const s2c of replies) {
    assert.ok(s2c !== undefined)
    assert.ok(s2c.connID >= 1n << 62n && s2c.connID < 1n << 63n)
    assert.match(s2c.connAESKey, /^[ -~]{16}$/)
    assert.match(s2c.aesCBCiv ?? '', /^[ -~]{16}$/)
    assert.equal(s2c.keepAliveInterval, 10)
  }
})

test('a second InitConnect is refused and leaves the connection as it was', () => {
  const client = new Bench().login()
  const { connId } = client
  const again = client.call('InitConnect', { clientVer: 300, clientID: 'again' })
  assert.equal(again.retType, -1)
  assert.equal(client.call('GetGlobalState', { userID: 0n }).s2c?.connID, connId)
})

test('an unknown id, a push id and an id of the WebSocket port are refused with a reply, not with silence', () => {
  const client = new Bench().login()
  for (const protoId of [0, 1, 2, 1003, 1009, 2208, 3005, 3100, 3440, 9999, 0xffff_ffff]) {
    const body = client.takeBody(protoId, client.sendBody(protoId, KEEP_ALIVE))
    assert.ok(body !== null, `silence on ${protoId}`)
    const reply = decodeMessage('KeepAlive.Response', body)
    assert.ok(reply.ok)
    assert.equal(reply.value.retType, -1)
    assert.match(reply.value.retMsg ?? '', new RegExp(String(protoId)))
  }
})

test('a body that does not decode gets ret_type -500', () => {
  const client = new Bench().login()
  for (const body of [new Uint8Array(0), Uint8Array.of(0xff), Uint8Array.of(0x0a, 0x05, 1)]) {
    const reply = client.takeBody(3001, client.sendBody(3001, body))
    const decoded = decodeMessage('Qot_Sub.Response', reply ?? new Uint8Array(0))
    assert.ok(decoded.ok)
    assert.equal(decoded.value.retType, -500)
  }
  assert.equal(client.closed, null)
})

test('a request whose SHA-1 does not match closes the connection and is not acted on', () => {
  const bench = new Bench()
  const client = bench.login()
  const body = encodeMessage('Qot_Sub.Request', {
    c2s: { securityList: [{ market: 1, code: '00700' }], subTypeList: [1], isSubOrUnSub: true },
  })
  client.sendBytes(encodeFrame({ protoId: 3001, serial: 9 }, body, sha1(KEEP_ALIVE)))
  assert.match(client.closed ?? '', /SHA-1/)
  assert.equal(bench.login().call('Qot_GetSubInfo', { isReqAllConn: true }).s2c?.totalUsedQuota, 0)
})

test('serials need not grow, and come back as they were sent', () => {
  const client = new Bench().login()
  for (const serial of [8083, 8075, 8084, 0, 0xffff_ffff]) {
    client.sendBytes(encodeFrame({ protoId: 1004, serial }, KEEP_ALIVE, sha1(KEEP_ALIVE)))
    assert.ok(client.take('KeepAlive', serial) !== null)
  }
})

test('requests may come in any pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const client = new Bench().login()
      const one = encodeFrame({ protoId: 1004, serial: 77 }, KEEP_ALIVE, sha1(KEEP_ALIVE))
      const stream = Buffer.concat([one, one, one])
      let at = 0
      for (let i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        client.sendBytes(stream.subarray(at, at + size))
        at += size
      }
      for (let i = 0; i < 3; i++) assert.ok(client.take('KeepAlive', 77) !== null)
    }),
    { numRuns: 50 },
  )
})

test('garbage closes the connection, and no garbage breaks the others', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (chunks) => {
      const bench = new Bench()
      const bystander = bench.login()
      const client = bench.login()
      for (const chunk of chunks) client.sendBytes(chunk)
      const first = Buffer.concat(chunks)[0]
      if (first !== undefined && first !== 0x46) assert.ok(client.closed !== null)
      assert.equal(bystander.call('KeepAlive', { time: 1n }).retType, 0)
    }),
    { numRuns: 50 },
  )
})

test('a packet id is good once, and only on its own connection', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  const cancelAll = (connID: bigint, serialNo: number) => ({
    packetID: { connID, serialNo },
    header: { trdEnv: 0, accID: 1n, trdMarket: 1 },
    orderID: 0n,
    modifyOrderOp: 2,
    forAll: true,
  })
  const texts = [
    one.call('Trd_ModifyOrder', cancelAll(one.connId, 5)).retMsg,
    one.call('Trd_ModifyOrder', cancelAll(one.connId, 5)).retMsg,
    one.call('Trd_ModifyOrder', cancelAll(other.connId, 6)).retMsg,
    one.call('Trd_ModifyOrder', cancelAll(one.connId, 3)).retMsg,
    other.call('Trd_ModifyOrder', cancelAll(other.connId, 5)).retMsg,
  ].map((text) => /packetID/.test(text ?? ''))
  // A smaller serial is fine: only the very same one is a replay.
  assert.deepEqual(texts, [false, true, true, false, false])
})
