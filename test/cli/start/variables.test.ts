import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { readVariables } from '../../../src/cli/start/variables.ts'
import { type Env, VARIABLES } from '../../../src/env.ts'

const KEY = `fc_${'ab'.repeat(32)}`
const NOW_MS = Date.UTC(2026, 10, 27)
const JWT = { JWT_ISSUER: 'https://issuer.test', JWT_AUDIENCE: 'a', JWT_SECRET: 'x'.repeat(32) }

function keysWith(fields: Readonly<Record<string, unknown>> = {}): string {
  const hash = createHash('sha256').update('fc_other').digest('hex')
  return JSON.stringify({ version: 1, keys: [{ id: 'mine', hash, scopes: ['qot:read'], ...fields }] })
}

async function variablesOf(environment: Readonly<Record<string, string>>) {
  const reading = await readVariables(environment, KEY, NOW_MS)
  assert.ok(reading.ok, JSON.stringify(reading))
  return reading.value
}

async function problemsOf(environment: Readonly<Record<string, string>>): Promise<string> {
  const reading = await readVariables(environment, KEY, NOW_MS)
  assert.ok(!reading.ok)
  return reading.problems.join('\n')
}

test('without any variable the simulator runs with the local key, and reads are open', async () => {
  const { vars, config, usesLocalKey } = await variablesOf({ HOME: '/x', PATH: '/y' })
  assert.deepEqual(Object.keys(vars).toSorted(), [
    'KEYS_JSON',
    'LOCAL_OPEN_READS',
    'LOG_LEVEL',
    'METRICS_AUTH',
    'OPEND_URL',
  ])
  assert.deepEqual([config.metricsNeedScope, config.logLevel], [false, 'error'])
  assert.deepEqual([config.opendAddresses[0]?.kind, config.localOpenReads, usesLocalKey], ['simulator', true, true])
  assert.ok(config.keys[0]?.scopes.has('trade:real'))
})

test('every variable of the table reaches the Worker unchanged', async () => {
  const given: Readonly<Record<keyof Env, string>> = {
    OPEND_URL: 'tcp://127.0.0.1:11111',
    OPEND_RSA_KEY: '',
    OPEND_WS_KEY: 'secret123',
    OPEND_ACCESS_ID: 'id.access',
    OPEND_ACCESS_SECRET: 'secret',
    OPEND_CONNECTORS: 'home, office',
    OPEND_ALLOW_PLAINTEXT_TRADING: 'false',
    KEYS_JSON: keysWith(),
    ...JWT,
    JWT_ALGORITHMS: 'HS256',
    JWT_JWKS_URL: '',
    JWT_SCOPE_CLAIM: 'scp',
    JWT_DEFAULT_SCOPES: 'qot:read',
    JWT_DEFAULT_LIMITS: '{"max_orders_per_minute":3}',
    ALLOWED_ORIGINS: 'https://app.example.com',
    METRICS_AUTH: 'scope',
    LOG_LEVEL: 'info',
    LOCAL_OPEN_READS: 'false',
  }
  const { vars, config } = await variablesOf(given)
  assert.deepEqual(vars, given)
  assert.deepEqual(Object.keys(VARIABLES).toSorted(), Object.keys(given).toSorted())
  assert.ok(config.allowedOrigins.has('https://app.example.com'))
})

test('reads need a key if any caller is configured', async () => {
  const environments: readonly Record<string, string>[] = [
    JWT,
    { KEYS_JSON: keysWith() },
    { KEYS_JSON: keysWith({ id: 'local' }), LOCAL_OPEN_READS: 'true' },
    { ...JWT, LOCAL_OPEN_READS: 'true' },
    { LOCAL_OPEN_READS: 'false' },
  ]
  for (const environment of environments) {
    assert.equal((await variablesOf(environment)).config.localOpenReads, false, JSON.stringify(environment))
  }
})

test('with an OpenD of its own the local key trades no real account', async () => {
  const { config } = await variablesOf({ OPEND_URL: 'tcp://127.0.0.1:11111' })
  assert.equal(config.keys[0]?.scopes.has('trade:real'), false)
  assert.equal(config.keys[0]?.scopes.has('trade:simulate'), true)
})

test('a mistake is reported at once, with the remedy', async () => {
  assert.match(await problemsOf({ OPEND_URL: 'nonsense' }), /OPEND_URL must be tcp:\/\/host:port, connector:,/)
  assert.match(await problemsOf({ KEYS_JSON: '{"version":1' }), /^KEYS_JSON is not valid JSON: .*$/)
  assert.match(await problemsOf({ KEYS_JSON: './keys.json' }), /not valid JSON.*\n.*KEYS_JSON="\$\(cat keys\.json\)"/)
  assert.match(await problemsOf({ OPEND_RSA_KEY: 'key.pem' }), /PKCS#1.*\n.*OPEND_RSA_KEY="\$\(cat key\.pem\)"/)
  assert.match(await problemsOf({ JWT_ISSUER: 'x' }), /JWT_AUDIENCE is not set/)
})

test('keys with which every call would fail are a problem, unless JWTs are configured too', async () => {
  for (const KEYS_JSON of ['', '{"version":1,"keys":[]}']) {
    assert.match(await problemsOf({ KEYS_JSON }), /KEYS_JSON is set and contains no key.*unset it/)
    await variablesOf({ KEYS_JSON, ...JWT })
  }
  for (const fields of [{ allowed_machines: [] }, { expires_at: '2026-11-26T00:00:00Z' }]) {
    assert.match(await problemsOf({ KEYS_JSON: keysWith(fields) }), /frozen or have expired.*unset it/)
  }
  await variablesOf({ KEYS_JSON: keysWith({ expires_at: '2026-11-28T00:00:00Z' }) })
})
