import { isWireMessage, type WireMessage, type WireValue } from '../../wire/json/json-wire-value.ts'
import { dateText, dayOfText } from '../../base/time/civil-date.ts'
import { dayIn } from '../../base/time/time-zone.ts'
import { clockOf } from './market-times.ts'

/** Length of the default period for past orders and fills. */
const HISTORY_DAYS = 90

/** Days of one call for an option chain. OpenD takes one month, and always accepts 30 days. */
export const CHAIN_DAYS = 30

const HISTORY_CALLS: ReadonlySet<string> = new Set(['Trd_GetHistoryOrderList', 'Trd_GetHistoryOrderFillList'])
const CHAIN_CALL = 'Qot_GetOptionChain'
const BEGIN = 'beginTime'
const END = 'endTime'
const CONDITIONS = 'filterConditions'

/** Required fields that the body of a call may lack, by proto name: `withDefaultTimes` adds them. */
export function defaultedFields(protocol: string): readonly string[] {
  if (HISTORY_CALLS.has(protocol)) return [CONDITIONS]
  return protocol === CHAIN_CALL ? [BEGIN, END] : []
}

/**
 * Adds the times that a body lacks, on the clock of the call's market. Past orders and fills: the last 90 days, or 90
 * days from the one time that the body has. Option chains: 30 days from today, or from the begin that the body has.
 */
export function withDefaultTimes(protocol: string, message: WireMessage, nowMs: number): WireMessage {
  if (protocol === CHAIN_CALL) return { ...message, ...chainTimes(message, nowMs) }
  if (!HISTORY_CALLS.has(protocol)) return message
  const conditions = message[CONDITIONS]
  const given = isWireMessage(conditions) ? conditions : {}
  return { ...message, [CONDITIONS]: { ...given, ...historyTimes(message, given, nowMs) } }
}

function historyTimes(message: WireMessage, given: WireMessage, nowMs: number): WireMessage {
  const begin = textIn(given[BEGIN])
  const end = textIn(given[END])
  const clock = clockOf(message)
  const lastDay = begin === null ? dayIn(clock, nowMs, 'last') : dayOfText(begin) + HISTORY_DAYS
  const firstDay = (end === null ? dayIn(clock, nowMs, 'first') : dayOfText(end)) - HISTORY_DAYS
  return {
    [BEGIN]: begin ?? `${dateText(firstDay)} 00:00:00`,
    [END]: end ?? `${dateText(lastDay)} 23:59:59`,
  }
}

function chainTimes(message: WireMessage, nowMs: number): WireMessage {
  const begin = textIn(message[BEGIN]) ?? dateText(dayIn(clockOf(message), nowMs, 'first'))
  return { [BEGIN]: begin, [END]: textIn(message[END]) ?? dateText(dayOfText(begin) + CHAIN_DAYS - 1) }
}

/** An empty text counts as absent. */
function textIn(value: WireValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
