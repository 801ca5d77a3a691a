import { fail, succeed, type Result } from '../base/result.ts'
import { dateText } from '../base/civil-date.ts'
import type { JsonField, JsonMessage } from '../wire/decode.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { CHAIN_DAYS } from './default-times.ts'
import type { Envelope } from './envelope.ts'
import { dayOfText } from './market-times.ts'

/**
 * The most calls that one longer chain is asked for in. OpenD takes 10 calls for option chains in 30 s from all callers
 * together, and a read waits 2 s for its turn, so an eleventh could not be answered.
 */
const MOST_PIECES = 10

/**
 * The calls that an option chain is asked for in: each of 30 days, from the first day to the last. A span that ends before
 * it begins stays one call, which OpenD refuses. Failure: `request.invalid_value` for more days than the calls cover.
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
    const expected = `${lastDay} at the latest: a chain is asked for in at most ${MOST_PIECES} calls of ${CHAIN_DAYS} days each`
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

/** The answer to the whole of such a chain: the expiries of each call, in the order of the calls. */
export function joinChains(answers: readonly Envelope[]): Envelope {
  const [first, ...others] = answers
  if (first === undefined) throw new Error('a call has one answer at least')
  if (others.length === 0) return first
  return { ...first, s2c: { ...first.s2c, option_chain: answers.flatMap(({ s2c }) => expiriesIn(s2c)) } }
}

function expiriesIn(s2c: JsonMessage | null): readonly JsonField[] {
  const expiries = s2c?.['option_chain']
  return Array.isArray(expiries) ? expiries : []
}
