import { OrderBookType, RehabType, SubType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { ALL_CALLS, CALLS, type ProtoIdOf, type GetterName } from '../calls.ts'
import { decodeMessage } from '../wire/decode.ts'
import { subTypeOfKLine } from '../subscriptions/k-line-type.ts'
import { secKeyOf, type SecKey } from '../subscriptions/stream.ts'

/** The getters of data that OpenD also pushes. */
export type GetterId = ProtoIdOf<GetterName>

/** The decoded request of such a getter. */
export interface QuoteRead {
  readonly protoId: GetterId
  /** The `Qot_Common.SubType` that the getter needs. */
  readonly subType: number
  /** In the order of the request, with duplicates. */
  readonly secKeys: readonly SecKey[]
  /** `Qot_Common.RehabType` of K-lines; null for everything else. */
  readonly rehabType: number | null
  /** The requested number of K-lines, ticks or levels; `Infinity` for getters without one. */
  readonly count: number
  /** Whether OpenD may answer differently or refuse: a header with a broker, or a number outside the bounds. */
  readonly isSpecial: boolean
}

/** The subscription units that a read needs. */
export interface Needs {
  readonly subType: number
  readonly secKeys: readonly SecKey[]
}

/**
 * The subscription that a read needs: one unit for each security. Null for a read that needs no subscription, and for
 * a request with an unknown K-line type, which OpenD refuses.
 */
export function needsOf(protoId: number, body: Uint8Array): Needs | null {
  const read = readRequest(protoId, body)
  return read === null ? null : { subType: read.subType, secKeys: read.secKeys }
}

const GETTERS: ReadonlySet<number> = new Set(
  ALL_CALLS.filter(({ subType }) => subType !== undefined).map(({ protoId }) => protoId),
)

/** Whether the call is one of the getters. */
export function isGetter(protoId: number): protoId is GetterId {
  return GETTERS.has(protoId)
}

/** OpenD's bound on the K-lines or ticks of one reply. */
export const MOST_ITEMS = 1_000

/** Reads the request of a getter; null for other calls and for invalid requests. */
export function readRequest(protoId: number, body: Uint8Array): QuoteRead | null {
  switch (protoId) {
    case CALLS.Qot_GetBasicQot.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetBasicQot.Request', body))
      const securities = c2s?.securityList ?? []
      if (c2s === null || securities.length === 0) return null
      return readOf(protoId, CALLS.Qot_GetBasicQot.subType, securities, c2s.header, Infinity)
    }
    case CALLS.Qot_GetKL.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetKL.Request', body))
      const subType = c2s === null ? null : subTypeOfKLine(c2s.klType)
      if (c2s === null || subType === null) return null
      const read = readOf(protoId, subType, [c2s.security], c2s.header, c2s.reqNum)
      const isKnown = REHAB_TYPES.has(c2s.rehabType)
      return { ...read, rehabType: c2s.rehabType, isSpecial: read.isSpecial || !isKnown }
    }
    case CALLS.Qot_GetRT.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetRT.Request', body))
      return c2s === null ? null : readOf(protoId, CALLS.Qot_GetRT.subType, [c2s.security], c2s.header, Infinity)
    }
    case CALLS.Qot_GetTicker.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetTicker.Request', body))
      return c2s === null
        ? null
        : readOf(protoId, CALLS.Qot_GetTicker.subType, [c2s.security], c2s.header, c2s.maxRetNum)
    }
    case CALLS.Qot_GetOrderBook.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetOrderBook.Request', body))
      const subType = BOOK_SUB_TYPES.get(c2s?.orderBookType ?? OrderBookType.Normal)
      if (c2s === null || subType === undefined) return null
      return readOf(protoId, subType, [c2s.security], c2s.header, c2s.num)
    }
    case CALLS.Qot_GetBroker.protoId: {
      const c2s = c2sOf(decodeMessage('Qot_GetBroker.Request', body))
      return c2s === null ? null : readOf(protoId, CALLS.Qot_GetBroker.subType, [c2s.security], c2s.header, Infinity)
    }
    default:
      return null
  }
}

function c2sOf<C2S>(
  decoded: { readonly ok: true; readonly value: { readonly c2s: C2S } } | { readonly ok: false },
): C2S | null {
  return decoded.ok ? decoded.value.c2s : null
}

function readOf(
  protoId: GetterId,
  subType: number,
  securities: readonly MessageTypes['Qot_Common.Security'][],
  header: object | undefined,
  count: number,
): QuoteRead {
  const isInBounds = count > 0 && (count <= MOST_ITEMS || count === Infinity)
  const isSpecial = header !== undefined || !isInBounds
  return { protoId, subType, secKeys: securities.map(secKeyOf), rehabType: null, count, isSpecial }
}

/** The `Qot_Common.SubType` of each `Qot_Common.OrderBookType`. */
const BOOK_SUB_TYPES: ReadonlyMap<number, number> = new Map([
  [OrderBookType.Normal, SubType.OrderBook],
  [OrderBookType.Odd, SubType.OrderBook_Odd],
])

const REHAB_TYPES: ReadonlySet<number> = new Set(Object.values(RehabType))
