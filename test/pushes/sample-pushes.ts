import assert from 'node:assert/strict'
import { KLType, RehabType, TrdMarket, TrdSide } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { PushEvent } from '../../src/pushes/push-event.ts'
import { readPush } from '../../src/pushes/read-push.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { restingOrder } from '../limits/sample-orders.ts'

/** A time of receipt, Unix ms. */
export const RECEIVED_MS = Date.UTC(2026, 4, 5, 2)
export const ACCOUNT = 281_756n

type Header = MessageTypes['Trd_Common.TrdHeader']

const HEADER: Header = { trdEnv: 0, accID: ACCOUNT, trdMarket: TrdMarket.HK }

export function basicQuote(code: string, price: number, name = 'A name'): MessageTypes['Qot_Common.BasicQot'] {
  return {
    security: { market: 1, code },
    isSuspended: false,
    listTime: '2004-06-16',
    priceSpread: 0.2,
    updateTime: '2026-05-05 10:00:00',
    highPrice: price,
    openPrice: price,
    lowPrice: price,
    curPrice: price,
    lastClosePrice: price,
    volume: 2n ** 60n,
    turnover: 1,
    turnoverRate: 0,
    amplitude: 0,
    name,
  }
}

export function quoteBody(...quotes: readonly MessageTypes['Qot_Common.BasicQot'][]): Uint8Array {
  return encodeMessage('Qot_UpdateBasicQot.Response', { retType: 0, s2c: { basicQotList: quotes } })
}

export function tickBody(code: string, price: number, name = 'A name'): Uint8Array {
  const tickerList = [{ time: '', sequence: 1n, dir: 1, price, volume: 100n, turnover: 1 }]
  const s2c = { security: { market: 1, code }, name, tickerList }
  return encodeMessage('Qot_UpdateTicker.Response', { retType: 0, s2c })
}

/** A push of 1-minute K-lines, each with its time and close. */
export function kLineBody(
  code: string,
  bars: readonly (readonly [string, number])[],
  klType: number = KLType._1Min,
): Uint8Array {
  const klList = bars.map(([time, closePrice]) => ({ time, isBlank: false, closePrice }))
  const s2c = { rehabType: RehabType.Forward, klType, security: { market: 1, code }, klList }
  return encodeMessage('Qot_UpdateKL.Response', { retType: 0, s2c })
}

export function orderBody(orderID: bigint, header: Partial<Header> = {}, remark = ''): Uint8Array {
  const s2c = { header: { ...HEADER, ...header }, order: { ...restingOrder({ orderID }), remark } }
  return encodeMessage('Trd_UpdateOrder.Response', { retType: 0, s2c })
}

export function fillBody(fillID: bigint): Uint8Array {
  const orderFill = {
    trdSide: TrdSide.Buy,
    fillID,
    fillIDEx: `${fillID}`,
    code: '00700',
    name: '',
    qty: 100,
    price: 300,
    createTime: '',
  }
  return encodeMessage('Trd_UpdateOrderFill.Response', { retType: 0, s2c: { header: HEADER, orderFill } })
}

export function noticeBody(desc: string): Uint8Array {
  const s2c = { type: 1, event: { eventType: 7, desc } }
  return encodeMessage('Notify.Response', { retType: 0, s2c })
}

/** The one event of a push. */
export function eventOf(protoId: number, body: Uint8Array): PushEvent {
  const [event, ...more] = readPush(protoId, body, RECEIVED_MS) ?? []
  assert.ok(event !== undefined && more.length === 0)
  return event
}

export function quote(code: string, price: number, name?: string): PushEvent {
  return eventOf(3005, quoteBody(basicQuote(code, price, name)))
}

export function tick(code: string, price: number, name?: string): PushEvent {
  return eventOf(3011, tickBody(code, price, name))
}

export function kLine(code: string, ...bars: readonly (readonly [string, number])[]): PushEvent {
  return eventOf(3007, kLineBody(code, bars))
}

export function order(orderID: bigint, remark?: string): PushEvent {
  return eventOf(2208, orderBody(orderID, {}, remark))
}

export function fill(fillID: bigint): PushEvent {
  return eventOf(2218, fillBody(fillID))
}

export function notice(desc: string): PushEvent {
  return eventOf(1003, noticeBody(desc))
}
