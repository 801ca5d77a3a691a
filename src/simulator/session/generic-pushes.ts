import { SubType } from '../../../proto/enums.ts'
import type { MessageName } from '../../../proto/messages.ts'
import { protocolById, type Protocol } from '../../wire/schema.ts'
import { genericAnswer } from './generic-answer.ts'
import { PushBody } from './push-body.ts'

const REQUEST_INDICATOR_CALC = 3260
const PUSH_INDICATOR_CALC = 3261
const SET_OPTION_EVENT_ALERT = 3309
const UPDATE_OPTION_EVENT = 3310
const SUB_EVENT_CONTRACT = 3455
const EVENT_CONTRACT_ORDER_BOOK = 3450
const EVENT_CONTRACT_KLINE = 3451
const EVENT_CONTRACT_TICKER = 3452

/**
 * The pushes that follow a generic answer: an indicator's result, the first value of an event contract, an option
 * event. Each is sent once, right after the reply, and its values are generated like those of the reply. `answer` is
 * the reply; the push repeats its members, above all `calcId`.
 */
export function genericPushes(
  protocol: Protocol,
  c2s: object,
  answer: object,
  seed: number,
  nowMs: number,
): PushBody[] {
  const { s2c = {} } = answer as { readonly s2c?: object }
  return pushIds(protocol.id, c2s).flatMap((id) => {
    const push = protocolById(id)
    if (push === null) return []
    const message = genericAnswer(push, { ...c2s, ...s2c }, seed, nowMs)
    // The schema's table maps the id to a message at run time, so the type cannot be derived.
    return [new PushBody(id, push.response as MessageName, message)]
  })
}

interface SubscribingFields {
  readonly subTypeList?: readonly number[]
  readonly isSubOrUnSub?: boolean
  readonly isRegOrUnRegPush?: boolean
}

function pushIds(protoId: number, c2s: SubscribingFields): number[] {
  switch (protoId) {
    case REQUEST_INDICATOR_CALC:
      return [PUSH_INDICATOR_CALC]
    case SET_OPTION_EVENT_ALERT:
      return [UPDATE_OPTION_EVENT]
    case SUB_EVENT_CONTRACT:
      if (c2s.isSubOrUnSub !== true || c2s.isRegOrUnRegPush !== true) return []
      return [...new Set((c2s.subTypeList ?? []).map(eventContractPush))].filter((id) => id !== null)
    default:
      return []
  }
}

function eventContractPush(subType: number): number | null {
  switch (subType) {
    case SubType.Basic:
    case SubType.Broker:
    case SubType.RT:
      return null
    case SubType.OrderBook:
    case SubType.OrderBook_Odd:
      return EVENT_CONTRACT_ORDER_BOOK
    case SubType.Ticker:
      return EVENT_CONTRACT_TICKER
    default:
      return EVENT_CONTRACT_KLINE
  }
}
