import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { bannerText } from '../../../src/cli/start/banner.ts'
import { readVariables } from '../../../src/cli/start/variables.ts'

const KEY = `fc_${'ab'.repeat(32)}`
const MINE = `fc_${'cd'.repeat(32)}`
const KEYS_JSON = JSON.stringify({
  version: 1,
  keys: [{ id: 'mine', hash: createHash('sha256').update(MINE).digest('hex'), scopes: ['qot:read'] }],
})
const JWT = { JWT_ISSUER: 'https://issuer.test', JWT_AUDIENCE: 'a', JWT_SECRET: 'x'.repeat(32) }

async function bannerWith(environment: Readonly<Record<string, string>>, linkProblem: string | null = null) {
  const reading = await readVariables(environment, KEY, Date.now())
  assert.ok(reading.ok)
  return bannerText({
    url: 'http://127.0.0.1:22222',
    variables: reading.value,
    key: KEY,
    data: '.wrangler/opend-edge',
    freshCommand: 'npm start -- --fresh',
    linkProblem,
  })
}

/** The words that a shell makes of the printed curl lines, with one of the caller's own keys in KEY. */
function wordsOf(banner: string): readonly (readonly string[])[] {
  const lines = banner.split('\n').filter((line) => line.trimStart().startsWith('curl '))
  assert.equal(lines.length, 3)
  return lines.map((line) => {
    const script = `curl() { printf '%s\\0' "$@"; }\n${line}`
    const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { ...process.env, KEY: MINE } })
    assert.equal(status, 0, line)
    return stdout.split('\0').slice(0, -1)
  })
}

test('the printed calls contain a key that works when they are pasted into a shell', async () => {
  const runs = [
    [{}, KEY],
    [{ ...JWT }, KEY],
    [{ OPEND_URL: 'tcp://127.0.0.1:11111' }, KEY],
    [{ KEYS_JSON }, MINE],
    [{ KEYS_JSON, ...JWT }, MINE],
  ] as const
  for (const [environment, key] of runs) {
    const [accounts, quote] = wordsOf(await bannerWith(environment))
    assert.deepEqual(accounts, ['-H', `Authorization: Bearer ${key}`, 'http://127.0.0.1:22222/api/accounts'])
    assert.deepEqual(JSON.parse(quote?.at(-1) ?? ''), {
      security_list: [{ market: 1, code: '00700' }],
      sub_type_list: [1],
    })
  }
})

test('it names the data folder and the command that starts with empty state', async () => {
  const banner = await bannerWith({})
  assert.match(banner, /is stored in \.wrangler\/opend-edge\.\nTo start with empty state: npm start -- --fresh\n/)
})

test('it describes which calls need which key', async () => {
  assert.match(await bannerWith({}), /Reads from this machine need no key/)
  assert.match(await bannerWith({ LOCAL_OPEN_READS: 'false' }), /Each call needs this key/)
  assert.match(await bannerWith(JWT), /Each call needs this key or a JWT of https:\/\/issuer\.test/)
  const mine = await bannerWith({ KEYS_JSON })
  assert.match(mine, /key {2}yours: KEYS_JSON is set/)
  assert.match(mine, /variable KEY of your shell/)
  assert.equal(mine.includes(KEY), false, 'a key that does not work is not shown')
})

test('with a real OpenD it describes that the local key lacks trade:real, and the remedy', async () => {
  const environment = { OPEND_URL: 'tcp://127.0.0.1:11111' }
  assert.match(await bannerWith(environment), /connected to tcp:\/\/127\.0\.0\.1:11111/)
  assert.match(await bannerWith(environment), /lacks the scope trade:real[^]*with trade:real into KEYS_JSON/)
  assert.doesNotMatch(await bannerWith({}), /lacks/)
  assert.doesNotMatch(await bannerWith({ ...environment, KEYS_JSON }), /lacks/)
})

test('an unreachable OpenD is reported directly below the address', async () => {
  assert.match(await bannerWith({}, 'OpenD cannot be reached.'), /simulated OpenD\n\nOpenD cannot be reached\.\n/)
})
