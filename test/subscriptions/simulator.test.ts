import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RehabType, SubType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { restSubscriber } from '../../src/subscriptions/subscriber.ts'
import { SubscriptionManager } from '../../src/subscriptions/subscription-manager.ts'
import { SubscriptionRegistry, unitsOf } from '../../src/simulator/session/subscription-registry.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { Bench, type TcpClient } from '../simulator/session/tcp-client.ts'
import type { SubC2S } from './fake-opend.ts'

const CODES = ['00700', '00005', '09988', 'NOPE'] as const
const PROTOCOL_OF: ReadonlyMap<number, 'Qot_Sub' | 'Qot_GetSubInfo'> = new Map([
  [3001, 'Qot_Sub'],
  [3003, 'Qot_GetSubInfo'],
])

/** A manager with the simulator behind it: every call has its reply at once. */
function managerOver(bench: Bench, client: TcpClient): SubscriptionManager {
  return new SubscriptionManager({
    send: async (protoId, body) => {
      const serial = client.sendBody(protoId, body)
      const reply = client.takeBody(protoId, serial)
      assert.ok(reply !== null && PROTOCOL_OF.has(protoId))
      return { ok: true, body: reply }
    },
    store: { all: () => [], put: () => undefined, remove: () => undefined },
    nowMs: () => bench.nowMs,
    wakeAt: () => undefined,
    changed: () => undefined,
    lost: () => assert.fail('nothing is lost here'),
    interrupted: () => undefined,
    isListening: () => true,
  })
}

const c2s: fc.Arbitrary<SubC2S> = fc.record(
  {
    securityList: fc.uniqueArray(
      fc.constantFrom(...CODES).map((code) => ({ market: 1, code })),
      { selector: ({ code }) => code, minLength: 1, maxLength: 3 },
    ),
    subTypeList: fc.uniqueArray(fc.constantFrom(SubType.Basic, SubType.KL_Day, SubType.KL_1Min), {
      minLength: 1,
      maxLength: 2,
    }),
    isSubOrUnSub: fc.constantFrom(true, true, false),
    isRegOrUnRegPush: fc.boolean(),
    regPushRehabTypeList: fc.uniqueArray(fc.constantFrom(...Object.values(RehabType)), { maxLength: 2 }),
    isUnsubAll: fc.constantFrom(false, false, false, true),
  },
  { requiredKeys: ['securityList', 'subTypeList', 'isSubOrUnSub'] },
)

test('three callers of one manager see what three connections of their own would show them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), c2s), { maxLength: 25, size: 'max' }), async (calls) => {
      // On one side each has a connection, on the other all share one.
      const direct = new Bench()
      const clients = [direct.login(), direct.login(), direct.login()]
      const shared = new Bench()
      const manager = managerOver(shared, shared.login())
      manager.linkReady()
      const callers = clients.map((_, index) => restSubscriber(`key:${index}`))
      for (const [who, call] of calls) {
        const client = clients[who]
        const caller = callers[who]
        assert.ok(client !== undefined && caller !== undefined)
        // Connections must wait for the minute; behind the manager nobody has to.
        if (!call.isSubOrUnSub || call.isUnsubAll === true) passMinute(direct, clients)
        const reply = client.call('Qot_Sub', call)
        const failure = await manager.subscribe(caller, call, null)
        // The manager does not ask OpenD about what its caller does not hold, so a bad security there is no failure.
        const asksOpend = call.isSubOrUnSub && call.isUnsubAll !== true
        if (asksOpend) assert.equal(failure === null, reply.retType === 0, reply.retMsg)
        else assert.equal(failure, null)
        if (failure?.code === 'opend.refused') assert.equal(failure.retMsg, reply.retMsg)
        if (!asksOpend && reply.retType !== 0) {
          const known = (call.securityList ?? []).filter(({ code }) => code !== 'NOPE')
          if (known.length > 0) client.call('Qot_Sub', { ...call, securityList: known })
        }
        for (const [index, one] of clients.entries()) {
          const own = one.call('Qot_GetSubInfo', {}).s2c?.connSubInfoList?.[0]
          const id = callers[index]?.id ?? ''
          const answer = await manager.subInfo({ own: [id], self: id })
          assert.ok(answer.ok)
          assert.deepEqual(plain(decodedInfo(answer.value)), plain(own))
        }
      }
    }),
    { numRuns: 40 },
  )
})

test("pushes are registered as the simulator's own book registers them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(c2s, { maxLength: 20, size: 'max' }), async (calls) => {
      const bench = new Bench()
      const manager = managerOver(bench, bench.login())
      manager.linkReady()
      const caller = restSubscriber('key:a')
      const registry = new SubscriptionRegistry(1_000, [])
      for (const call of calls) {
        const securities = (call.securityList ?? []).filter(({ code }) => code !== 'NOPE')
        if (securities.length === 0) continue
        const units = unitsOf(securities, call.subTypeList ?? [])
        assert.equal(await manager.subscribe(caller, { ...call, securityList: securities }, null), null)
        if (call.isUnsubAll === true) registry.unsubscribe(1n, registry.ofConnection(1n))
        else if (call.isSubOrUnSub) {
          registry.subscribe(1n, units, 0)
          const named = call.regPushRehabTypeList ?? []
          const rehabTypes = named.length > 0 ? named : [RehabType.Forward]
          if (call.isRegOrUnRegPush !== undefined)
            registry.setPush(1n, units, call.isRegOrUnRegPush ? { rehabTypes } : null)
        } else registry.unsubscribe(1n, units)
        const expected = registry.ofConnection(1n).flatMap(({ security, subType, push }) => {
          const key = `${subType}:${security.market}_${security.code}`
          if (push === null) return []
          return subType === SubType.Basic ? [key] : push.rehabTypes.map((type) => `${key}:${type}`)
        })
        assert.deepEqual([...manager.streamsOf(caller.id)].sort(), expected.sort())
      }
    }),
    { numRuns: 60 },
  )
})

function passMinute(bench: Bench, clients: readonly TcpClient[]): void {
  for (let passed = 0; passed < 61_000; passed += 5_000) {
    bench.pass(5_000)
    for (const client of clients) client.call('KeepAlive', { time: 0n })
  }
}

function decodedInfo(body: Uint8Array): MessageTypes['Qot_Common.ConnSubInfo'] | undefined {
  const decoded = decodeMessage('Qot_GetSubInfo.Response', body)
  assert.ok(decoded.ok)
  return decoded.value.s2c?.connSubInfoList?.[0]
}

/** The order of subscribing within a type is nobody's business. */
function plain(info: MessageTypes['Qot_Common.ConnSubInfo'] | undefined): unknown {
  const list = (info?.subInfoList ?? []).map(({ subType, securityList = [] }) =>
    [subType, ...securityList.map(({ code }) => code).sort()].join(),
  )
  return [list.sort(), info?.usedQuota, info?.isOwnConnData]
}
