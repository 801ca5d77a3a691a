import { CALLS } from '../../calls.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import { dateText, dayOfText } from '../../base/time/civil-date.ts'
import type { JsonField, JsonMessage } from '../../wire/decode.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { CHAIN_DAYS } from '../request/default-times.ts'
import type { Envelope } from '../envelope.ts'

/**
 * Most calls for one chain. OpenD takes 10 calls for option chains in 30 s from all callers together, and a read waits
 * at most 2 s, so an eleventh call would fail.
 */
const MOST_PIECES = 10

/** For the error of a chain that was read in part. The gateway object stores the parts, see `static-reply-cache.ts`. */
export const PARTS_ARE_STORED = `The parts that were read are stored for ${CALLS.Qot_GetOptionChain.cacheMs / 60_000} minutes, so a repetition sends the other parts only.`

/**
 * Splits the request for an option chain into calls of 30 days each. A period that ends before it begins stays one
 * call, which OpenD refuses. Failure: `request.invalid_value` for more days than the calls cover.
 */
export function splitChain(c2s: WireMessage): Result<readonly WireMessage[]> {
  const { beginTime, endTime } = c2s
  if (typeof beginTime !== 'string' || typeof endTime !== 'string') return succeed([c2s])
  const firstDay = dayOfText(beginTime)
  const days = dayOfText(endTime) - firstDay + 1
  const pieces = Math.ceil(days / CHAIN_DAYS)
  if (days <= CHAIN_DAYS + 1) return succeed([c2s])
  if (pieces > MOST_PIECES) {
    const lastDay = dateText(firstDay + MOST_PIECES * CHAIN_DAYS - 1)
    const expected = `${lastDay} at the latest: one request covers at most ${MOST_PIECES * CHAIN_DAYS} days; send another one for the rest`
    return fail({ code: 'request.invalid_value', path: 'end_time', expected })
  }
  return succeed(
    Array.from({ length: pieces }, (_, piece) => {
      const begin = firstDay + piece * CHAIN_DAYS
      const isFirst = piece === 0
      const isLast = piece === pieces - 1
      return {
        ...c2s,
        beginTime: isFirst ? beginTime : dateText(begin),
        endTime: isLast ? endTime : dateText(begin + CHAIN_DAYS - 1),
      }
    }),
  )
}

/** Joins the answers to such calls: the expiries of each call, in the order of the calls. */
export function joinChains(answers: readonly Envelope[]): Envelope {
  const [first, ...others] = answers
  if (first === undefined) throw new Error('joinChains got no answer')
  if (others.length === 0) return first
  return { ...first, s2c: { ...first.s2c, option_chain: answers.flatMap(({ s2c }) => expiriesIn(s2c)) } }
}

function expiriesIn(s2c: JsonMessage | null): readonly JsonField[] {
  const expiries = s2c?.['option_chain']
  return Array.isArray(expiries) ? expiries : []
}
