import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { keyRig, readError } from './rig.ts'

const ROUTE = 'POST /api/option-chain'

function rigAt(nowMs = Date.UTC(2026, 10, 23, 2, 30)) {
  const rig = keyRig(SCOPES)
  rig.clock.nowMs = nowMs
  const spans = (): unknown =>
    rig.gateway.calls.map(({ c2s }) => {
      const { beginTime, endTime } = c2s as { beginTime: string; endTime: string }
      return `${beginTime} ${endTime}`
    })
  return { ...rig, spans }
}

test('a chain without times begins today, on the clock of the market, and has 30 days', async () => {
  const { send, spans } = rigAt()
  await send(ROUTE, { body: { symbol: 'US.AAPL' } })
  await send(ROUTE, { body: { symbol: 'HK.00700', begin_time: '' } })
  await send(ROUTE, { body: { symbol: 'HK.00700', begin_time: '2027-01-01' } })
  await send(ROUTE, { body: { symbol: 'HK.00700', end_time: '2026-11-30' } })
  assert.deepEqual(spans(), [
    '2026-11-22 2026-12-21',
    '2026-11-23 2026-12-22',
    '2027-01-01 2027-01-30',
    '2026-11-23 2026-11-30',
  ])
})

test('a month is one call, as OpenD takes it; a longer chain is asked for in calls of 30 days', async () => {
  const { send, spans, gateway } = rigAt()
  await send(ROUTE, { body: { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2026-12-31' } })
  assert.deepEqual(spans(), ['2026-12-01 2026-12-31'])
  gateway.forget()
  await send(ROUTE, { body: { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2027-02-20', type: 'CALL' } })
  assert.deepEqual(spans(), ['2026-12-01 2026-12-30', '2026-12-31 2027-01-29', '2027-01-30 2027-02-20'])
  for (const { c2s } of gateway.calls) {
    assert.partialDeepStrictEqual(c2s, { owner: { market: 11, code: 'AAPL' }, type: 1 })
  }
})

test('the expiries of all the calls are one answer, as old as its oldest part', async () => {
  const { send, gateway } = rigAt()
  gateway.answers.set('Qot_GetOptionChain', {
    retType: 0,
    s2c: { optionChain: [{ strikeTime: '2026-12-18', option: [] }] },
  })
  gateway.asOfMs = Date.UTC(2026, 10, 23, 2, 29)
  const body = { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2027-01-20' }
  const response = await send(ROUTE, { body })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('X-As-Of'), '2026-11-23T02:29:00.000Z')
  const { s2c, ret_type } = (await response.json()) as { ret_type: number; s2c: { option_chain: object[] } }
  assert.equal(ret_type, 0)
  assert.deepEqual(s2c, {
    option_chain: [
      { strike_time: '2026-12-18', option: [] },
      { strike_time: '2026-12-18', option: [] },
    ],
  })
})

test('a chain of which OpenD refuses one call is refused, and the rest is not asked for', async () => {
  const { send, gateway } = rigAt()
  gateway.answers.set('Qot_GetOptionChain', {
    retType: -1,
    retMsg: 'no right to quotes',
  })
  const body = { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2027-06-01' }
  assert.equal((await readError(await send(ROUTE, { body }), 400)).code, 'opend.refused')
  assert.equal(gateway.calls.length, 1)
})

test('a chain of more days than ten calls have is refused with the last day that can be had', async () => {
  const { send, gateway } = rigAt()
  const ask = (end: string) => send(ROUTE, { body: { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: end } })
  const error = await readError(await ask('2027-09-27'), 400)
  assert.equal(error.code, 'request.invalid_value')
  assert.match(error.error, /^end_time: expected 2027-09-26 at the latest: one request covers at most 300 days/)
  assert.equal(gateway.calls.length, 0)
  assert.equal((await ask('2027-09-26')).status, 200)
  assert.equal(gateway.calls.length, 10)
})

test('a span that ends before it begins is for OpenD to refuse', async () => {
  const { send, spans } = rigAt()
  await send(ROUTE, { body: { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2026-11-01' } })
  assert.deepEqual(spans(), ['2026-12-01 2026-11-01'])
})

test('a chain that meets a limit midway states what was sent, and that a repetition goes on from there', async () => {
  const { send, gateway } = rigAt()
  const limited = { code: 'upstream.rate_limited', limit: 10, windowMs: 30_000, retryAfterMs: 12_000 } as const
  gateway.answers.get = () => (gateway.calls.length < 3 ? undefined : limited)
  const body = { symbol: 'US.AAPL', begin_time: '2026-12-01', end_time: '2027-06-01' }
  const { error } = await readError(await send(ROUTE, { body }), 429)
  assert.match(
    error,
    /this call was not sent\. Try again in 12 s\. 2 earlier calls of this request were sent to OpenD\./,
  )
  assert.match(error, /stored for 5 minutes, so a repetition sends the other parts only\.$/)
  gateway.forget()
  const fresh = await send(ROUTE, { body, headers: { 'Cache-Control': 'no-cache' } })
  assert.match((await readError(fresh, 429)).error, /2 earlier calls of this request were sent to OpenD\.$/)
  const first = { ...limited, limit: 3 }
  gateway.answers.get = () => first
  assert.match(
    (await readError(await send(ROUTE, { body }), 429)).error,
    /the call was not sent\. Try again in 12 s\.$/,
  )
})
