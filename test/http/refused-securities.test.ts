import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../src/base/failure.ts'
import { SCOPES } from '../../src/auth/scope.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import { lastDayOfOption } from '../../src/limits/market/expired-options.ts'
import { keyRig, readError } from './rig.ts'
import { sampleMessage } from './sample-message.ts'

const EXPIRED = 'US.SOFI251121C31000'
const LISTED = 'US.SOFI271119C31000'

interface Body {
  readonly left_out?: readonly object[]
  readonly s2c: object
}

/** An OpenD that knows all securities but these, and names one of a call that it does not know. */
function rigWithout(...unknown: readonly string[]) {
  const rig = keyRig(SCOPES)
  rig.gateway.answers.get = (protocol): WireMessage => {
    const codes = codesOf(rig.gateway.calls.at(-1)?.c2s)
    const refused = unknown.find((text) => codes.some((code) => text.endsWith(`.${code}`)))
    if (refused !== undefined) return { retType: -1, retMsg: `未知股票 ${refused}` }
    return { retType: 0, s2c: sampleMessage(`${protocol}.S2C`) }
  }
  return { ...rig, asked: () => rig.gateway.calls.map(({ c2s }) => codesOf(c2s)) }
}

function codesOf(c2s: unknown): readonly string[] {
  return (c2s as { securityList: readonly { code: string }[] }).securityList.map(({ code }) => code)
}

for (const [code, lastDay] of [
  ['SOFI251121C31000', '2025-11-21'],
  ['TCH261127P400000', '2026-11-27'],
  ['.SPX261218C4500000', '2026-12-18'],
  ['AAPL1261218C150000', '2026-12-18'],
  ['SOFI251332C31000', null],
  ['AAPL', null],
  ['00700', null],
  ['HSI2612', null],
] as const) {
  test(`the last day of ${code} is ${lastDay}`, () => assert.equal(lastDayOfOption(code), lastDay))
}

test('an order of an option that has expired is refused with the day, from the day after on its market', async () => {
  const { send, gateway, clock } = keyRig(SCOPES)
  const order = { trd_env: 0, acc_id: 5, trd_market: 'US', trd_side: 'BUY', order_type: 'NORMAL', qty: 1, price: 1 }
  for (const [body, path] of [
    [{ ...order, code: EXPIRED }, 'code'],
    [{ ...order, code: 'SOFI251121C31000' }, 'code'],
    [{ ...order, symbol: EXPIRED }, 'symbol'],
  ] as const) {
    const { error } = await readError(await send('POST /api/order', { body }), 400)
    assert.match(error, new RegExp(`^${path}: expected .*SOFI251121C31000 expired on 2025-11-21$`))
  }
  assert.equal(gateway.touched, 0)
  const last = { ...order, symbol: 'US.SOFI261120C31000' }
  // 23:59 and 00:00 in New York.
  clock.nowMs = Date.UTC(2026, 10, 21, 4, 59)
  assert.equal((await send('POST /api/order', { body: last })).status, 200)
  clock.nowMs = Date.UTC(2026, 10, 21, 5, 0)
  assert.equal((await send('POST /api/order', { body: last })).status, 400)
})

test('a refused batch names the securities that it is about, in a list', async () => {
  const { send } = rigWithout('HK.99999', EXPIRED)
  const symbols = ['HK.00700', 'HK.99999', EXPIRED, LISTED, 'HK.09999']
  const response = await send('POST /api/snapshot', { body: { symbols } })
  assert.equal(response.status, 400)
  assert.partialDeepStrictEqual(await response.json(), {
    error: `OpenD refused the call: 未知股票 HK.99999 (expired: ${EXPIRED})`,
    code: 'opend.refused',
    ret_msg: '未知股票 HK.99999',
    securities: ['HK.99999'],
    expired: [EXPIRED],
  })
})

test('a refusal for another reason is as it was', async () => {
  const { send, gateway } = keyRig(SCOPES)
  gateway.answers.set('Qot_GetSecuritySnapshot', { retType: -1, retMsg: 'no right to HK quotes' })
  const response = await send('POST /api/snapshot?partial=true', { body: { symbols: ['HK.00700'] } })
  assert.equal(response.status, 400)
  const body = (await response.json()) as object
  assert.deepEqual(Object.hasOwn(body, 'securities'), false)
  assert.equal(gateway.calls.length, 1)
})

test('?partial=true answers the others and lists what was left out', async () => {
  const { send, asked } = rigWithout('HK.99999', EXPIRED, 'US.NONE')
  const symbols = ['HK.00700', 'HK.99999', EXPIRED, 'US.AAPL', 'US.NONE']
  const response = await send('POST /api/snapshot?partial=true', { body: { symbols } })
  assert.equal(response.status, 200)
  const { left_out } = (await response.json()) as Body
  assert.deepEqual(left_out, [
    { symbol: EXPIRED, reason: 'expired' },
    { symbol: 'HK.99999', reason: '未知股票 HK.99999' },
    { symbol: 'US.NONE', reason: '未知股票 US.NONE' },
  ])
  const expired = EXPIRED.slice(3)
  assert.deepEqual(asked(), [
    ['00700', '99999', expired, 'AAPL', 'NONE'],
    ['00700', 'AAPL', 'NONE'],
    ['00700', 'AAPL'],
  ])
})

test('a partial answer without a gap says so, and a subscription that comes first leaves the same out', async () => {
  const { send, asked } = rigWithout('HK.99999')
  const whole = await send('POST /api/quote?partial=true', { body: { symbols: ['HK.00700'] } })
  assert.deepEqual(((await whole.json()) as Body).left_out, [])
  const body = { symbols: ['HK.00700', 'HK.99999'], sub_type_list: ['QUOTE'] }
  const part = await send('POST /api/quote?partial=true', { body })
  assert.deepEqual(((await part.json()) as Body).left_out, [{ symbol: 'HK.99999', reason: '未知股票 HK.99999' }])
  assert.deepEqual(asked(), [['00700'], ['00700', '99999'], ['00700'], ['00700']])
})

test('a partial read that the quote server refuses is repeated without the subscription, which was accepted', async () => {
  const { send, gateway } = keyRig(SCOPES)
  gateway.answers.get = (protocol): WireMessage | undefined =>
    protocol === 'Qot_GetBasicQot' && codesOf(gateway.calls.at(-1)?.c2s).includes('99999')
      ? { retType: -1, retMsg: '未知股票 HK.99999' }
      : undefined
  const body = { symbols: ['HK.00700', 'HK.99999'], sub_type_list: ['QUOTE'] }
  const response = await send('POST /api/quote?partial=true', { body })
  assert.equal(((await response.json()) as Body).left_out?.length, 1)
  assert.deepEqual(
    gateway.calls.map(({ protocol }) => protocol),
    ['Qot_Sub', 'Qot_GetBasicQot', 'Qot_GetBasicQot'],
  )
})

test('a partial read that meets a limit does not claim that nothing was sent', async () => {
  const { send, gateway } = keyRig(SCOPES)
  gateway.answers.get = (): WireMessage | Failure =>
    gateway.calls.length === 1
      ? { retType: -1, retMsg: '未知股票 HK.99999' }
      : { code: 'gateway.not_ready', detail: '', retryInMs: null }
  const response = await send('POST /api/snapshot?partial=true', { body: { symbols: ['HK.00700', 'HK.99999'] } })
  const { error } = await readError(response, 500)
  assert.match(error, /is not up; this call was not sent\..*1 earlier call of this request was sent to OpenD\.$/)
})

test('a batch without one known security stays refused, and one with too many unknown ones ends', async () => {
  const only = rigWithout('HK.99999')
  assert.equal((await only.send('POST /api/snapshot?partial=true', { body: { symbols: ['HK.99999'] } })).status, 400)
  const unknown = Array.from({ length: 20 }, (_, index) => `HK.9${String(index).padStart(4, '0')}`)
  const many = rigWithout(...unknown)
  const body = { symbols: ['HK.00700', ...unknown] }
  assert.equal((await many.send('POST /api/snapshot?partial=true', { body })).status, 400)
  assert.equal(many.gateway.calls.length, 8)
})

test('a partial answer is not kept for those who want the whole batch', async () => {
  const { send, gateway } = rigWithout('HK.99999')
  const body = { symbols: ['HK.00700', 'HK.99999'] }
  assert.equal((await send('POST /api/snapshot?partial=true', { body })).status, 200)
  assert.equal((await send('POST /api/snapshot', { body })).status, 400)
  assert.equal(gateway.calls.length, 3)
})

test('partial is a flag of the two batch calls alone', async () => {
  const { send } = keyRig(SCOPES)
  for (const route of ['POST /api/snapshot?partial=yes', 'POST /api/static-info?partial=true']) {
    assert.equal(
      (await readError(await send(route, { body: { symbols: ['HK.00700'] } }), 400)).code.slice(0, 8),
      'request.',
    )
  }
})
