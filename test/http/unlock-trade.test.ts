import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mock, test } from 'node:test'
import { keyRig, readError } from './rig.ts'

const { gateway, send } = keyRig(['trade:unlock'])
const ROUTE = 'POST /api/unlock-trade'
const MD5 = 'e10adc3949ba59abbe56e057f20f883e'

async function sent(body: object): Promise<object> {
  gateway.forget()
  const response = await send(ROUTE, { body })
  assert.equal(response.status, 200, await response.text())
  return gateway.only('Trd_UnlockTrade')
}

test('the password is hashed in the Worker: OpenD gets its MD5 in lower-case hex and nothing else', async () => {
  assert.deepEqual(await sent({ unlock: true, password: '123456' }), { unlock: true, pwdMD5: MD5 })
  assert.deepEqual(await sent({ c2s: { unlock: true, password: '123456', security_firm: 1 } }), {
    unlock: true,
    pwdMD5: MD5,
    securityFirm: 1,
  })
  for (const password of [' pass word ', 'пароль', '密码', '1'.repeat(200)]) {
    const pwdMD5 = createHash('md5').update(password, 'utf8').digest('hex')
    assert.deepEqual(await sent({ unlock: true, password }), { unlock: true, pwdMD5 })
  }
})

test('a hash is taken in either case, and a lock needs neither', async () => {
  for (const name of ['pwd_md5', 'pwdMD5']) {
    assert.deepEqual(await sent({ unlock: true, [name]: MD5.toUpperCase(), password: null }), {
      unlock: true,
      pwdMD5: MD5,
    })
  }
  assert.deepEqual(await sent({ unlock: false }), { unlock: false })
})

test('what cannot be right costs no try: it is refused with the path, and no answer or log repeats it', async (context) => {
  context.after(() => mock.restoreAll())
  const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    mock.method(console, level, () => {}),
  )
  gateway.forget()
  const secret = 'hunter2-secret'
  const cases = [
    [
      { unlock: true },
      'request.missing_field',
      /^password: required field is missing, expected the trade password, or/,
    ],
    [{ unlock: true, password: null }, 'request.missing_field', /^password/],
    [
      { unlock: true, password: secret, pwd_md5: MD5 },
      'request.invalid_value',
      /^pwd_md5: expected either password or/,
    ],
    [{ unlock: true, pwd_md5: secret }, 'request.invalid_value', /^pwd_md5: expected the MD5 .* 32 hex digits/],
    [{ unlock: true, pwd_md5: MD5.slice(1) }, 'request.invalid_value', /^pwd_md5/],
    [{ unlock: true, pwd_md5: '' }, 'request.invalid_value', /^pwd_md5/],
    [{ unlock: false, pwd_md5: secret }, 'request.invalid_value', /^pwd_md5/],
    [{ unlock: true, password: '' }, 'request.invalid_value', /^password/],
    [{ unlock: true, password: 123456 }, 'request.invalid_value', /^password/],
    [{ unlock: true, password: MD5 }, 'request.invalid_value', /^password: .* its MD5 belongs in pwd_md5/],
    [{ unlock: true, passwort: secret }, 'request.unknown_field', /did you mean password\?/],
    [{ c2s: { unlock: true, pwd_md5: secret } }, 'request.invalid_value', /^c2s\.pwd_md5/],
  ] as const
  for (const [body, code, says] of cases) {
    const error = await readError(await send(ROUTE, { body }), 400)
    assert.equal(error.code, code, error.error)
    assert.match(error.error, says)
    assert.ok(!JSON.stringify(error).includes(secret))
  }
  assert.equal(gateway.touched, 0)
  for (const log of logs) assert.equal(log.mock.callCount(), 0)
})
