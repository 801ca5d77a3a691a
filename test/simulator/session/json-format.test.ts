import '../../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { genericAnswer } from '../../../src/simulator/session/generic-answer.ts'
import { messageFromJson, messageToJson } from '../../../src/simulator/session/proto-json.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { allProtocols, messageType } from '../../../src/wire/schema.ts'
import { ProgramStatusType } from '../../../proto/enums.ts'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { Bench } from './tcp-client.ts'

/** Sends a JSON body and returns the reply's JSON. */
function callJson(client: ReturnType<Bench['login']>, protoId: number, c2s: object): Record<string, unknown> {
  const serial = client.sendBody(protoId, Buffer.from(JSON.stringify({ c2s }, null, 4)), 1)
  assert.equal(client.frames.at(-1)?.header.bodyFormat, 1, 'a reply has the format of its request')
  const body = client.takeBody(protoId, serial)
  assert.ok(body !== null)
  return JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>
}

test('a client that speaks JSON is answered in JSON: 64-bit numbers as strings, enums as numbers', () => {
  const client = new Bench().connect()
  const init = callJson(client, 1001, { clientVer: 300, clientID: 'py', packetEncAlgo: -1, pushProtoFmt: 1 })
  const { connID } = init['s2c'] as { connID: string }
  assert.equal(init['retType'], 0)
  assert.match(connID, /^4\d{18}$/)
  const state = callJson(client, 1002, { userID: '0' })['s2c'] as Record<string, unknown>
  assert.equal(state['connID'], connID)
  assert.deepEqual(state['programStatus'], { type: ProgramStatusType.Ready })
})

test('formats mix on one connection, and pushes keep the format of InitConnect', () => {
  const client = new Bench().login({ pushProtoFmt: 1 })
  assert.equal(client.call('KeepAlive', { time: 1n }).retType, 0)
  const reply = callJson(client, 3001, {
    securityList: [{ market: 1, code: '00700' }],
    subTypeList: [1],
    isSubOrUnSub: true,
    isRegOrUnRegPush: true,
  })
  assert.equal(reply['retType'], 0)
  const push = client.frames.find(({ header }) => header.protoId === 3005)
  assert.equal(push?.header.bodyFormat, 1)
  const { s2c } = JSON.parse(Buffer.from(push.body).toString()) as { s2c: { basicQotList: { security: object }[] } }
  assert.deepEqual(s2c.basicQotList[0]?.security, { market: 1, code: '00700' })
})

test('JSON that is no message of the call gets ret_type -500, in JSON', () => {
  const client = new Bench().login()
  for (const text of ['', '[]', '{"c2s":{}}', '{"c2s":{"userID":1.5}}', '{"c2s":{"userID":"x"}}', '{"c2s":']) {
    const serial = client.sendBody(1002, Buffer.from(text), 1)
    const body = client.takeBody(1002, serial)
    assert.equal((JSON.parse(Buffer.from(body ?? []).toString()) as { retType: number }).retType, -500, text)
  }
})

test('an unknown body format gets ret_type -500, in protobuf', () => {
  const client = new Bench().login()
  const serial = client.sendBody(1004, Uint8Array.of(1), 7)
  assert.equal(client.take('KeepAlive', serial)?.retType, -500)
})

test('enums are written as numbers, and read by name and by number', () => {
  const text = messageToJson('Common.ProgramStatus', { type: ProgramStatusType.Ready })
  assert.equal(text, '{"type":10}')
  for (const type of [10, '10', 'ProgramStatusType_Ready']) {
    const read = messageFromJson('Common.ProgramStatus', JSON.stringify({ type }))
    assert.equal(read.ok && read.value.type, ProgramStatusType.Ready, String(type))
  }
})

/** The fields of a message that the official schema declares with an enum type, and its fields with a message type. */
interface OfficialField {
  resolve(): void
  readonly repeated: boolean
  readonly resolvedType: { readonly values?: object; readonly fullName: string } | null
}

test('a client that copies values from JSON into fields of the official schema gets numbers for every enum', () => {
  const root = createRequire(import.meta.url)('futu-api/proto.js') as {
    lookupType(name: string): { readonly fields: Readonly<Record<string, OfficialField>> }
  }
  const problems: string[] = []
  let enums = 0
  const look = (message: string, json: Readonly<Record<string, unknown>>): void => {
    for (const [name, field] of Object.entries(root.lookupType(message).fields)) {
      field.resolve()
      const member = json[name]
      const { resolvedType: type } = field
      if (member === undefined || type === null) continue
      for (const one of Array.isArray(member) ? member : [member]) {
        if (type.values === undefined) look(type.fullName.slice(1), one as Readonly<Record<string, unknown>>)
        else {
          enums++
          if (typeof one !== 'number') problems.push(`${message}.${name}: ${String(one)}`)
        }
      }
    }
  }
  for (const protocol of allProtocols()) {
    if (protocol.request === null) continue
    const name = protocol.response as MessageName
    const value = genericAnswer(protocol, {}, 1, 1_800_000_000_000) as MessageTypes[MessageName]
    look(name, JSON.parse(messageToJson(name, value)) as Readonly<Record<string, unknown>>)
  }
  assert.deepEqual(problems, [])
  assert.ok(enums > 20, `${enums} enums`)
})

test('every message survives JSON and reads the same as through protobuf', () => {
  const calls = allProtocols().filter(({ request }) => request !== null)
  fc.assert(
    fc.property(fc.constantFrom(...calls), fc.nat(), (protocol, seed) => {
      const name = protocol.response as MessageName
      const value = genericAnswer(protocol, {}, seed, 1_800_000_000_000) as MessageTypes[MessageName]
      const viaProtobuf = decodeMessage(name, encodeMessage(name, value))
      const viaJson = messageFromJson(name, messageToJson(name, value))
      assert.ok(viaProtobuf.ok && viaJson.ok, viaJson.ok ? '' : viaJson.detail)
      assert.equal(messageToJson(name, viaJson.value), messageToJson(name, viaProtobuf.value))
    }),
  )
})

test('names follow the standard mapping, and the proto names are read too', () => {
  assert.ok(messageType('SkillWrapAPI.TechnicalUnusualReq').byName.has('stock_symbol'))
  const text = messageToJson('SkillWrapAPI.TechnicalUnusualReq', { stock_symbol: 'x' })
  assert.equal(text, '{"stockSymbol":"x"}')
  for (const name of ['stockSymbol', 'stock_symbol']) {
    const read = messageFromJson('SkillWrapAPI.TechnicalUnusualReq', JSON.stringify({ [name]: 'y', newer: 1 }))
    assert.equal(read.ok && read.value.stock_symbol, 'y')
  }
})
