import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import { keyRig, readError } from './rig.ts'
import { sampleBody } from './sample-message.ts'

/** Reads whose message is in the query of a GET. */

async function readEnvelope(response: Response): Promise<void> {
  assert.equal(response.status, 200, await response.text())
}

/** The parameters that say the same as a JSON body. */
function queryOf(body: object, under = ''): string {
  const parameters = Object.entries(body).map(([name, value]: [string, unknown]) => {
    if (Array.isArray(value)) return `${under}${name}=${value.map((one) => wordOf(one)).join(',')}`
    const isMessage = typeof value === 'object' && value !== null && !('market' in value && 'code' in value)
    return isMessage ? queryOf(value, `${under}${name}.`) : `${under}${name}=${wordOf(value)}`
  })
  return parameters.join('&')
}

/** A value as a word; a security by its text. */
function wordOf(value: unknown): string {
  const isSecurity = typeof value === 'object' && value !== null && 'code' in value
  return encodeURIComponent(isSecurity ? `HK.${String(value.code)}` : String(value))
}

/** Whether a body has only what a query can say: no messages in lists but securities, and none without a field. */
function isPlain(body: object): boolean {
  const isEmptyInside = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0
  if (Object.values(body).some(isEmptyInside)) return false
  return Object.values(body).every((value: unknown) => {
    if (Array.isArray(value)) return value.every((one) => typeof one !== 'object' || 'code' in (one as object))
    return typeof value !== 'object' || value === null || isPlain(value)
  })
}

test('every read says the same in the query of a GET as in the body of a POST', async () => {
  let asked = 0
  for (const endpoint of API_ENDPOINTS.filter(({ takesQuery }) => takesQuery)) {
    const body = sampleBody(endpoint)
    if (!isPlain(body)) continue
    const posted = keyRig(['qot:read', 'acc:read'])
    await readEnvelope(await posted.send(`POST ${endpoint.path}`, { body }))
    const got = keyRig(['qot:read', 'acc:read'])
    await readEnvelope(await got.send(`GET ${endpoint.path}?${queryOf(body)}`))
    assert.deepEqual(got.gateway.only(endpoint.protocol), posted.gateway.only(endpoint.protocol), endpoint.path)
    asked++
  }
  assert.ok(asked > 100, `only ${asked} reads`)
})

test('symbols, names of enums, flags, numbers and the account of a trade call', async () => {
  const quotes = keyRig(['qot:read'])
  await readEnvelope(await quotes.send('GET /api/snapshot?symbols=HK.00700,US.BRK.B'))
  assert.deepEqual(quotes.gateway.only('Qot_GetSecuritySnapshot'), {
    securityList: [
      { market: 1, code: '00700' },
      { market: 11, code: 'BRK.B' },
    ],
  })
  const lines = keyRig(['qot:read'])
  await readEnvelope(await lines.send('GET /api/kline?symbol=HK.00700&kl_type=day&rehab_type=1&req_num=100'))
  const { klType, reqNum } = lines.gateway.only('Qot_GetKL')
  assert.deepEqual([klType, reqNum], [2, 100])
  const funds = keyRig(['acc:read'])
  await readEnvelope(
    await funds.send('GET /api/funds?trd_env=simulate&acc_id=18446744073709551615&trd_market=HK&refresh_cache=true'),
  )
  const { header, refreshCache } = funds.gateway.only('Trd_GetFunds')
  assert.deepEqual([header, refreshCache], [{ trdEnv: 0, accID: 2n ** 64n - 1n, trdMarket: 1 }, true])
})

test('a mistake in a query has its parameter, and nothing is guessed', async () => {
  const { gateway, send } = keyRig(['qot:read', 'acc:read'])
  const mistakes = [
    ['/api/snapshot', 'request.missing_field', /^\?security_list/],
    ['/api/snapshot?symbols=', 'request.missing_field', /^\?security_list/],
    ['/api/snapshot?symbols=HK.00700,700', 'request.invalid_value', /^\?symbols\[1\]/],
    ['/api/snapshot?symbls=HK.00700', 'request.unknown_field', /^\?symbls.*symbols/s],
    ['/api/snapshot?symbols=HK.00700&symbols=HK.00005', 'request.invalid_value', /^\?symbols: .*once/],
    ['/api/snapshot?symbols=HK.00700&partial=1', 'request.invalid_value', /^\?partial: .*true or false/],
    ['/api/kline?symbol=HK.00700&kl_type=day&rehab_type=1&req_num=1e3', 'request.invalid_value', /^\?req_num/],
    ['/api/kline?symbol=HK.00700&kl_type=dya&rehab_type=1&req_num=1', 'request.invalid_value', /^\?kl_type.*Day/s],
    ['/api/funds?trd_env=0&acc_id=1&trd_market=1&header.acc_id=2', 'request.invalid_value', /^\?(?:header\.)?acc_id/],
    ['/api/funds?header=5', 'request.invalid_value', /^\?header/],
    ['/api/funds?header.acc_id=1&header=5', 'request.invalid_value', /^\?header: .*once/],
    ['/api/quote?symbols=HK.00700&sub_type_list=BASIC', 'request.invalid_value', /^\?sub_type_list: .*POST/],
    ['/api/snapshot?symbols=HK.00700&partial=true&partial=false', 'request.invalid_value', /^\?partial: .*once/],
    [`/api/snapshot?${'a.'.repeat(4_000)}x=1`, 'request.unknown_field', /^\?a\./],
    ['/api/snapshot?__proto__=5', 'request.unknown_field', /^\?__proto__/],
  ] as const
  for (const [path, code, text] of mistakes) {
    const error = await readError(await send(`GET ${path}`), 400)
    assert.equal(error.code, code, path)
    assert.match(error.error, text, path)
  }
  assert.equal(gateway.calls.length, 0)
})

test('what changes something takes no GET', async () => {
  const { gateway, send } = keyRig(['qot:read', 'qot:write', 'acc:read', 'trade:simulate', 'trade:unlock'])
  for (const path of ['subscribe', 'unsubscribe', 'sub-acc-push', 'unlock-trade', 'order', 'modify-user-security']) {
    await readError(await send(`GET /api/${path}`), 405)
  }
  assert.equal(gateway.touched, 0)
})
