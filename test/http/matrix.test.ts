import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES, type Scope } from '../../src/auth/scope.ts'
import { API_ENDPOINTS, OPERATIONS } from '../../src/endpoints.ts'
import { BASE_ENV, keysJson, makeRig, NOW_MS, readError, signJwt, tokenOf } from './rig.ts'
import { sampleBody } from './sample-message.ts'

/**
 * How a request that was let in may end where it is not 200: no WebSocket, no such entry or key, a body without the
 * fields of a record, and a JWT that would make a child token.
 */
const PASSED: Readonly<Record<string, readonly number[]>> = {
  '/ws': [426],
  '/connector': [426],
  '/api/order-intents/{id}': [404],
  '/api/admin/order-intents/{id}/resolve': [404],
  '/api/tokens': [200, 400, 403],
  '/api/tokens/{id}/revoke': [404, 403],
  '/api/admin/keys': [200, 400],
  '/api/hooks': [200, 404, 403],
  ...Object.fromEntries(
    OPERATIONS.filter(({ path }) => path.startsWith('/api/hooks/')).map(({ path }) => [path, [404, 403]]),
  ),
  '/api/admin/keys/{id}': [404],
  '/api/admin/keys/{id}/rotate': [404],
  '/api/admin/keys/{id}/revoke': [404],
  '/api/admin/audit': [200, 200],
  '/api/admin/audit-file': [200, 200],
  '/api/admin/key-file': [200, 400],
}

/** The smallest body of an operation that needs one. */
const BODIES: Readonly<Record<string, object>> = {
  '/api/trading/cancel-after': { seconds: 60 },
  '/api/admin/order-intents/{id}/resolve': { state: 'absent', reason: 'not in the app' },
}

/** Every endpoint that looks at tokens, with a request that would succeed. */
const ROUTES = [
  ...API_ENDPOINTS.map((endpoint) => ({
    route: `${endpoint.method} ${endpoint.path}`,
    scopes: endpoint.scopes as readonly Scope[],
    body: endpoint.method === 'POST' ? sampleBody(endpoint) : undefined,
    isPassed: (response: Response) => response.status === 200,
  })),
  ...OPERATIONS.filter(({ scopes }) => scopes.length > 0).map(({ method, path, scopes }) => ({
    route: `${method} ${path.replace('{id}', 'oi_00000000').replace('{delivery}', 'hd_0')}`,
    scopes,
    body: BODIES[path],
    isPassed: (response: Response) => (PASSED[path] ?? [200]).includes(response.status),
  })),
]

const EXPIRED = new Date(NOW_MS).toISOString()
const allBut = (scopes: readonly Scope[]): readonly Scope[] => SCOPES.filter((scope) => !scopes.includes(scope))

/** One key for each scope, one expired and one frozen with every scope, and one for each set of wrong scopes. */
const KEYS_JSON = keysJson(
  ...SCOPES.map((scope) => ({ id: `only-${scope}`, scopes: [scope] })),
  ...[...new Set(ROUTES.map(({ scopes }) => scopes.join()))].map((list) => ({
    id: `not-${list}`,
    scopes: allBut(list.split(',') as Scope[]),
  })),
  { id: 'expired', scopes: SCOPES, expires_at: EXPIRED },
  { id: 'frozen', scopes: SCOPES, allowed_machines: [] },
)

/** The same token states for both kinds of token. */
const KINDS = [
  {
    kind: 'key',
    unknown: async () => tokenOf('nobody'),
    expired: async () => tokenOf('expired'),
    withScope: async (scope: Scope) => tokenOf(`only-${scope}`),
    without: async (scopes: readonly Scope[]) => tokenOf(`not-${scopes.join()}`),
  },
  {
    kind: 'JWT',
    unknown: () => signJwt(SCOPES, {}, 'another secret another secret 32'),
    expired: () => signJwt(SCOPES, { exp: NOW_MS / 1000 - 60 }),
    withScope: (scope: Scope) => signJwt([scope]),
    without: (scopes: readonly Scope[]) => signJwt(allBut(scopes)),
  },
]

const REALM = 'Bearer realm="opend-edge"'
const INVALID = `${REALM}, error="invalid_token"`
const MALFORMED = ['Bearer', 'Basic Ym90OmJvdA==', 'Bearer a b', 'fc_bot', `Bearer ${'x'.repeat(9000)}`]

const rig = makeRig({ KEYS_JSON })

async function assertRefused(response: Response, status: number, code: string, challenge: string): Promise<void> {
  assert.equal((await readError(response, status)).code, code)
  const header = response.headers.get('WWW-Authenticate') ?? ''
  assert.ok(challenge === REALM ? header === REALM : header.startsWith(challenge), header)
  assert.equal(rig.gateway.touched, 0, 'a refused request reached the gateway')
}

for (const { route, scopes, body, isPassed } of ROUTES) {
  test(`${route}: no token and malformed ones`, async () => {
    const anonymous = await rig.send(route, { body })
    // A socket may say who it is in its first message, so here it only lacks the upgrade.
    if (route === 'GET /ws') assert.equal((await readError(anonymous, 426)).code, 'request.upgrade_required')
    else await assertRefused(anonymous, 401, 'auth.missing_token', REALM)
    for (const header of MALFORMED) {
      const response = await rig.send(route, { body, headers: { Authorization: header } })
      await assertRefused(response, 400, 'auth.malformed_token', `${REALM}, error="invalid_request"`)
    }
  })

  for (const { kind, unknown, expired, without, withScope } of KINDS) {
    test(`${route}: every state of a ${kind}`, async () => {
      const send = (token: string) => rig.send(route, { token, body })
      await assertRefused(await send(await unknown()), 401, 'auth.invalid_token', INVALID)
      await assertRefused(await send(await expired()), 401, 'auth.expired_token', INVALID)

      const refused = await send(await without(scopes))
      assert.ok(refused.headers.get('WWW-Authenticate')?.endsWith(`, scope="${scopes.join(' ')}"`))
      await assertRefused(refused, 403, 'auth.insufficient_scope', `${REALM}, error="insufficient_scope"`)

      for (const scope of scopes) {
        const response = await send(await withScope(scope))
        assert.ok(isPassed(response), `${scope}: ${response.status} ${await response.text()}`)
      }
      rig.gateway.forget()
    })
  }

  test(`${route}: a frozen key`, async () => {
    const response = await rig.send(route, { body, token: tokenOf('frozen') })
    await assertRefused(response, 401, 'auth.invalid_token', INVALID)
  })
}

test('with a configuration that has a mistake, nothing that needs a token is open', async () => {
  const env = { ...BASE_ENV, LOCAL_OPEN_READS: 'true', KEYS_JSON: keysJson({ id: 'bot', scopes: ['all' as Scope] }) }
  for (const { route, body } of [...ROUTES, { route: 'GET /metrics', body: undefined }]) {
    for (const token of [undefined, tokenOf('bot'), await signJwt(SCOPES)]) {
      const error = await readError(await rig.send(route, { body, token, env }), 500)
      assert.equal(error.code, 'server.misconfigured')
    }
  }
  assert.equal(rig.gateway.touched, 0)
})
