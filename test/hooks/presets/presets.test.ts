import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAlertBody } from '../../../src/hooks/alert-body.ts'
import { HOOK_RULES, hookSettings, PRESETS } from '../../../src/hooks/hook.ts'
import { readAlert } from '../../../src/hooks/read-alert.ts'
import { checkFields } from '../../../src/wire/json/json-fields.ts'
import type { JsonObject } from '../../../src/wire/json/json-text.ts'
import type { Failure } from '../../../src/base/failure.ts'
import { describeField, type FieldFailure } from '../../../src/base/field-problem.ts'
import { BODIES, FIELD_MAP } from './bodies.ts'

function settingsOf(preset: string) {
  const fields: JsonObject = preset === 'fields' ? { fields: FIELD_MAP } : {}
  const read = checkFields({ acc_id: '1', preset, ...fields }, HOOK_RULES)
  assert.ok(read.ok, JSON.stringify(read))
  return hookSettings(read.value)
}

function alertIn(preset: string, text: string) {
  const body = readAlertBody(text)
  return body.ok ? readAlert(body.value, settingsOf(preset)) : body
}

/** The problem of a refused body, as its sender reads it. */
function problemOf(preset: string, text: string): string {
  const result = alertIn(preset, text)
  assert.ok(!result.ok, `${text} was accepted`)
  const { failure } = result
  assert.ok(isFieldFailure(failure), failure.code)
  return describeField(failure)
}

function isFieldFailure(failure: Failure): failure is FieldFailure {
  return ['request.unknown_field', 'request.missing_field', 'request.invalid_value'].includes(failure.code)
}

test('each documented body is read as the alert that it means', () => {
  for (const { preset, body, alert } of BODIES)
    assert.deepEqual(alertIn(preset, body), { ok: true, value: alert }, body)
  assert.deepEqual(new Set(BODIES.map(({ preset }) => preset)), new Set(PRESETS), 'every preset has a body')
})

test('what cannot be mapped is refused with its place and what was expected', () => {
  for (const [preset, body, problem] of [
    ['tradingview', '{"ticker":"HKEX:700"}', /^action: .*strategy\.order\.action/],
    ['tradingview', '{"ticker":"{{ticker}}","action":"buy"}', /^ticker: .*placeholder/],
    ['tradingview', '{"ticker":"","action":"buy"}', /^ticker: /],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contracts":""}', /^contracts: .*a number over 0/],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contracts":"1.000,5"}', /^contracts: /],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contracts":"NaN"}', /^contracts: /],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contracts":-5}', /^contracts: /],
    ['tradingview', '{"ticker":"HKEX:700","action":"long"}', /^action: expected one of buy, sell/],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contracts":1,"quantity":2}', /^quantity: /],
    ['tradingview', '{"ticker":"HKEX:700","action":"buy","contract":1}', /did you mean contracts/],
    ['tradingview', '{"ticker":"HKEX:700","market_position":"long"}', /^market_position_size: /],
    ['tradingview', 'buy HK.00700 100', /^body: expected a JSON object/],
    ['plain', '{"symbol":"HK.00700","side":"buy","qty":100,"value":5}', /^qty: expected one size/],
    ['plain', '{"symbol":"HK.00700","side":"target"}', /^target_position: /],
    ['plain', '{"symbol":"HK.00700","side":"buy","qty":1,"target_position":1}', /^target_position: /],
    ['plain', '{"symbol":"HK.00700","side":"buy","order_type":"market","price":1}', /^price: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","sentiment":"bearish"}', /^sentiment: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","orderType":"trailing_stop"}', /^orderType: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","trailPercent":2}', /^trailPercent: .*trailing stop/],
    ['traderspost', '{"ticker":"AAPL","action":"buy","timeInForce":"ioc"}', /^timeInForce: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","stopLoss":{"amount":5}}', /^stopLoss\.amount: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","takeProfit":{}}', /^takeProfit: /],
    ['traderspost', '{"ticker":"AAPL","action":"buy","ignoreTradingWindows":true}', /^ignoreTradingWindows: /],
    ['message', 'buy', /^body: expected a message such as/],
    ['message', 'buy HK.00700 100 at', /^body: /],
    ['message', 'buy HK.00700 100 foo 3', /^body: /],
    ['message', 'hold HK.00700 100', /^side: /],
    ['message', '{"side":"buy"}', /^body: expected a text/],
    ['fields', '{"order":{"dir":"buy"}}', /^symbol \(from \/order\/sym\): required/],
    ['fields', '{"order":{"sym":"HK.00700","dir":"up"}}', /^side \(from \/order\/dir\): /],
  ] as const) {
    assert.match(problemOf(preset, body), problem, body)
  }
})

test('no body makes a preset throw, or leads to a size that is not a positive number', () => {
  const value = fc.oneof(fc.string(), fc.double(), fc.constantFrom('buy', '1e999', '-0', '{{x}}', null, true, {}, []))
  const names = BODIES.flatMap(({ body }) => [...body.matchAll(/"(\w+)":/g)].map(([, name = '']) => name))
  const bodies = fc.dictionary(fc.constantFrom(...new Set(names)), value, { maxKeys: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...PRESETS), bodies, (preset, body) => {
      const result = alertIn(preset, JSON.stringify(body))
      if (!result.ok) return
      const { size } = result.value
      assert.ok(size === null || (Number.isFinite(size.amount) && size.amount > 0))
    }),
    { numRuns: 2_000 },
  )
})
