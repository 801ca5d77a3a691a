import { QotMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S, CallContext, Refusal, S2C } from '../handler.ts'
import { mix } from '../market/hash.ts'
import type { BookLevel } from '../market/instrument.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { findSecurity, isRefusal, refOf } from './lookup.ts'

/** Most brokers on a side, as in HKEX's queue. */
const MAX_QUEUE = 40

/** Qot_GetBroker: the brokers of the queued orders. Only Hong Kong publishes them; elsewhere both lists are empty. */
export function getBroker(
  world: World,
  c2s: C2S<'Qot_GetBroker'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetBroker'> | Refusal {
  const security = findSecurity(world, c2s.security)
  return isRefusal(security) ? security : brokerQueueOf(security, nowMs)
}

/** The body of the getter's reply and of the push. */
export function brokerQueueOf(security: Security, nowMs: number): S2C<'Qot_GetBroker'> {
  const hasQueue = security.instrument.market === QotMarket.HK_Security && security.derivative.kind !== 'future'
  const { bids, asks } = hasQueue ? security.bookAt(nowMs) : { bids: [], asks: [] }
  return {
    security: refOf(security),
    name: security.instrument.name,
    brokerAskList: queueOf(security, asks),
    brokerBidList: queueOf(security, bids),
  }
}

/** One broker for each order, level by level. The brokers of a price level do not change while it exists. */
function queueOf(security: Security, levels: readonly BookLevel[]): readonly MessageTypes['Qot_Common.Broker'][] {
  const queue: MessageTypes['Qot_Common.Broker'][] = []
  for (const [at, { price, orderCount }] of levels.entries()) {
    for (let order = 0; order < orderCount && queue.length < MAX_QUEUE; order++) {
      const pick = mix(mix(security.hash, Math.round(price * 1000)), order) % BROKERS.length
      const [id, name] = BROKERS[pick] ?? BROKERS[0]
      queue.push({ id: BigInt(id), name, pos: at + 1 })
    }
  }
  return queue
}

/** Exchange participants of HKEX, each with one of its broker numbers. */
const BROKERS = [
  [9056, '富途证券国际'],
  [8738, '汇丰证券经纪'],
  [9025, '摩根大通'],
  [5345, '摩根士丹利'],
  [3440, '高盛'],
  [7389, '法国巴黎'],
  [4974, '花旗环球'],
  [6698, '盈透证券'],
  [8328, '中银国际'],
  [5999, '中国创盈'],
  [6996, '中国投资'],
  [1450, '大和资本'],
  [2845, '东亚证券'],
  [3437, '瑞银'],
  [4085, '信达国际'],
  [4374, '巴克莱亚洲'],
  [5465, '美林远东'],
  [6386, '工银亚洲'],
  [8116, '耀才证券'],
  [8305, '华泰金融'],
] as const satisfies readonly (readonly [number, string])[]
