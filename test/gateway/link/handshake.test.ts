import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tcpHandshake } from '../../../src/gateway/link/handshake.ts'
import type { Stage } from '../../../src/gateway/link/stage.ts'
import { aes128, rsaKey } from '../../../src/transport/native-crypto.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { freshRsaKey } from './fresh-rsa-key.ts'
import { Rig, replyFrame } from './fake-link.ts'

/** Known answers of the official Python client: key 0123456789abcdef, iv fedcba9876543210, the bytes 00 to 10. */
const PLAIN = Uint8Array.from({ length: 17 }, (_none, index) => index)
const SEALED = {
  cbc: 'fb01c02499f87b46c2a7b96a1ca5303b79edc7e4453295dd45f6dcd95358bad2',
  ftaes: 'a07999f0e2bfbe16f99593e984a449b7f9ab2c3d526f44ac31584dad0f33677900000000000000000000000000000001',
}

function cipherAfter(aesCBCiv: string | undefined) {
  const rsa = rsaKey(freshRsaKey())
  assert.ok(rsa)
  const s2c = { serverVer: 1011, loginUserID: 7n, connID: 5n, connAESKey: '0123456789abcdef', keepAliveInterval: 10 }
  const reply = { retType: 0, s2c: aesCBCiv === undefined ? s2c : { ...s2c, aesCBCiv } }
  const read = tcpHandshake({ rsa, aes128 }).read(encodeMessage('InitConnect.Response', reply))
  assert.ok(read.ok)
  return read.cipher
}

test('an OpenD that names an iv uses CBC, one that does not uses its own ECB mode', () => {
  for (const [iv, sealed] of [
    ['fedcba9876543210', SEALED.cbc],
    [undefined, SEALED.ftaes],
  ] as const) {
    const cipher = cipherAfter(iv)
    assert.equal(Buffer.from(cipher.encrypt(PLAIN)).toString('hex'), sealed)
    assert.deepEqual(Buffer.from(cipher.decrypt(Buffer.from(sealed, 'hex')) ?? []), Buffer.from(PLAIN))
  }
})

function isConnecting({ name }: Stage): boolean {
  return name === 'connecting'
}

test('an OpenD that refuses the greeting is not asked again for every call that waits', () => {
  const rig = new Rig(() => 1)
  let refused = 0
  for (let ms = 0; ms < 60_000; ms += 100) {
    rig.nowMs += 100
    rig.perform(
      rig.session.call({ callId: ms + 1, protoId: 1002, body: new Uint8Array(), caller: '', rank: 'read' }, rig.nowMs),
    )
    rig.perform(rig.session.tick(rig.nowMs))
    if (!isConnecting(rig.session.stage)) continue
    rig.perform(rig.session.opened(rig.linkId, rig.nowMs))
    const stage: Stage = rig.session.stage
    assert.ok(stage.name === 'initializing')
    const refusal = encodeMessage('InitConnect.Response', { retType: -1, retMsg: 'the key is wrong' })
    rig.perform(rig.session.received(rig.linkId, replyFrame(1001, stage.serial, refusal), rig.nowMs))
    refused++
  }
  // After 1, 1, 1, 2, 4, 8, 16 and 30 s: calls do not bring the next attempt forward.
  assert.ok(refused >= 5 && refused <= 9, `${refused} attempts in a minute`)
  assert.equal(rig.session.lastFailure?.code, 'gateway.init_rejected')
  assert.match(rig.session.lastFailure.detail, /the key is wrong/)
})
