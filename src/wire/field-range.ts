import { messageType, type Field } from './schema.ts'

/** The numbers that a field takes, both ends included; `most` is null where OpenD names no upper end. */
export interface Range {
  readonly least: number
  readonly most: number | null
}

/**
 * Ranges of integer fields of requests that OpenD documents and the schema does not have, by message and proto name. A
 * number outside would cost a subscription or a round trip before OpenD refuses it.
 */
const RANGES: Readonly<Record<string, Readonly<Record<string, Range>>>> = {
  'Qot_GetKL.C2S': { reqNum: { least: 1, most: 1000 } },
  'Qot_GetTicker.C2S': { maxRetNum: { least: 1, most: 1000 } },
  // How many levels there are depends on the market and on the user's quote right.
  'Qot_GetOrderBook.C2S': { num: { least: 1, most: null } },
  'Qot_RequestHistoryKL.C2S': { maxAckKLNum: { least: 1, most: null } },
  'Qot_GetWarrant.C2S': { begin: { least: 0, most: null }, num: { least: 0, most: 200 } },
  'Qot_StockFilter.C2S': { begin: { least: 0, most: null }, num: { least: 0, most: 200 } },
}

let byField: ReadonlyMap<Field, Range> | null = null

/** The range of a field; null for one that takes every number of its kind. */
export function rangeOf(field: Field): Range | null {
  byField ??= readRanges()
  return byField.get(field) ?? null
}

/** What a field with a range takes. */
export function describeRange({ least, most }: Range): string {
  return most === null ? `an integer, ${least} or more` : `an integer from ${least} to ${most}`
}

function readRanges(): ReadonlyMap<Field, Range> {
  const found = new Map<Field, Range>()
  for (const [messageName, ranges] of Object.entries(RANGES)) {
    for (const [name, range] of Object.entries(ranges)) {
      const field = messageType(messageName).byName.get(name)
      if (field === undefined) throw new Error(`no ${name} in ${messageName}`)
      found.set(field, range)
    }
  }
  return found
}
