import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type Env, hasManyCallers, readConfig } from '../src/env.ts'

const GOOD: Env = { OPEND_URL: 'tcp://127.0.0.1:11111' }
const SECRET = '0123456789abcdef0123456789abcdef'
const JWT: Env = { ...GOOD, JWT_ISSUER: 'https://issuer.test', JWT_AUDIENCE: 'opend-edge' }

function configOf(env: Env) {
  const config = readConfig(env)
  assert.ok(config.ok, JSON.stringify(config))
  return config.value
}

function problemsOf(env: Env): readonly string[] {
  const config = readConfig(env)
  assert.ok(!config.ok)
  return config.problems
}

test('the least that is needed is where OpenD is; everything else is closed or off', () => {
  assert.deepEqual(configOf(GOOD), {
    opendAddresses: [{ kind: 'tcp', hostname: '127.0.0.1', port: 11111 }],
    linkKey: null,
    link: { webSocketKeyMd5: '', accessHeaders: {}, connectorNames: [] },
    allowsPlaintextTrading: false,
    keys: [],
    jwt: null,
    localOpenReads: false,
    metricsNeedScope: true,
    logLevel: 'info',
    allowedOrigins: new Set(),
  })
})

test('an OPEND_URL that is anything else is a problem, never a silent simulator', () => {
  const wrong = [
    '',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:70000',
    'http://host:80',
    'host:11111',
    'tcp://',
    'simulator',
    'tcp://u@host:1',
    'tcp://host:1/x',
    'tcp://host:1?x',
  ]
  for (const OPEND_URL of wrong) assert.match(problemsOf({ OPEND_URL }).join(), /OPEND_URL/, OPEND_URL)
  assert.match(problemsOf({}).join(), /OPEND_URL is not set/)
})

test('a JWT secret takes HS256 unless told, published keys RS256', () => {
  assert.deepEqual(configOf({ ...JWT, JWT_SECRET: SECRET }).jwt?.algorithms, ['HS256'])
  const jwks = configOf({ ...JWT, JWT_JWKS_URL: 'https://issuer.test/jwks', JWT_SCOPE_CLAIM: 'permissions' }).jwt
  assert.deepEqual(jwks?.algorithms, ['RS256'])
  assert.equal(jwks?.scopeClaim, 'permissions')
  assert.deepEqual(
    configOf({ ...JWT, JWT_JWKS_URL: 'http://127.0.0.1:1/jwks', JWT_ALGORITHMS: 'ES256, EdDSA' }).jwt?.algorithms,
    ['ES256', 'EdDSA'],
  )
})

const BAD_JWT: readonly (readonly [string, Env, RegExp])[] = [
  ['no issuer', { ...JWT, JWT_ISSUER: '', JWT_SECRET: SECRET }, /JWT_ISSUER is not set/],
  ['no audience', { ...JWT, JWT_AUDIENCE: undefined, JWT_SECRET: SECRET }, /JWT_AUDIENCE is not set/],
  ['no key', JWT, /The key for JWTs is missing/],
  ['only a claim', { ...GOOD, JWT_SCOPE_CLAIM: 'scp' }, /JWT_ISSUER is not set/],
  ['two keys', { ...JWT, JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://issuer.test/jwks' }, /both set/],
  ['none', { ...JWT, JWT_SECRET: SECRET, JWT_ALGORITHMS: 'none' }, /contains "none"/],
  [
    'none beside another',
    { ...JWT, JWT_JWKS_URL: 'https://issuer.test/jwks', JWT_ALGORITHMS: 'RS256 none' },
    /contains "none"/,
  ],
  [
    'HMAC with published keys',
    { ...JWT, JWT_JWKS_URL: 'https://issuer.test/jwks', JWT_ALGORITHMS: 'RS256,HS256' },
    /contains "HS256"/,
  ],
  ['a signature with a secret', { ...JWT, JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' }, /contains "RS256"/],
  ['an empty list', { ...JWT, JWT_SECRET: SECRET, JWT_ALGORITHMS: ' , ' }, /JWT_ALGORITHMS is empty/],
  ['a short secret', { ...JWT, JWT_SECRET: 'short' }, /too short for HS256: it needs at least 32 bytes/],
  ['a secret too short for its hash', { ...JWT, JWT_SECRET: SECRET, JWT_ALGORITHMS: 'HS512' }, /64 bytes/],
  ['plain HTTP', { ...JWT, JWT_JWKS_URL: 'http://issuer.test/jwks' }, /not an https: URL/],
  ['no URL', { ...JWT, JWT_JWKS_URL: 'issuer.test' }, /not an https: URL/],
]

for (const [what, env, expected] of BAD_JWT) {
  test(`a half-configured JWT is a problem: ${what}`, () => assert.match(problemsOf(env).join('\n'), expected))
}

test('origins are listed as browsers write them', () => {
  const ALLOWED_ORIGINS = 'https://app.example.com, http://desk.example.com:8080,http://[::1]:3000'
  assert.deepEqual(
    configOf({ ...GOOD, ALLOWED_ORIGINS }).allowedOrigins,
    new Set(['https://app.example.com', 'http://desk.example.com:8080', 'http://[::1]:3000']),
  )
  assert.deepEqual(configOf({ ...GOOD, ALLOWED_ORIGINS: '' }).allowedOrigins, new Set())
})

const BAD_ORIGINS: Readonly<Record<string, RegExp>> = {
  '*': /contains "\*": list each origin separately/,
  'https://*.example.com': /list each origin separately/,
  'app.example.com': /an origin has the form/,
  null: /an origin has the form/,
  'wss://app.example.com': /an origin has the form/,
  'https://app.example.com/': /browsers send this origin as https:\/\/app\.example\.com; write it in that form\.$/,
  'https://app.example.com/login': /browsers send this origin as https:\/\/app\.example\.com; write it in that form\.$/,
  'https://App.example.com': /browsers send this origin as https:\/\/app\.example\.com; write it in that form\.$/,
  'https://app.example.com:443': /browsers send this origin as https:\/\/app\.example\.com; write it in that form\.$/,
}

for (const [name, expected] of Object.entries(BAD_ORIGINS)) {
  test(`an origin that no browser would send is a problem: ${name}`, () => {
    const problems = problemsOf({ ...GOOD, ALLOWED_ORIGINS: `https://good.example.com, ${name}` })
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', expected)
  })
}

test('every mistake is told at once, and no secret with it', () => {
  const problems = problemsOf({
    OPEND_URL: 'nowhere',
    KEYS_JSON: '{"version":1,"keys":[{"id":"a","hash":"fc_plain_secret","scopes":["all"]}]}',
    JWT_SECRET: 'hunter2',
    METRICS_AUTH: 'yes',
    LOCAL_OPEN_READS: '1',
  })
  const text = problems.join('\n')
  for (const name of [
    'OPEND_URL',
    'KEYS_JSON',
    'JWT_ISSUER',
    'JWT_AUDIENCE',
    'JWT_SECRET',
    'METRICS_AUTH',
    'LOCAL_OPEN_READS',
  ]) {
    assert.match(text, new RegExp(name))
  }
  assert.doesNotMatch(text, /hunter2|fc_plain_secret/)
})

test('a link key is read from PEM, also from a secret on one line; anything else closes the deployment', () => {
  const encoding = { type: 'pkcs1', format: 'pem' } as const
  const options = { modulusLength: 1024, privateKeyEncoding: encoding, publicKeyEncoding: encoding }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', options)
  for (const OPEND_RSA_KEY of [privateKey, privateKey.replaceAll('\n', '\\n')]) {
    assert.equal(configOf({ ...GOOD, OPEND_RSA_KEY }).linkKey?.blockBytes, 128)
  }
  for (const OPEND_RSA_KEY of ['key', publicKey]) {
    const problems = problemsOf({ ...GOOD, OPEND_RSA_KEY }).join()
    assert.match(problems, /OPEND_RSA_KEY/)
    assert.equal(problems.includes(publicKey), false, 'no key text in a problem')
  }
})

test('one key alone shares OpenD with no other caller; two keys, or JWTs, do', () => {
  const keys = ['a', 'b'].map((id) => ({ id, hash: id.repeat(64), scopes: ['qot:read'] }))
  const KEYS_JSON = (count: number): string => JSON.stringify({ version: 1, keys: keys.slice(0, count) })
  assert.equal(hasManyCallers(configOf({ ...GOOD, KEYS_JSON: KEYS_JSON(1) })), false)
  assert.equal(hasManyCallers(configOf({ ...GOOD, KEYS_JSON: KEYS_JSON(2) })), true)
  assert.equal(hasManyCallers(configOf({ ...JWT, JWT_SECRET: SECRET, KEYS_JSON: KEYS_JSON(1) })), true)
})
