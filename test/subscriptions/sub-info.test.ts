import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { SubInfoQuery } from '../../src/subscriptions/sub-info.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { ANNA, ANNAS_SOCKET, BERT, OrderPathRig } from './subscription-rig.ts'

const { Basic, OrderBook } = SubType

async function subInfo(
  rig: OrderPathRig,
  query: SubInfoQuery,
): Promise<MessageTypes['Qot_GetSubInfo.S2C'] | undefined> {
  const answer = await rig.done(rig.manager.subInfo(query))
  assert.ok(answer.ok)
  const decoded = decodeMessage('Qot_GetSubInfo.Response', answer.value)
  assert.ok(decoded.ok)
  assert.equal(decoded.value.retType, 0)
  return decoded.value.s2c
}

test('each virtual connection is told apart, with totals of the whole login', async () => {
  const rig = new OrderPathRig()
  rig.opend.quota = 50
  rig.opend.usedByOthers = 7
  await rig.subscribe(ANNA, ['A', 'B'], [Basic, OrderBook])
  await rig.subscribe(ANNAS_SOCKET, ['A'], [Basic])
  await rig.subscribe(BERT, ['C'], [Basic])
  const all = await subInfo(rig, { own: 'all', self: ANNA.id })
  assert.deepEqual(
    all?.connSubInfoList?.map(({ usedQuota, isOwnConnData }) => [usedQuota, isOwnConnData]),
    [
      [4, true],
      [1, false],
      [1, false],
    ],
  )
  assert.deepEqual([all?.totalUsedQuota, all?.remainQuota], [12, 38])
  const own = await subInfo(rig, { own: [ANNA.id], self: ANNA.id })
  assert.deepEqual(own?.connSubInfoList, [
    {
      subInfoList: [
        { subType: Basic, securityList: [1, 1].map((market, index) => ({ market, code: 'AB'[index] })) },
        { subType: OrderBook, securityList: [1, 1].map((market, index) => ({ market, code: 'AB'[index] })) },
      ],
      usedQuota: 4,
      isOwnConnData: true,
    },
  ])
})

test('who holds nothing is told so, not left out', async () => {
  const rig = new OrderPathRig()
  const own = await subInfo(rig, { own: [BERT.id], self: BERT.id })
  assert.deepEqual(own?.connSubInfoList, [{ subInfoList: [], usedQuota: 0, isOwnConnData: true }])
})

test('without OpenD there are no totals, and no answer made up in their place', async () => {
  const rig = new OrderPathRig()
  rig.opend.hidesQuota = true
  const refused = await rig.done(rig.manager.subInfo({ own: 'all', self: ANNA.id }))
  assert.equal(refused.ok ? null : refused.failure.code, 'opend.refused')
  rig.cut()
  const down = await rig.done(rig.manager.subInfo({ own: 'all', self: ANNA.id }))
  assert.equal(down.ok ? null : down.failure.code, 'gateway.not_ready')
})
