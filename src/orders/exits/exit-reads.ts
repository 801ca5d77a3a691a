import { PositionSide } from '../../../proto/enums.ts'
import { CALLS } from '../../calls.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { parseSymbol, securityText } from '../../wire/json/security-text.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import type { AccountRef } from '../account-orders.ts'

/** The latest price of a security and its price step; null where OpenD has none. */
export interface PriceRead {
  readonly price: number | null
  readonly step: number | null
}

/** Securities of one snapshot: OpenD's maximum. */
const MOST_SYMBOLS = 400

/** Reads the prices of securities by symbol, in one call; null when OpenD does not answer. */
export async function readPrices(
  send: SendCall,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, PriceRead> | null> {
  const securityList = symbols.slice(0, MOST_SYMBOLS).flatMap((symbol) => parseSymbol(symbol) ?? [])
  if (securityList.length === 0) return new Map()
  const body = encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList } })
  const outcome = await send(CALLS.Qot_GetSecuritySnapshot.protoId, body)
  const decoded = outcome.ok ? decodeMessage('Qot_GetSecuritySnapshot.Response', outcome.body) : null
  if (decoded?.ok !== true || decoded.value.retType !== 0) return null
  const reads = (decoded.value.s2c?.snapshotList ?? []).map(({ basic }) => {
    const { security, curPrice, priceSpread } = basic
    return [
      securityText(security) ?? '',
      { price: curPrice > 0 ? curPrice : null, step: priceSpread > 0 ? priceSpread : null },
    ] as const
  })
  return new Map(reads)
}

/** The position of a security: below 0 for a short one. */
export type PositionOf = (code: string) => number

/** Reads the positions of an account, refreshed from the broker; null when OpenD does not list them. */
export async function readPositions(
  send: SendCall,
  { accId, trdEnv, trdMarket }: AccountRef,
): Promise<PositionOf | null> {
  const c2s = { header: { trdEnv, accID: accId, trdMarket }, refreshCache: true }
  const outcome = await send(CALLS.Trd_GetPositionList.protoId, encodeMessage('Trd_GetPositionList.Request', { c2s }))
  const decoded = outcome.ok ? decodeMessage('Trd_GetPositionList.Response', outcome.body) : null
  if (decoded?.ok !== true || decoded.value.retType !== 0) return null
  const positions = decoded.value.s2c?.positionList ?? []
  return (code) =>
    positions
      .filter((position) => position.code === code)
      .reduce((sum, { qty, positionSide }) => {
        return sum + (positionSide === PositionSide.Short ? -Math.abs(qty) : qty)
      }, 0)
}
