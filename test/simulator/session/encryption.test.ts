import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { PacketEncAlgo } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { aes128, rsaKey, sha1 } from '../../../src/transport/native-crypto.ts'
import { aesCipher, plainCipher, rsaCipher, type BodyCipher } from '../../../src/wire/cipher.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { encodeFrame } from '../../../src/wire/frame.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const { privateKey: PEM } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
const KEY = rsaKey(PEM)
assert.ok(KEY !== null)
const RSA = rsaCipher(KEY)

type InitReply = MessageTypes['InitConnect.Response']

/** Sends InitConnect under one cipher and reads the reply under another. */
function handshake(client: TcpClient, packetEncAlgo: number | undefined, out: BodyCipher, back: BodyCipher): InitReply {
  const body = encodeMessage('InitConnect.Request', { c2s: { clientVer: 300, clientID: 'x', packetEncAlgo } })
  client.sendBytes(encodeFrame({ protoId: 1001, serial: 1 }, out.encrypt(body), sha1(body)))
  client.cipher = back
  const reply = client.take('InitConnect', 1)
  assert.ok(reply !== null)
  return reply
}

function cipherOf({ s2c }: InitReply, algo: number): BodyCipher {
  assert.ok(s2c !== undefined)
  return aesCipher(algo, Buffer.from(s2c.connAESKey), Buffer.from(s2c.aesCBCiv ?? ''), aes128)
}

for (const algo of [PacketEncAlgo.AES_CBC, PacketEncAlgo.FTAES_ECB, PacketEncAlgo.AES_ECB]) {
  test(`algorithm ${algo}: InitConnect under RSA both ways, everything after it under AES`, () => {
    const client = new Bench({ rsaKeyPem: PEM }).connect()
    const greeting = handshake(client, algo, RSA, RSA)
    assert.equal(greeting.retType, 0)
    // The Python client takes the presence of an iv for CBC.
    assert.equal(greeting.s2c?.aesCBCiv !== undefined, algo === PacketEncAlgo.AES_CBC)
    client.cipher = cipherOf(greeting, algo)
    assert.equal(client.call('GetGlobalState', { userID: 0n }).s2c?.connID, greeting.s2c?.connID)
    client.call('Qot_Sub', {
      securityList: [{ market: 1, code: '00700' }],
      subTypeList: [1],
      isSubOrUnSub: true,
      isRegOrUnRegPush: true,
    })
    assert.deepEqual(
      client.takePushes().map(({ protoId }) => protoId),
      [3005],
      'pushes are encrypted too',
    )
  })
}

test('an algorithm that is not named means Futu ECB on an OpenD with a key', () => {
  const client = new Bench({ rsaKeyPem: PEM }).connect()
  client.cipher = cipherOf(handshake(client, undefined, RSA, RSA), PacketEncAlgo.FTAES_ECB)
  assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
})

test('a request under RSA that asks for no encryption gets a plain reply, as official clients expect', () => {
  const client = new Bench({ rsaKeyPem: PEM }).connect()
  const greeting = handshake(client, PacketEncAlgo.None, RSA, plainCipher)
  assert.equal(greeting.retType, 0)
  assert.match(greeting.s2c?.aesCBCiv ?? '', /^.{16}$/)
  assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
})

test('a client that does not encrypt InitConnect is refused by an OpenD with a key, in a reply that it cannot read', () => {
  for (const algo of [PacketEncAlgo.None, PacketEncAlgo.AES_CBC, undefined]) {
    const client = new Bench({ rsaKeyPem: PEM }).connect()
    const refused = handshake(client, algo, plainCipher, RSA)
    assert.equal(refused.retType, -1)
    assert.match(refused.retMsg ?? '', /RSA/)
    assert.equal(refused.s2c, undefined)
    client.cipher = plainCipher
    assert.notEqual(client.call('GetGlobalState', { userID: 0n }).retType, 0, 'nothing can be called after it')
  }
})

test('without a key nothing is encrypted, whatever the client asks for', () => {
  const client = new Bench().connect()
  assert.equal(handshake(client, PacketEncAlgo.AES_CBC, plainCipher, plainCipher).retType, 0)
  assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
})

test('an InitConnect under another key closes the connection', () => {
  const other = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const stranger = rsaKey(other.privateKey)
  assert.ok(stranger !== null)
  const body = encodeMessage('InitConnect.Request', { c2s: { clientVer: 300, clientID: 'x' } })
  const client = new Bench({ rsaKeyPem: PEM }).connect()
  client.sendBytes(encodeFrame({ protoId: 1001, serial: 1 }, rsaCipher(stranger).encrypt(body), sha1(body)))
  assert.match(client.closed ?? '', /SHA-1/)
})

test('a text that is no key is refused at the start', () => {
  assert.throws(() => new Bench({ rsaKeyPem: 'no key' }), /PKCS#1/)
})
