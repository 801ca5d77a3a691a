import { SubType } from '../../proto/enums.ts'
import type { StreamName } from '../subscriptions/stream.ts'

/**
 * How missed events of a stream are handled:
 *
 * - `value`: each event replaces the one before (quote, order book, brokers, K-line, intraday points)
 * - `ticks`: every event is replayed, and the last one is the current price
 * - `trades`: order and fill pushes; every event is replayed, and an event is never sent twice
 * - `notices`: price reminders and OpenD's notices
 */
export type StreamKind = 'value' | 'ticks' | 'trades' | 'notices'

/** The stream of price reminders. */
export const REMINDERS_STREAM: StreamName = 'reminders'

/** The stream of OpenD's notices. */
export const NOTIFY_STREAM: StreamName = 'notify'

const ORDERS_PREFIX = 'orders:'
const FILLS_PREFIX = 'fills:'
const TICKS_PREFIX = `${SubType.Ticker}:`

/** The stream of an account's order pushes. */
export function ordersStreamOf(accId: bigint): StreamName {
  return `${ORDERS_PREFIX}${accId}`
}

/** The stream of an account's fill pushes. */
export function fillsStreamOf(accId: bigint): StreamName {
  return `${FILLS_PREFIX}${accId}`
}

/** The kind of a stream, from its name. */
export function streamKindOf(stream: StreamName): StreamKind {
  if (stream.startsWith(ORDERS_PREFIX) || stream.startsWith(FILLS_PREFIX)) return 'trades'
  if (stream === REMINDERS_STREAM || stream === NOTIFY_STREAM) return 'notices'
  return stream.startsWith(TICKS_PREFIX) ? 'ticks' : 'value'
}
