import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { labelOfKey } from '../../src/auth/caller-standing.ts'
import { verifyExport } from '../../src/cli/audit/verify.ts'
import { TEST_KEY } from './harness.ts'
import { type Answer, PushRig, sampleKey } from './push-rig.ts'

type Json = Readonly<Record<string, unknown>>

/** A read that nothing else here makes, so that OpenD's count of it is that of the revoked key. */
const READ = { path: '/api/trading-days', protoId: 3219 }
const DAYS = { market: 1, begin_time: '2026-11-16', end_time: '2026-11-20' }

const READS = 100
const SOCKETS = 10

class Team {
  readonly rig: PushRig

  constructor(rig: PushRig) {
    this.rig = rig
  }

  async make(record: Json): Promise<string> {
    const made = await this.rig.call('/api/admin/keys', record)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return String(made.body['key'])
  }

  /** The state of OpenD, which every key may read. */
  read(token: string): Promise<Answer> {
    return this.rig.call('/api/global-state', undefined, token)
  }

  reads(count: number, ...tokens: readonly string[]): readonly Promise<Answer>[] {
    return Array.from({ length: count }, (_, n) => this.read(tokens[n % tokens.length] ?? TEST_KEY))
  }
}

/** The different statuses of answers. */
async function statuses(answers: Iterable<Promise<Answer>>): Promise<readonly number[]> {
  return [...new Set((await Promise.all(answers)).map(({ status }) => status))]
}

test("a team's day: keys are made, imported, rotated, limited and revoked while others work", async (t) => {
  const rig = await PushRig.start({ limitsRates: false })
  t.after(() => rig.close())
  const team = new Team(rig)

  // Morning: five keys over the API, one of an old installation.
  const scopes = ['qot:read']
  const [ann, ben, cleo, dan] = [
    await team.make({ id: 'ann', scopes: ['qot:read', 'trade:simulate'], max_orders_per_minute: 5 }),
    await team.make({ id: 'ben', scopes }),
    await team.make({ id: 'cleo', scopes, subscription_quota: 10 }),
    await team.make({ id: 'dan', scopes }),
  ]
  await team.make({ id: 'eve', scopes: ['acc:read'] })
  const old = sampleKey('07')
  const hash = createHash('sha256').update(old).digest('hex')
  const file = {
    version: 1,
    keys: [{ id: 'old', hash: `sha256:${hash}`, scopes, limits: { max_orders_per_minute: 2 } }],
  }
  const imported = await rig.call('/api/admin/key-file', file)
  assert.equal(imported.status, 200, JSON.stringify(imported.body))
  assert.deepEqual(await statuses([ann, ben, cleo, dan, old].map((token) => team.read(token))), [200])

  // Noon: ben's secret is replaced while ben, ann and the imported key work.
  const before = team.reads(60, ben, ann, old)
  const rotating = rig.call('/api/admin/keys/ben/rotate', { overlap_seconds: 600 })
  const during = team.reads(60, ben, ann, old)
  const rotated = await rotating
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body))
  const fresh = String(rotated.body['key'])
  assert.notEqual(fresh, ben)
  const overlap = team.reads(60, ben, fresh)
  assert.deepEqual(await statuses([...before, ...during, ...overlap]), [200])
  // The last program has the new secret: the overlap ends.
  const ended = await rig.call('/api/admin/keys/ben/rotate', { overlap_seconds: 0 })
  assert.deepEqual(await statuses(team.reads(10, ben, fresh)), [401])
  assert.equal((await team.read(String(ended.body['key']))).status, 200)

  // cleo may subscribe ten units, over all her programs.
  const [first, second] = [await rig.socket({ token: cleo }), await rig.socket({ token: cleo })]
  await first.subscribe(['HK.00700', 'HK.00388'], ['Basic', 'Ticker', 'OrderBook', 'RT'])
  await second.subscribe(['HK.00700', 'HK.00388'], ['Broker'])
  const eleventh = await second.ask('subscribe', { symbols: ['HK.00700'], types: ['K_1M'] })
  assert.deepEqual([eleventh['ok'], eleventh['code']], [false, 'quote.share_exceeded'], JSON.stringify(eleventh))
  assert.equal((await (await rig.socket({ token: ann })).subscribe(['HK.00700'], ['K_1M']))['ok'], true)

  // Evening: dan leaves, with requests and sockets under way.
  const open = Array.from({ length: SOCKETS }, () => rig.socket({ token: dan }))
  const sockets = await Promise.all(open)
  await Promise.all(sockets.map(({ inbox }) => inbox.type('hello')))
  const flying = Array.from({ length: READS }, () => rig.call(READ.path, DAYS, dan))
  await flying[0]
  assert.deepEqual((await rig.call('/api/admin/keys/dan/revoke', {})).body, { revoked: ['dan'] })
  // Answered behind everything that was sent to OpenD before.
  assert.equal((await rig.call('/api/global-state')).status, 200)
  const seen = rig.opend.seen(READ.protoId)
  const late = Array.from({ length: 20 }, () => rig.call(READ.path, DAYS, dan))
  assert.deepEqual(await statuses(late), [401])
  for (const { status } of await Promise.all(flying)) assert.ok(status === 200 || status === 401, String(status))
  assert.equal(rig.opend.seen(READ.protoId), seen, 'no call of the key starts after the answer')
  await Promise.all(sockets.map(({ inbox }) => inbox.closedWith(4403)))
  assert.deepEqual(await statuses(team.reads(10, ann, cleo, old)), [200])

  // Night: metrics and audit show it all.
  const page = await (await rig.worker.fetch('/metrics')).text()
  for (const id of ['ann', 'ben', 'cleo', 'dan', 'old']) {
    assert.match(page, new RegExp(`futu_auth_events_total\\{[^}]*key_id="${labelOfKey(id)}"[^}]*\\} [1-9]`), id)
  }
  assert.match(page, /futu_auth_events_total\{[^}]*outcome="reject"[^}]*\} [1-9]/)
  const audit = await rig.worker.fetch('/api/admin/audit-file', { headers: { Authorization: `Bearer ${TEST_KEY}` } })
  const text = await audit.text()
  assert.ok(verifyExport(text).isWhole, verifyExport(text).text)
  for (const secret of [ann, ben, fresh, cleo, dan, old, hash]) assert.ok(!text.includes(secret))
  const [, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  const changes = rows
    .filter(({ kind }) => kind === 'key')
    .map(({ action, detail }) => [action, (detail as Json)['key']])
  assert.deepEqual(changes, [
    ...['ann', 'ben', 'cleo', 'dan', 'eve'].map((id) => ['created', id]),
    ['imported', 'old'],
    ['rotated', 'ben'],
    ['rotated', 'ben'],
    ['revoked', 'dan'],
  ])
  // Ten a minute of one kind are recorded one by one, the others are counted.
  const denied = rows.filter(({ kind, code }) => kind === 'denial' && code === 'auth.invalid_token')
  assert.ok(denied.length >= 1)
  assert.deepEqual(
    [...new Set(denied.map(({ caller, outcome }) => `${String(caller)} ${String(outcome)}`))],
    ['<invalid> reject'],
  )
})
