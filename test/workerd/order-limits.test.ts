import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createHash } from 'node:crypto'
import { type Answer, OrderRig, PROTO } from './order-rig.ts'

/** The limits of a key in the real runtime: exact under a crowd, kept through an eviction, untouched by a dry run. */

/** With the orders of the other tests below what OpenD itself takes from one account: 15 in 30 s. */
const CAP = 8
const RATED = { id: 'rated', key: `fc_${'a1'.repeat(32)}`, limits: { max_orders_per_minute: CAP } }
/** Two orders of 100 shares at 200. */
const VALUED = { id: 'valued', key: `fc_${'a2'.repeat(32)}`, limits: { max_daily_value: { HKD: 40_000 } } }
const ELSEWHERE = { id: 'elsewhere', key: `fc_${'a4'.repeat(32)}`, limits: { allowed_symbols: ['HK.00005'] } }
const DRY = { id: 'dry', key: `fc_${'a3'.repeat(32)}`, limits: { max_orders_per_minute: 1, max_daily_value: 20_000 } }

let rig: OrderRig

before(async () => {
  rig = await OrderRig.start([RATED, VALUED, DRY, ELSEWHERE])
})
after(() => rig.close())

function codeOf({ status, body }: Answer): readonly unknown[] {
  return [status, body['code']]
}

test('of two hundred orders at once a rate of N admits N, also after an eviction', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `crowd-${index}`)
  const answers = await Promise.all(names.map((name) => rig.place({ name, token: RATED.key })))
  assert.equal(answers.filter((answer) => codeOf(answer)[1] === 'limits.rate').length, 200 - CAP)
  const placed = answers.filter(({ status }) => status === 200).length
  assert.equal(rig.account.orders.length, placed)
  // On a machine that stalls for seconds, an admitted order waits too long for OpenD and gives its place back.
  for (let at = placed; at < CAP; at++) {
    assert.equal((await rig.place({ name: `again-${at}`, token: RATED.key })).status, 200)
  }
  assert.equal(rig.account.orders.length, CAP)
  assert.equal(rig.opend.seen(PROTO.place), CAP)

  await rig.worker.evict()
  const late = await rig.place({ name: 'late', token: RATED.key })
  assert.deepEqual(codeOf(late), [429, 'limits.rate'])
  const retryAfter = Number(late.headers.get('Retry-After'))
  assert.ok(retryAfter > 0 && retryAfter <= 60, `Retry-After ${retryAfter}`)
  assert.deepEqual(rig.upstream('late'), [])
})

test('the value of a day is used up, also after an eviction', async () => {
  const first = await rig.place({ name: 'value-1', token: VALUED.key })
  const second = await rig.place({ name: 'value-2', token: VALUED.key })
  assert.deepEqual([first.status, second.status], [200, 200])
  for (const name of ['value-3', 'value-4']) {
    assert.deepEqual(codeOf(await rig.place({ name, token: VALUED.key })), [429, 'limits.daily_value'])
    assert.deepEqual(rig.upstream(name), [])
    await rig.worker.evict()
  }
})

test('a dry run tells what would be, sends nothing, writes nothing down and takes nothing', async () => {
  const dryRun = { name: 'dry', token: DRY.key, path: '/api/order?dry_run=true' }
  const placed = rig.opend.seen(PROTO.place)
  for (const _ of [1, 2, 3]) {
    const { status, body } = await rig.place(dryRun)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body['would_pass'], true, JSON.stringify(body))
    const { currency, items } = body['fee'] as { readonly currency: string; readonly items: readonly unknown[] }
    assert.deepEqual([currency, items.length > 3], ['HKD', true], JSON.stringify(body['fee']))
  }
  assert.equal(rig.opend.seen(PROTO.place), placed)
  assert.equal(await rig.intentOf('dry'), null)
  assert.equal((await rig.place({ ...dryRun, path: '/api/order' })).status, 200, 'the whole budget is still there')
  const { body } = await rig.place(dryRun)
  assert.equal(body['would_pass'], false, JSON.stringify(body))
})

test('refused calls are in the ledger with their reason, and a program that runs away does not fill it', async () => {
  const placing = Array.from({ length: 100 }, (_, index) =>
    rig.place({ name: `astray-${index}`, token: ELSEWHERE.key }),
  )
  const answers = await Promise.all(placing)
  assert.deepEqual(new Set(answers.map((answer) => codeOf(answer)[1])), new Set(['limits.symbol']))
  const named = answers.flatMap(({ headers }) => headers.get('X-Order-Intent') ?? [])
  assert.equal(named.length, 60)
  const entry = await rig.intent(named[0] ?? '')
  assert.deepEqual([entry['state'], entry['code'], entry['reservation']], ['refused', 'limits.symbol', null])
  assert.match(String(entry['detail']), /^limit check failed: /)
  assert.equal(await countRefused(), 60)

  const keyId = `kh_${createHash('sha256').update(ELSEWHERE.id).digest('hex').slice(0, 8)}`
  const metrics = await (await rig.worker.fetch('/metrics')).text()
  const line = metrics
    .split('\n')
    .find((one) => one.startsWith(`futu_auth_limit_rejects_total{`) && one.includes(keyId))
  assert.equal(line, `futu_auth_limit_rejects_total{iface="rest",key_id="${keyId}",reason="symbol"} 100`)
  assert.match(metrics, /^opend_edge_orders_total\{outcome="refused"\} \d+$/m)

  await rig.worker.evict()
  assert.equal(await countRefused(), 60, 'they are written, not only remembered')
  await rig.worker.sql(
    `
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
    INSERT INTO order_entries (id, caller, acc_id, kind, state, created_ms, entry)
    SELECT 'old_' || i, caller, acc_id, kind, state, created_ms, entry FROM n, (SELECT * FROM order_entries WHERE id = ?)`,
    named[0] ?? '',
  )
  const late = await rig.place({ name: 'astray-late', token: ELSEWHERE.key })
  assert.equal((await rig.intent(late.headers.get('X-Order-Intent') ?? ''))['state'], 'refused')
  assert.equal(await countRefused(), 1_000)
})

async function countRefused(): Promise<unknown> {
  // Asking for a page writes what waits to be written.
  await rig.worker.api('/api/order-intents?all=true&limit=1')
  const where = `state = 'refused' AND caller = 'key:${ELSEWHERE.id}'`
  const [row] = await rig.worker.sql(`SELECT COUNT(*) AS n FROM order_entries WHERE ${where}`)
  return row?.['n']
}
