import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CLOCK_TOLERANCE_SECONDS } from '../../src/auth/jwt.ts'
import { jwt, JWT_VARS } from './push-jwt.ts'
import { keysJson, PushRig, sampleKey } from './push-rig.ts'
import { refusedUpgrade } from './socket-client.ts'

/** Sockets end with the right to have them. */

const KEPT = { id: 'kept', key: sampleKey('91') }
const REMOVED = { id: 'removed', key: sampleKey('92') }
const SHORT = { id: 'short', key: sampleKey('93') }

/** Long enough to start the Worker and open a socket on a busy machine. */
const VALID_MS = 8_000
/** A socket may end so much after the time that its token names. */
const LATE_MS = 2_000

describe('the end of a token', { concurrency: true }, () => {
  let rig: PushRig
  let expiresAtMs: number

  before(async () => {
    expiresAtMs = Date.now() + VALID_MS
    const record = { expires_at: new Date(expiresAtMs).toISOString() }
    rig = await PushRig.start({ keys: [KEPT, { ...SHORT, record }], vars: JWT_VARS })
  })
  after(() => rig.close())

  test('a socket is closed with 4401 at the moment its key expires, and cannot be opened again', async () => {
    const [short, kept] = await Promise.all([rig.socket({ token: SHORT.key }), rig.socket({ token: KEPT.key })])
    await short.subscribe(['HK.00388'], ['Basic'])
    await short.inbox.closedWith(4401)
    const lateMs = Date.now() - expiresAtMs
    assert.ok(lateMs >= 0 && lateMs < LATE_MS, `${lateMs} ms late`)
    assert.equal((await kept.ask('ping'))['ok'], true)
    const again = await refusedUpgrade(rig.worker.url, `?token=${SHORT.key}`, {})
    assert.deepEqual(again, { status: 401, code: 'auth.expired_token' })
  })

  test('a new token keeps a socket open past the end of the old one', async () => {
    const soonSeconds = Math.ceil(Date.now() / 1_000)
    const [short, long] = [soonSeconds, soonSeconds + 3_600].map((seconds) => jwt('alice', ['qot:read'], seconds))
    const [renewed, witness] = await Promise.all([rig.socket({ token: short }), rig.socket({ token: short })])
    assert.equal((await renewed.inbox.type('hello'))['caller'], 'jwt:alice')
    await renewed.subscribe(['HK.00700'], ['Basic'])
    const wrong = await renewed.ask('auth', { token: `${long}x` })
    assert.deepEqual([wrong['ok'], wrong['code']], [false, 'auth.invalid_token'])
    assert.equal((await renewed.ask('auth', { token: long }))['ok'], true)

    await witness.inbox.closedWith(4401)
    const lateMs = Date.now() - (soonSeconds + CLOCK_TOLERANCE_SECONDS) * 1_000
    assert.ok(lateMs >= 0 && lateMs < LATE_MS, `${lateMs} ms late`)
    rig.opend.quote('00700', 432)
    await renewed.inbox.take('the price', ({ data }) => JSON.stringify(data ?? null).includes('"cur_price":432'))
  })
})

test('a key that is taken out of the file opens nothing any more, and loses what it had open', async (t) => {
  const rig = await PushRig.start({ keys: [KEPT, REMOVED] })
  t.after(() => rig.close())
  const removed = await rig.socket({ token: REMOVED.key })
  await removed.subscribe(['HK.00700'], ['Basic'])
  await rig.worker.redeploy({ KEYS_JSON: keysJson([KEPT]) })
  await removed.inbox.ended
  const again = await refusedUpgrade(rig.worker.url, `?token=${REMOVED.key}`, {})
  assert.deepEqual(again, { status: 401, code: 'auth.invalid_token' })
  const kept = await rig.socket({ token: KEPT.key })
  await kept.inbox.type('hello')
})
