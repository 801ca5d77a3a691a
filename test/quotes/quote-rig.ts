import { KLType, SubType, Session } from '../../proto/enums.ts'
import type { MessageName, MessageTypes } from '../../proto/messages.ts'
import type { QuotePush } from '../../src/quotes/stream-state.ts'
import { secKeyOf, type SecKey, type UnitKey } from '../../src/subscriptions/stream.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { protocolById } from '../../src/wire/schema.ts'
import { Bench, type TcpClient } from '../simulator/session/tcp-client.ts'

export const TENCENT = { market: 1, code: '00700' }
export type Security = MessageTypes['Qot_Common.Security']

/** The encoded `Request` of a call. */
export function requestOf(protoId: number, c2s: object): Uint8Array {
  const name = (protocolById(protoId)?.request ?? '') as MessageName
  return encodeMessage(name, { c2s })
}

/** A decoded `Response` of a call. */
export interface Reply {
  readonly retType: number
  readonly retMsg?: string
  readonly s2c?: Readonly<Record<string, unknown>>
}

export function replyOf(protoId: number, body: Uint8Array): Reply {
  const decoded = decodeMessage((protocolById(protoId)?.response ?? '') as MessageName, body)
  if (!decoded.ok) throw new Error(decoded.detail)
  return decoded.value as Reply
}

/** The encoded success `Response` of a call. */
export function successOf(protoId: number, s2c: object): Uint8Array {
  const name = (protocolById(protoId)?.response ?? '') as MessageName
  return encodeMessage(name, { retType: 0, s2c })
}

/** The encoded `Response` of a call that OpenD refuses. */
export function refusalOf(retMsg: string, retType = -1): Uint8Array {
  return encodeMessage('Qot_Sub.Response', { retType, retMsg })
}

const K_LINES: ReadonlyMap<number, number> = new Map([
  [KLType._1Min, SubType.KL_1Min],
  [KLType._5Min, SubType.KL_5Min],
  [KLType.Day, SubType.KL_Day],
  [KLType.Week, SubType.KL_Week],
])

const SUB_TYPES: Readonly<Record<number, number>> = { 3005: 1, 3009: 5, 3011: 4, 3013: 2, 3015: 14 }

/** A push as it came, as the events that are about one security each. */
export function eventsOf(protoId: number, s2c: object, receivedAtMs: number): readonly QuotePush[] {
  const { basicQotList, security, klType, rehabType, orderBookType } = s2c as {
    readonly basicQotList?: readonly MessageTypes['Qot_Common.BasicQot'][]
    readonly security?: Security
    readonly klType?: number
    readonly rehabType?: number
    readonly orderBookType?: number
  }
  if (basicQotList !== undefined) {
    return basicQotList.map((quote) =>
      event(3005, { basicQotList: [quote] }, secKeyOf(quote.security), SubType.Basic, null, receivedAtMs),
    )
  }
  if (security === undefined) return []
  const subType = klType === undefined ? SUB_TYPES[protoId] : K_LINES.get(klType)
  if (subType === undefined) throw new Error(`a push of ${protoId} that no test subscribes`)
  const isOdd = protoId === 3013 && orderBookType === 1
  return [
    event(protoId, s2c, secKeyOf(security), isOdd ? SubType.OrderBook_Odd : subType, rehabType ?? null, receivedAtMs),
  ]
}

function event(
  protoId: number,
  s2c: object,
  secKey: SecKey,
  subType: number,
  rehabType: number | null,
  receivedAtMs: number,
): QuotePush {
  return { protoId, s2c, secKey, subType, rehabType, receivedAtMs } as QuotePush
}

/** A connection to a simulated OpenD whose pushes a test hands on. */
export class QuoteRig {
  readonly bench: Bench
  readonly client: TcpClient
  readonly live = new Set<UnitKey>()
  #heartbeatMs: number

  constructor(startMs: number, hasExchangeHours = true) {
    this.bench = new Bench(hasExchangeHours ? {} : { market: { hours: 'always' } })
    this.bench.nowMs = startMs
    this.client = this.bench.login()
    this.#heartbeatMs = startMs
  }

  get nowMs(): number {
    return this.bench.nowMs
  }

  subscribe(
    securities: readonly Security[],
    subTypes: readonly number[],
    rehabTypes: readonly number[] = [],
    session: number = Session.NONE,
  ): void {
    const reply = this.client.call('Qot_Sub', {
      securityList: securities,
      subTypeList: subTypes,
      isSubOrUnSub: true,
      isRegOrUnRegPush: true,
      regPushRehabTypeList: rehabTypes,
      session,
    })
    if (reply.retType !== 0) throw new Error(reply.retMsg ?? 'not subscribed')
    for (const subType of subTypes) for (const one of securities) this.live.add(`${subType}:${secKeyOf(one)}`)
  }

  /** Lets time pass, with heartbeats, and returns what was pushed meanwhile. */
  pass(ms: number): readonly QuotePush[] {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      this.bench.pass(Math.min(endMs - this.nowMs, 10_000))
      if (this.nowMs - this.#heartbeatMs < 10_000) continue
      this.client.call('KeepAlive', { time: 1n })
      this.#heartbeatMs = this.nowMs
    }
    return this.pushes()
  }

  pushes(): readonly QuotePush[] {
    const pushes = this.client.takePushes()
    this.client.bytes.length = 0
    return pushes.flatMap(({ protoId, s2c }) => eventsOf(protoId, s2c, this.nowMs))
  }

  /** What OpenD says now. */
  ask(protoId: number, body: Uint8Array): Uint8Array {
    const serial = this.client.sendBody(protoId, body)
    const reply = this.client.takeBody(protoId, serial)
    if (reply === null) throw new Error(`no reply to ${protoId}`)
    return reply
  }
}
