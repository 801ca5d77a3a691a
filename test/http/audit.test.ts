import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { auditEvent } from '../../src/audit/audit-event.ts'
import { verifyExport } from '../../src/cli/audit/verify.ts'
import { keyRig, readError, signJwt, tokenOf } from './rig.ts'

let rig: ReturnType<typeof keyRig>

beforeEach(() => {
  rig = keyRig(['admin'])
  const { audit } = rig.gateway
  for (let count = 0; count < 5; count++) {
    const about = { caller: 'key:ann', action: 'place reserved', intentId: `oi_${count}`, requestId: `r${count}` }
    audit.record(auditEvent('order', about))
  }
  audit.record(auditEvent('admin', { caller: 'key:boss', action: 'reload', requestId: 'r9' }))
})

interface Page {
  readonly rows: readonly Record<string, unknown>[]
  readonly next_before: number | null
}

async function page(
  query: string,
): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly next_before: number | null }> {
  const response = await rig.send(`GET /api/admin/audit${query}`)
  assert.equal(response.status, 200)
  return (await response.json()) as Page
}

test('a page has the newest rows first, and leads to the next one', async () => {
  const first = await page('?limit=4')
  assert.deepEqual(
    first.rows.map(({ seq }) => seq),
    [6, 5, 4, 3],
  )
  const second = await page(`?limit=4&before=${first.next_before}`)
  assert.deepEqual([second.rows.map(({ seq }) => seq), second.next_before], [[2, 1], null])
})

test('a row has the names of the API, in a page and in the export', async () => {
  const { rows } = await page('?request_id=r3')
  const [, ...lines] = (await (await rig.send('GET /api/admin/audit-file')).text()).trimEnd().split('\n')
  const line = JSON.parse(lines[3] ?? '') as Record<string, unknown>
  assert.deepEqual(rows[0], line)
  assert.equal(
    Object.keys(line).join(' '),
    'seq at_ms kind iface caller action outcome code request_id intent_id sent_as order_id acc_id left_out detail hash',
  )
})

test('one look-up leads from a request to its entry', async () => {
  const { rows } = await page('?request_id=r3')
  assert.deepEqual(
    rows.map((row) => [row['intent_id'], row['caller']]),
    [['oi_3', 'key:ann']],
  )
  assert.equal((await page('?kind=admin&outcome=allow')).rows.length, 1)
  assert.equal((await page('?caller=key:nobody')).rows.length, 0)
})

test('a filter that makes no sense is refused by name', async () => {
  for (const [query, says] of [
    ['?kind=orders', /^\?kind: expected one of order, key/],
    ['?limit=501', /^\?limit: expected a whole number from 1 to 500/],
    ['?since=yesterday', /^\?since: expected an RFC 3339 time/],
    ['?calle=x', /did you mean caller/],
  ] as const) {
    const error = await readError(await rig.send(`GET /api/admin/audit${query}`), 400)
    assert.match(error.error, says)
  }
})

test('the export is a chain that is whole, and a row that was changed, removed or moved is found', async () => {
  const response = await rig.send('GET /api/admin/audit-file')
  assert.equal(response.headers.get('Content-Type'), 'application/jsonl; charset=utf-8')
  const file = await response.text()
  assert.deepEqual(verifyExport(file), { isWhole: true, text: 'The chain of 6 rows is whole.' })
  const lines = file.split('\n')
  const [third = '', fourth = ''] = lines.slice(3)
  for (const [changed, says] of [
    [file.replace('key:boss', 'key:anna'), /row 6 was changed/],
    [lines.toSpliced(3, 1).join('\n'), /row 4 does not follow: rows before it are missing/],
    [lines.with(3, fourth).with(4, third).join('\n'), /row 4 does not follow/],
    [lines.slice(1).join('\n'), /no anchor/],
    [file.slice(0, -20), /is not JSON/],
    [file.replace('"caller":"key:boss"', '"caller":"key:anna",$&'), /Line 7 is not in the form of the export/],
  ] as const) {
    const verdict = verifyExport(changed)
    assert.ok(!verdict.isWhole)
    assert.match(verdict.text, says)
  }
})

test('a token that was pasted into the path or the query of a denied call is not in the audit', async () => {
  const jwt = await signJwt(['qot:read'])
  const other = keyRig(['qot:read'])
  const key = tokenOf('bot')
  const routes = [key, jwt, encodeURIComponent(`Bearer ${key}`)].flatMap((token) => [
    `GET /api/order-intents/${token}`,
    `GET /api/admin/keys/${token}?token=${token}`,
    `GET /api/admin/audit?access_token=${token}`,
  ])
  for (const route of routes) {
    await readError(await other.send(route, { headers: { 'X-Request-Id': jwt.slice(0, 60) } }), 403)
    await readError(await other.send(route, { token: 'a.wrong.token' }), 401)
  }
  // The denials are reported with the next request after a second.
  other.clock.nowMs += 2_000
  await other.send('GET /health')
  const { denials, audit } = other.gateway
  const events = denials.flatMap((one) => one.events)
  assert.ok(events.length >= 10)
  for (const event of events) audit.record(event)
  for (const [what, text] of [
    ['the report of the isolate', JSON.stringify(events.map(({ action }) => action))],
    ['the audit', JSON.stringify(audit.exportAfter(0, 1_000).rows)],
  ] as const) {
    assert.ok(text.includes('GET /api/admin/keys/[redacted]'), what)
    for (const secret of [key, key.slice(3, 40), ...jwt.split('.')]) assert.ok(!text.includes(secret), what)
  }
})

test('only administrators read it, and the attempt of another is a denial in it', async () => {
  const other = keyRig(['qot:read'])
  await readError(await other.send('GET /api/admin/audit?limit=5'), 403)
  const events = other.gateway.denials.flatMap((denials) => denials.events)
  assert.deepEqual(
    events.map(({ caller, action, code, detail }) => [caller, action, code, detail]),
    [['key:bot', 'GET /api/admin/audit', 'auth.insufficient_scope', { scopes: 'admin' }]],
  )
})
