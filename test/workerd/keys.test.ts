import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PushRig } from './push-rig.ts'

suite('keys that are made, changed and revoked while the gateway runs', () => {
  let rig: PushRig
  before(async () => {
    rig = await PushRig.start()
  })
  after(() => rig.close())

  test('a key is made, used and revoked', async () => {
    const made = await rig.call('/api/admin/keys', { id: 'ann', scopes: ['qot:read'] })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const token = String(made.body['key'])
    assert.match(token, /^fc_[0-9a-f]{64}$/)
    assert.equal((await rig.call('/api/global-state', undefined, token)).status, 200)
    const revoked = await rig.call('/api/admin/keys/ann/revoke', {})
    assert.deepEqual(revoked.body, { revoked: ['ann'] })
    const refused = await rig.call('/api/global-state', undefined, token)
    assert.deepEqual([refused.status, refused.body['code']], [401, 'auth.invalid_token'])
  })
})
