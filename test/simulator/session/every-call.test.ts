import '../../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SubType } from '../../../proto/enums.ts'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import type { OpendOptions } from '../../../src/simulator/opend.ts'
import { md5Hex } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { allProtocols, enumType, messageType, type Field } from '../../../src/wire/schema.ts'
import { Bench } from './tcp-client.ts'

const SECURITIES = [
  { market: 1, code: '00700' },
  { market: 1, code: '800000' },
  { market: 1, code: 'HSImain' },
  { market: 11, code: 'AAPL' },
  { market: 21, code: '600519' },
  { market: 0, code: '' },
  { market: 1, code: 'NOSUCH' },
]

const TEXTS = [
  '',
  '00700',
  'AAPL',
  '2026-11-20',
  '2026-11-20 10:00:00',
  '2026-13-45',
  '0001-01-01',
  '9999-12-31',
  '特别关注',
  '\u0000',
  'x'.repeat(300),
]

/** Values that break careless code, and the ordinary ones that get past its first check. */
function scalar(field: Field): fc.Arbitrary<unknown> {
  if (field.enumName !== null) {
    const known = [...enumType(field.enumName).values.values()]
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, fc.constantFrom(-1, 0, 99, 2 ** 31 - 1))
  }
  switch (field.kind) {
    case 'bool':
      return fc.boolean()
    case 'string':
      return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...TEXTS) }, fc.string({ maxLength: 20 }))
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 })
    case 'double':
    case 'float':
      return fc.constantFrom(0, 1, 100, 300, -1, 0.1, 1e-9, 1e15, 1e308, Number.NaN, Infinity, -Infinity)
    case 'int64':
      return fc.constantFrom(0n, 1n, -1n, 100n, (1n << 63n) - 1n, -(1n << 63n))
    case 'uint64':
      return fc.constantFrom(0n, 1n, 100n, (1n << 64n) - 1n)
    case 'uint32':
      return fc.constantFrom(0, 1, 100, 2 ** 32 - 1)
    default:
      return fc.constantFrom(0, 1, 2, 10, 100, -1, 2 ** 31 - 1, -(2 ** 31))
  }
}

function message(name: string): fc.Arbitrary<Record<string, unknown>> {
  if (name === 'Qot_Common.Security') return fc.constantFrom(...SECURITIES)
  const members: Record<string, fc.Arbitrary<unknown>> = {}
  for (const field of messageType(name).fields) {
    const one = field.messageName === null ? scalar(field) : message(field.messageName)
    if (field.rule === 'required') members[field.name] = one
    else if (field.rule === 'repeated') members[field.name] = fc.array(one, { maxLength: 3 })
    else members[field.name] = fc.option(one, { nil: undefined })
  }
  return fc.record(members)
}

const CALLS = allProtocols().filter(({ id, request }) => request !== null && id > 1001)

/** Calls that something models, where careless code can be; the others share one answer. */
const MODELLED = CALLS.filter(({ id }) => id < 3225)

/** A client that has subscribed to what there is and unlocked trading, so that requests get past the first check. */
function privileged(options: Partial<OpendOptions> = {}) {
  const bench = new Bench({ limitsRates: false, ...options })
  const client = bench.login()
  client.call('Trd_UnlockTrade', { unlock: true, pwdMD5: md5Hex('123456') })
  client.call('Qot_Sub', {
    securityList: SECURITIES.slice(0, 5),
    subTypeList: Object.values(SubType).filter((subType) => subType > 0),
    isSubOrUnSub: true,
  })
  const accounts = client.call('Trd_GetAccList', { userID: 0n }).s2c?.accList ?? []
  return { bench, client, accounts }
}

const { client, accounts } = privileged()
const headers = accounts.flatMap(({ accID, trdEnv, trdMarketAuthList }) =>
  (trdMarketAuthList ?? []).map((trdMarket) => ({ accID, trdEnv, trdMarket })),
)
let serial = 0

/** Makes the header and the packet id of a trade call valid: the rest of the request is what is being tried. */
function withValidHeader(name: string, c2s: Record<string, unknown>, pick: number): object {
  const { byName } = messageType(name)
  return {
    ...c2s,
    ...(byName.get('header')?.messageName === 'Trd_Common.TrdHeader' && { header: headers[pick % headers.length] }),
    ...(byName.has('packetID') && { packetID: { connID: client.connId, serialNo: ++serial } }),
  }
}

test('whatever is asked, every call of the schema is answered, decodably and at once', () => {
  const requests = fc
    .oneof({ weight: 4, arbitrary: fc.constantFrom(...MODELLED) }, fc.constantFrom(...CALLS))
    .chain((protocol) => {
      const c2s = messageType(protocol.request ?? '').byName.get('c2s')?.messageName ?? null
      return fc.record({
        protocol: fc.constant(protocol),
        c2sName: fc.constant(c2s),
        c2s: message(c2s ?? protocol.request ?? ''),
        pick: fc.nat(1000),
      })
    })
  fc.assert(
    fc.property(requests, ({ protocol, c2sName, c2s, pick }) => {
      const request = c2sName === null ? c2s : { c2s: withValidHeader(c2sName, c2s, pick) }
      const body = encodeMessage(protocol.request as MessageName, request as unknown as MessageTypes[MessageName])
      const reply = client.takeBody(protocol.id, client.sendBody(protocol.id, body))
      assert.ok(reply !== null, 'silence')
      const decoded = decodeMessage(protocol.response as MessageName, reply)
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail)
      client.takePushes()
      client.bytes.length = 0
    }),
    { numRuns: 600 },
  )
})

test('a bug in a handler costs one reply, not the connections of everybody else', () => {
  const bugs: unknown[] = []
  const { client: victim, bench: other } = privileged({ onBug: (bug) => bugs.push(bug) })
  Object.defineProperty(other.opend.world.accounts, 'profiles', {
    value: () => {
      throw new Error('a bug')
    },
  })
  assert.equal(victim.call('Trd_GetAccList', { userID: 0n }).retType, -400)
  assert.equal(bugs.length, 1)
  assert.equal(victim.call('KeepAlive', { time: 1n }).retType, 0)
})
