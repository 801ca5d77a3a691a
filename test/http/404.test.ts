import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { keyRig, readError, tokenOf } from './rig.ts'

const PATHS = [
  '/',
  '/api',
  '/api/',
  '/api/nothing',
  '/api/quote/',
  '/API/quote',
  '/api/quote/x',
  '/api/admin',
  '/ws/',
  '/metrics.txt',
  '/%2e%2e/api',
]

test('a path that is not in the table is 404, whoever asks and however: nothing is said about tokens', async () => {
  const { gateway, send } = keyRig(SCOPES)
  for (const path of PATHS) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      for (const token of [undefined, 'fc_wrong']) {
        const response = await send(`${method} ${path}`, { token })
        assert.equal(response.headers.get('WWW-Authenticate'), null)
        assert.equal((await readError(response, 404)).code, 'request.unknown_path', `${method} ${path}`)
      }
    }
  }
  assert.equal(gateway.touched, 0)
})

test('also when the deployment is misconfigured', async () => {
  const { send } = keyRig([])
  await readError(await send('GET /api/nothing', { env: {} }), 404)
})

test('a path as long as a URL is not sent back', async () => {
  const { send } = keyRig([])
  const error = await readError(await send(`GET /${'a'.repeat(5000)}`), 404)
  assert.ok(error.error.length < 200)
})

test('a token that is tried on such a path is counted', async () => {
  const { gateway, send } = keyRig(['metrics'])
  await send('GET /api/nothing', { token: tokenOf('other') })
  await send('GET /metrics')
  const rejected = gateway.counted.filter(({ name }) => name === 'futu_auth_events_total')
  assert.deepEqual(
    rejected.map(({ labels }) => labels['outcome']),
    ['reject'],
  )
})

test('a path that is nearly one of the table is named to a caller with a token that is right, and to no other', async () => {
  const { gateway, send } = keyRig(['metrics'])
  const cases = [
    ['/api/quotes', '/api/quote'],
    ['/api/Quote/', '/api/quote'],
    ['/quote', '/api/quote'],
    ['/api/order_intents', '/api/order-intents'],
    ['/api/health', '/health'],
    ['/api/trading/resumed', '/api/trading/resume'],
  ] as const
  for (const [path, nearest] of cases) {
    assert.match((await readError(await send(`GET ${path}`), 404)).error, new RegExp(`did you mean ${nearest}\\?`))
    for (const token of [undefined, tokenOf('other'), 'fc wrong']) {
      assert.doesNotMatch((await readError(await send(`GET ${path}`, { token }), 404)).error, /did you mean/)
    }
  }
  assert.doesNotMatch((await readError(await send('GET /api/nothing'), 404)).error, /did you mean/)
  assert.equal(gateway.touched, 0)
})
