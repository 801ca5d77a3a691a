import { Currency, OrderStatus, PositionSide } from '../../proto/enums.ts'
import type { MessageTypes, ProtocolName } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import { type Failure, opendFailure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { orderPlaceOf } from '../limits/market/trade-venue.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { quoteMarketOfPrefix } from '../wire/market-prefix.ts'
import type { MarketView } from './plan.ts'
import type { TradePlace } from './trade-place.ts'

/** Makes a read for the gateway itself. */
export type SendRead = (protoId: number, body: Uint8Array) => Promise<CallOutcome>

/** What a plan needs beside the position and the open orders. */
export interface ViewNeeds {
  /** The latest price, the lot and the price step: a call of which OpenD takes 60 in 30 s. */
  readonly price: boolean
  readonly equity: boolean
}

/** Lots and price steps are kept for this time. They change overnight. */
const CONTRACT_MS = 5 * 60_000

/** Securities whose lots are kept. A hook trades a few; past the bound the oldest is read again. */
const MAX_CONTRACTS = 1_000

interface Contract {
  readonly lotSize: number
  readonly step: number
  readonly multiplier: number | null
  readonly readMs: number
}

/** Orders in these statuses can still be filled. */
const OPEN: ReadonlySet<number> = new Set([
  OrderStatus.Unsubmitted,
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/** Reads from OpenD what a plan depends on: position, open orders, price, lot, and the account's net assets. */
export class MarketReader {
  readonly #send: SendRead
  readonly #nowMs: () => number
  readonly #contracts = new Map<string, Contract>()

  constructor(send: SendRead, nowMs: () => number) {
    this.#send = send
    this.#nowMs = nowMs
  }

  /** Failures: those of the calls, and OpenD's refusals. */
  async read(place: TradePlace, needs: ViewNeeds): Promise<Result<MarketView>> {
    const position = await this.position(place)
    if (!position.ok) return position
    const orders = await this.#ask('Trd_GetOrderList', { header: headerOf(place) })
    if (!orders.ok) return orders
    const known = this.#contracts.get(keyOf(place))
    const isKnown = known !== undefined && this.#nowMs() - known.readMs < CONTRACT_MS
    const quoted = isKnown && !needs.price ? succeed({ contract: known, price: null }) : await this.#quote(place)
    if (!quoted.ok) return quoted
    const equity = needs.equity ? await this.#equity(place) : succeed(null)
    if (!equity.ok) return equity
    const { contract, price } = quoted.value
    return succeed({
      position: position.value,
      openOrderIds: (orders.value.orderList ?? [])
        .filter((order) => order.code === place.code && OPEN.has(order.orderStatus))
        .map(({ orderID }) => orderID.toString()),
      lastPrice: price,
      equity: equity.value,
      lotSize: contract.lotSize,
      contractMultiplier: contract.multiplier,
      grid: contract.step > 0 ? [{ fromPrice: 0, step: contract.step }] : [],
    })
  }

  /**
   * Shares or contracts held, below 0 for a short position. From OpenD's own cache, which its pushes keep up to date: it
   * takes only ten refreshed lists in 30 s.
   */
  async position(place: TradePlace): Promise<Result<number>> {
    const list = await this.#ask('Trd_GetPositionList', { header: headerOf(place) })
    if (!list.ok) return list
    const own = (list.value.positionList ?? []).filter(({ code }) => code === place.code)
    const signed = own.map(({ positionSide, qty }) => (positionSide === PositionSide.Short ? -Math.abs(qty) : qty))
    return succeed(signed.reduce((sum, qty) => sum + qty, 0))
  }

  async #quote(place: TradePlace): Promise<Result<{ readonly contract: Contract; readonly price: number | null }>> {
    const market = quoteMarketOfPrefix(place.prefix) ?? 0
    const reply = await this.#ask('Qot_GetSecuritySnapshot', { securityList: [{ market, code: place.code }] })
    if (!reply.ok) return reply
    const [snapshot] = reply.value.snapshotList ?? []
    if (snapshot === undefined) {
      return fail({ code: 'gateway.bad_reply', detail: 'the snapshot is empty', retryInMs: null })
    }
    const { basic, optionExData, futureExData } = snapshot
    const multiplier = optionExData?.contractSizeFloat ?? optionExData?.contractSize ?? (futureExData ? null : 1)
    const contract = { lotSize: basic.lotSize, step: basic.priceSpread, multiplier, readMs: this.#nowMs() }
    this.#contracts.delete(keyOf(place))
    this.#contracts.set(keyOf(place), contract)
    const [oldest] = this.#contracts.keys()
    if (this.#contracts.size > MAX_CONTRACTS && oldest !== undefined) this.#contracts.delete(oldest)
    return succeed({ contract, price: basic.curPrice > 0 ? basic.curPrice : null })
  }

  /** Net assets in the currency of the security; null when its currency depends on the contract. */
  async #equity(place: TradePlace): Promise<Result<number | null>> {
    const { currency } = orderPlaceOf(place.trdMarket, place.secMarket)
    const wanted = Object.entries(Currency).find(([name]) => name === currency)?.[1]
    if (wanted === undefined) return succeed(null)
    const reply = await this.#ask('Trd_GetFunds', { header: headerOf(place), currency: wanted })
    return reply.ok ? succeed(reply.value.funds?.totalAssets ?? null) : reply
  }

  async #ask<Name extends Reads>(name: Name, c2s: MessageTypes[`${Name}.C2S`]): Promise<Result<S2C<Name>>> {
    // The generated types do not connect a request with its C2S.
    const body = encodeMessage(`${name}.Request`, { c2s } as MessageTypes[`${Name}.Request`])
    const outcome = await this.#send(CALLS[name].protoId, body)
    if (!outcome.ok) return fail(outcome.failure)
    const decoded = decodeMessage(`${name}.Response` as const, outcome.body)
    if (!decoded.ok) return fail({ code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null })
    const { retType, s2c } = decoded.value as { readonly retType: number; readonly s2c?: S2C<Name> }
    if (retType === 0 && s2c !== undefined) return succeed(s2c)
    return fail(refusalOf(decoded.value as MessageTypes['Trd_GetFunds.Response']))
  }
}

type Reads = Extract<
  ProtocolName,
  'Trd_GetPositionList' | 'Trd_GetOrderList' | 'Trd_GetFunds' | 'Qot_GetSecuritySnapshot'
>
type S2C<Name extends Reads> = MessageTypes[`${Name}.S2C`]

function refusalOf(envelope: MessageTypes['Trd_GetFunds.Response']): Failure {
  return opendFailure(envelope.retType === -1 ? 'opend.refused' : 'opend.failed', envelope)
}

function headerOf({ accId, trdEnv, trdMarket }: TradePlace): MessageTypes['Trd_Common.TrdHeader'] {
  return { trdEnv, accID: accId, trdMarket }
}

function keyOf({ prefix, code }: TradePlace): string {
  return `${prefix}.${code}`
}
