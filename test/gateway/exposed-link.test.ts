import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GovernedSession } from '../../src/gateway/governed-session.ts'
import type { Effect } from '../../src/gateway/link/effect.ts'
import { GatewaySession } from '../../src/gateway/link/session.ts'
import { Governor } from '../../src/gateway/rate-limit/governor.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { initConnectReply } from './link/fake-link.ts'
import { plainRoute } from './link/plain-route.ts'

const NOW_MS = 1_000_000

/** How a call ends on a link that is up: the code of its failure, or `sent`. */
function endingOf(isExposed: boolean, protoId: number, body: Uint8Array, isEarly = false): string {
  const session = new GatewaySession({ routes: [{ ...plainRoute(), isExposed }], random: () => 0.5 }, NOW_MS, false)
  const governed = new GovernedSession(session, new Governor({ isShared: true }))
  const effects: Effect[] = []
  const call = { callId: 1, protoId, body, caller: '', rank: 'order' } as const
  if (isEarly) effects.push(...governed.call(call, NOW_MS))
  effects.push(...governed.tick(NOW_MS), ...governed.govern(session.opened(1, NOW_MS), NOW_MS))
  const serial = effects.flatMap((effect) =>
    effect.kind === 'send' ? new Deframer().push(effect.bytes).frames.map(({ header }) => header.serial) : [],
  )[0]
  effects.push(...governed.govern(session.received(1, initConnectReply(serial ?? 0), NOW_MS), NOW_MS))
  assert.equal(session.stage.name, 'ready')
  if (!isEarly) {
    const expected = governed.wouldRefuse(call, NOW_MS)?.code ?? 'sent'
    effects.push(...governed.call(call, NOW_MS))
    assert.equal(endOf(effects, protoId), expected, 'what is foretold is what happens')
  }
  return endOf(effects, protoId)
}

function endOf(effects: readonly Effect[], protoId: number): string {
  for (const effect of effects) {
    if (effect.kind === 'outcome') return effect.outcome.ok ? 'answered' : effect.outcome.failure.code
  }
  const sent = effects.flatMap((effect) => (effect.kind === 'send' ? new Deframer().push(effect.bytes).frames : []))
  return sent.some(({ header }) => header.protoId === protoId) ? 'sent' : 'nothing'
}

const PACKET_ID = { connID: 0n, serialNo: 0 }

function place(trdEnv: number): Uint8Array {
  const header = { trdEnv, accID: 1n, trdMarket: 1 }
  return encodeMessage('Trd_PlaceOrder.Request', {
    c2s: { packetID: PACKET_ID, header, trdSide: 1, orderType: 1, code: '00700', qty: 100, price: 1 },
  })
}

function cancel(trdEnv: number): Uint8Array {
  const header = { trdEnv, accID: 1n, trdMarket: 1 }
  const c2s = { packetID: PACKET_ID, header, orderID: 1n, modifyOrderOp: 2 }
  return encodeMessage('Trd_ModifyOrder.Request', { c2s })
}

const UNLOCK = encodeMessage('Trd_UnlockTrade.Request', { c2s: { unlock: true, pwdMD5: 'e10adc39' } })
const REFUSED = 'trade.plaintext_link'

test('trade calls on real accounts do not leave over a link that others can read', () => {
  for (const isEarly of [false, true]) {
    assert.equal(endingOf(true, 2202, place(1), isEarly), REFUSED)
    assert.equal(endingOf(true, 2205, cancel(1), isEarly), REFUSED)
    assert.equal(endingOf(true, 2005, UNLOCK, isEarly), REFUSED, 'the trade password can be replayed')
    assert.equal(endingOf(false, 2202, place(1), isEarly), 'sent')
  }
})

test('simulated orders and reads leave over any link', () => {
  const read = encodeMessage('GetUserInfo.Request', { c2s: {} })
  for (const isExposed of [true, false]) {
    assert.equal(endingOf(isExposed, 2202, place(0)), 'sent')
    assert.equal(endingOf(isExposed, 2205, cancel(0)), 'sent')
    assert.equal(endingOf(isExposed, 1005, read), 'sent')
  }
})

test('an order whose message is not known counts as one with real money', () => {
  assert.equal(endingOf(true, 2202, Uint8Array.of(0x0a, 0x02, 0x0a, 0x00)), REFUSED)
})
