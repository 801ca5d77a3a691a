import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Authenticator } from '../../src/auth/authenticator.ts'
import { readKeyTable } from '../../src/auth/key-table.ts'
import { hexOf } from '../../src/base/hex.ts'
import { succeed } from '../../src/base/result.ts'
import { sha256 } from '../../src/transport/native-crypto.ts'

const TOKEN = 'fc_a-key-that-expires'
const EXPIRES_AT_MS = Date.parse('2027-01-31T00:00:00Z')

async function authenticator(record: object): Promise<Authenticator> {
  const problems: string[] = []
  const key = { id: 'one', hash: hexOf(sha256(TOKEN)), scopes: ['qot:read'], ...record }
  const keys = readKeyTable(JSON.stringify({ version: 1, keys: [key] }), problems)
  assert.deepEqual(problems, [])
  return new Authenticator(keys, null, () => assert.fail('a key asks nobody'))
}

async function codeOf(subject: Authenticator, token: string, nowMs: number): Promise<string> {
  const caller = await subject.identify(token, { nowMs, address: null, lookup: async () => succeed(null) })
  return caller.ok ? caller.value.id : caller.failure.code
}

test('a key that was let in is turned away from the moment it expires', async () => {
  const subject = await authenticator({ expires_at: '2027-01-31T00:00:00Z' })
  const codes: string[] = []
  for (const nowMs of [EXPIRES_AT_MS - 2, EXPIRES_AT_MS - 1, EXPIRES_AT_MS, EXPIRES_AT_MS + 1]) {
    codes.push(await codeOf(subject, TOKEN, nowMs))
  }
  assert.deepEqual(codes, ['key:one', 'key:one', 'auth.expired_token', 'auth.expired_token'])
})

test('a frozen key is refused however often it is shown', async () => {
  const subject = await authenticator({ allowed_machines: [] })
  for (let time = 0; time < 3; time++) assert.equal(await codeOf(subject, TOKEN, 0), 'auth.invalid_token')
})

test('a key that was let in opens the door to no other token', async () => {
  const subject = await authenticator({})
  assert.equal(await codeOf(subject, TOKEN, 0), 'key:one')
  for (const other of [TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), '__proto__']) {
    assert.equal(await codeOf(subject, other, 0), 'auth.invalid_token')
  }
})
