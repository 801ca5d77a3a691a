import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Budgets } from '../../src/limits/limit-state.ts'
import type { DryRun } from '../../src/orders/request.ts'
import { keyRig, readError } from './rig.ts'

const HEADER = { trd_env: 0, acc_id: 5, trd_market: 1 }
const ORDER = { header: HEADER, trd_side: 1, order_type: 1, code: '00700', qty: 100, price: 300 }
const INTENT = 'oi_abcd1234'

const BUDGETS: Budgets = {
  rate: { cap: 3, used: 3, resetMs: 11_001 },
  day: '2026-11-22',
  dayEndsInMs: 43_200_000,
  usedToday: new Map([['HKD', 27_000_500_000_000n]]),
}

test('a dry run shows every gate with its numbers, the value, the fee, what is left and the message', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  await send('POST /api/order', { body: ORDER })
  const body = gateway.orders[0]?.body ?? assert.fail()
  const none = { refusal: null }
  const failure = { code: 'limits.rate', text: 'rate limit exceeded', retryAfterMs: 11_001 } as const
  const refusal = { text: failure.text, retryAfterMs: failure.retryAfterMs }
  const fee = { amount: '15.00', currency: 'HKD', items: [{ name: 'Platform Fee', amount: '15.00' }] }
  gateway.orderAnswer = {
    reply: {
      kind: 'dry_run',
      report: {
        wouldPass: false,
        failure,
        gates: [
          { gate: 'account', requested: ['5'], allowedCount: null, ...none },
          { gate: 'hours', window: '09:30-16:00', timeZone: 'UTC', localTime: '12:00', ...none },
          { gate: 'order_value', currency: 'HKD', value: '30000.00', cap: '50000.00', ...none },
          { gate: 'rate', recent: 3, cap: 3, refusal },
          {
            gate: 'daily_value',
            day: '2026-11-22',
            currency: 'HKD',
            used: '27000.50',
            added: '30000.00',
            cap: null,
            ...none,
          },
        ],
        value: { amount: '30000.00', currency: 'HKD' },
        fee,
        idempotency: { state: 'replay', intentId: INTENT },
        body,
      },
    },
    budgets: BUDGETS,
  }
  const response = await send('POST /api/order?dry_run=true', { body: ORDER })
  assert.equal(response.status, 200)
  assert.equal(gateway.orders[1]?.isDryRun, true)
  assert.equal(response.headers.get('X-Order-Intent'), null)
  const { not_checked: notChecked, ...answer } = (await response.json()) as Record<string, unknown>
  assert.match(String(notChecked), /buying power.*lot size.*unlocked/)
  assert.deepEqual(answer, {
    would_pass: false,
    failure: { error: 'limit check failed: rate limit exceeded', code: 'limits.rate', retryable: true },
    gates: [
      { gate: 'account', pass: true, requested: ['5'], allowed_count: null },
      { gate: 'hours', pass: true, window: '09:30-16:00', time_zone: 'UTC', local_time: '12:00' },
      { gate: 'order_value', pass: true, currency: 'HKD', value: '30000.00', cap: '50000.00' },
      { gate: 'rate', pass: false, text: 'rate limit exceeded', retry_after_ms: 11_001, recent: 3, cap: 3 },
      {
        gate: 'daily_value',
        pass: true,
        day: '2026-11-22',
        currency: 'HKD',
        used: '27000.50',
        added: '30000.00',
        cap: null,
      },
    ],
    value: { amount: '30000.00', currency: 'HKD' },
    fee,
    idempotency: { state: 'replay', intent_id: INTENT, intent_url: `/api/order-intents/${INTENT}` },
    budgets: {
      rate: { cap: 3, used: 3, remaining: 0, reset_ms: 11_001 },
      day: '2026-11-22',
      day_ends_in_ms: 43_200_000,
      used_today: { HKD: '27000.50' },
    },
    body: {
      header: { trd_env: 0, acc_id: '5', trd_market: 1 },
      trd_side: 1,
      order_type: 1,
      code: '00700',
      qty: 100,
      price: 300,
    },
  })
})

test('a dry run that cannot tell value or fee says null', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  await send('POST /api/order', { body: ORDER })
  const body = gateway.orders[0]?.body ?? assert.fail()
  const report = { wouldPass: true, failure: null, gates: [], value: null, fee: null, idempotency: null, body }
  gateway.orderAnswer = { reply: { kind: 'dry_run', report }, budgets: null }
  assert.match(await (await send('POST /api/order?dry_run=true', { body: ORDER })).text(), /"value":null,"fee":null,/)
})

test('dry_run is true or false, once; anything else is refused instead of placing an order', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  for (const query of ['dry_run', 'dry_run=', 'dry_run=1', 'dry_run=TRUE', 'dry_run=true&dry_run=true']) {
    const error = await readError(await send(`POST /api/order?${query}`, { body: ORDER }), 400)
    assert.equal(error.code, 'request.invalid_value')
    assert.match(error.error, /^\?dry_run: expected/)
  }
  for (const query of ['__proto__=1', 'constructor=true', 'dry_run=true&x=1']) {
    assert.equal(
      (await readError(await send(`POST /api/order?${query}`, { body: ORDER }), 400)).code,
      'request.unknown_field',
    )
  }
  assert.equal(gateway.touched, 0)
  assert.equal((await send('POST /api/order?dry_run=false', { body: ORDER })).status, 200)
  assert.equal(gateway.orders[0]?.isDryRun, false)
})

test('what the idempotency key stands for is part of a dry run', async () => {
  const { gateway, send } = keyRig(['trade:simulate'])
  await send('POST /api/order', { body: ORDER })
  const body = gateway.orders[0]?.body ?? assert.fail()
  const intentId = INTENT
  const cases = [
    [null, null],
    [
      { state: 'conflict', intentId },
      { code: 'order.idempotency_conflict', intentId },
    ],
    [
      { state: 'in_flight', intentId },
      { code: 'order.in_flight', intentId },
    ],
    [{ state: 'free', intentId }, null],
  ] as const
  for (const [idempotency, failure] of cases) {
    const report: DryRun = {
      ...{ wouldPass: failure === null, failure, gates: [], value: null, fee: null, idempotency, body },
    }
    gateway.orderAnswer = { reply: { kind: 'dry_run', report }, budgets: null }
    const answer = (await (await send('POST /api/order?dry_run=true', { body: ORDER })).json()) as Record<
      string,
      unknown
    >
    const url = `/api/order-intents/${INTENT}`
    const shown = idempotency === null ? null : { state: idempotency.state, intent_id: INTENT, intent_url: url }
    assert.deepEqual(answer['idempotency'], shown)
    assert.equal((answer['failure'] as { readonly code: string } | null)?.code, failure?.code)
  }
})
