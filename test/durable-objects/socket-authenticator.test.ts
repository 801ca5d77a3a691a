import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SocketAuthenticator } from '../../durable-objects/socket-authenticator.ts'
import { MOST_WRONG_TOKENS, WrongTokens } from '../../src/auth/wrong-tokens.ts'
import { MAX_WATCHED_NETWORKS } from '../../src/base/memory-budget.ts'
import { succeed } from '../../src/base/result.ts'
import { readConfig } from '../../src/env.ts'
import { BASE_ENV, keysJson, tokenOf } from '../http/rig.ts'

class SocketRig {
  readonly counted: string[] = []
  readonly wrongTokens = new WrongTokens()
  lookups = 0

  /** A reload makes another authenticator over the same counts. */
  authenticator(): SocketAuthenticator {
    const config = readConfig({ ...BASE_ENV, KEYS_JSON: keysJson({ id: 'bot', scopes: ['qot:read'] }) })
    assert.ok(config.ok)
    return new SocketAuthenticator(
      config.value,
      async () => {
        this.lookups++
        return succeed(null)
      },
      async () => succeed([]),
      (outcome, label) => this.counted.push(`${outcome} ${label}`),
      this.wrongTokens,
    )
  }
}

async function codeOf(authenticator: SocketAuthenticator, token: string, network: string): Promise<string> {
  const caller = await authenticator.identify(token, network)
  return caller.ok ? caller.value.id : caller.failure.code
}

test('a network that sends many wrong tokens in messages is slowed down as over HTTP, and its keys go on', async () => {
  const rig = new SocketRig()
  const one = rig.authenticator()
  for (let n = 0; n < MOST_WRONG_TOKENS; n++) {
    assert.equal(await codeOf(one, tokenOf(`wrong ${n}`), '192.0.2.1'), 'auth.invalid_token')
  }
  const slowed = await one.identify(tokenOf('one more'), '192.0.2.1')
  assert.ok(!slowed.ok && slowed.failure.code === 'auth.too_many_failures')
  assert.ok(slowed.failure.retryAfterMs > 0 && slowed.failure.retryAfterMs <= 60_000)
  assert.equal(await codeOf(one, tokenOf('bot'), '192.0.2.1'), 'key:bot')
  assert.equal(await codeOf(one, tokenOf('one more'), '192.0.2.2'), 'auth.invalid_token')
  assert.equal(await codeOf(rig.authenticator(), tokenOf('again'), '192.0.2.1'), 'auth.too_many_failures')
  assert.equal(rig.counted.filter((line) => line === 'reject <invalid>').length, MOST_WRONG_TOKENS + 3)
})

test('the wrong token of a page that reconnects for hours slows down nobody', async () => {
  const one = new SocketRig().authenticator()
  for (let n = 0; n < 5 * MOST_WRONG_TOKENS; n++) {
    assert.equal(await codeOf(one, tokenOf('revoked'), '192.0.2.1'), 'auth.invalid_token')
  }
})

test('a flood from more networks than are counted stays in its bound', async () => {
  const rig = new SocketRig()
  const one = rig.authenticator()
  for (let n = 0; n < 2 * MAX_WATCHED_NETWORKS; n++) await codeOf(one, tokenOf('wrong'), `2001:db8:${n}::/64`)
  assert.equal(rig.wrongTokens.networks, MAX_WATCHED_NETWORKS)
})
