import '../../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { genericAnswer } from '../../../src/simulator/session/generic-answer.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { allProtocols, enumType, messageType, type MessageType } from '../../../src/wire/schema.ts'
import { Bench } from './tcp-client.ts'

const NOW_MS = Date.UTC(2026, 10, 20)
const CALLS = allProtocols().filter(({ request }) => request !== null)

/** Every enum number in a decoded message, with where it stands. */
function* enumsIn(type: MessageType, value: Readonly<Record<string, unknown>>): Generator<[string, string, number]> {
  for (const field of type.fields) {
    const members = [value[field.name]].flat().filter((one) => one !== undefined)
    for (const member of members) {
      if (field.messageName !== null) {
        yield* enumsIn(messageType(field.messageName), member as Readonly<Record<string, unknown>>)
      } else if (field.enumName !== null) yield [`${type.name}.${field.name}`, field.enumName, Number(member)]
    }
  }
}

test('every call of the schema gets a complete reply, with enums that exist', () => {
  for (const protocol of CALLS) {
    const name = protocol.response as MessageName
    const answer = genericAnswer(protocol, {}, 1, NOW_MS) as MessageTypes[MessageName]
    const bytes = encodeMessage(name, answer)
    const decoded = decodeMessage(name, bytes)
    assert.ok(decoded.ok, decoded.ok ? '' : `${protocol.name}: ${decoded.detail}`)
    const { retType } = decoded.value as { retType: number }
    assert.equal(retType, 0)
    assert.ok(bytes.length < 100_000, `${protocol.name}: ${bytes.length} bytes`)
    for (const [place, enumName, number] of enumsIn(messageType(name), decoded.value)) {
      if (place.endsWith('.retType')) continue
      assert.ok([...enumType(enumName).values.values()].includes(number), `${place} = ${number}`)
    }
  }
})

test('the same request gives the same answer, another seed another', () => {
  const protocol = CALLS.find(({ name }) => name === 'Qot_GetCompanyProfile')
  assert.ok(protocol !== undefined)
  const ask = (seed: number) => genericAnswer(protocol, { security: { market: 11, code: 'AAPL' } }, seed, NOW_MS)
  assert.deepEqual(ask(1), ask(1))
  assert.notDeepEqual(ask(1), ask(2))
})

test('the security that was asked about is the one that is answered', () => {
  const asked = { market: 11, code: 'AAPL' }
  for (const protocol of CALLS) {
    const s2c = messageType(protocol.response).byName.get('s2c')
    const field = s2c?.messageName ? messageType(s2c.messageName).byName.get('security') : undefined
    if (field?.messageName !== 'Qot_Common.Security') continue
    const answer = genericAnswer(protocol, { security: asked }, 1, NOW_MS) as { s2c: { security: object } }
    assert.deepEqual(answer.s2c.security, asked, protocol.name)
  }
})

test('no generic answer has a next page', () => {
  for (const protocol of CALLS) {
    const { s2c = {} } = genericAnswer(protocol, {}, 1, NOW_MS) as { s2c?: Record<string, unknown> }
    for (const key of ['nextPage', 'nextKey', 'nextReqKey', 'nextPageKey', 'hasMore']) {
      assert.ok(!s2c[key], `${protocol.name}.${key}`)
    }
    assert.ok(s2c['lastPage'] !== false, protocol.name)
  }
})

test("a call that promises a push keeps its promise: after the reply, with the reply's own id", () => {
  const client = new Bench().login()
  const { s2c } = client.call('Qot_RequestIndicatorCalc', {
    shortName: 'MACD',
    langType: 1,
    data: { security: { market: 1, code: '00700' }, klType: 2 },
  })
  assert.deepEqual(
    client.takePushes().map((push) => [push.protoId, push.s2c['calcId']]),
    [[3261, s2c?.calcId]],
  )
  const subscribe = { securityList: [{ market: 101, code: 'X' }], subTypeList: [2, 4, 11], isSubOrUnSub: true }
  client.call('Qot_SubEventContract', subscribe)
  assert.deepEqual(client.takePushes(), [], 'no push was asked for')
  client.call('Qot_SubEventContract', { ...subscribe, isRegOrUnRegPush: true })
  assert.deepEqual(
    client.takePushes().map(({ protoId }) => protoId),
    [3450, 3452, 3451],
  )
})
