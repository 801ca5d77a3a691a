import { parseTimestamp } from '../../base/time/civil-date.ts'
import { fail, succeed, type Failed, type Result } from '../../base/result.ts'
import { orderPlaceOf, timeZoneOf } from '../../limits/market/trade-venue.ts'
import { timeText } from '../../base/time/time-zone.ts'
import { zoneClock, type ZoneClock } from '../../base/time/zone-clock.ts'
import { jsonNameOf } from '../../wire/schema-row.ts'
import { isWireMessage, type WireDraft, type WireMessage } from '../../wire/json/json-wire-value.ts'
import { messageType } from '../../wire/schema.ts'
import { securityText } from '../../wire/json/security-text.ts'
import { isTimeField } from '../../wire/json/time-text.ts'

/** Calls whose times OpenD takes as days. */
const DAYS_ONLY: ReadonlySet<string> = new Set(['Qot_GetOptionChain', 'Qot_GetCapitalFlow', 'Qot_GetWarrant'])

/** Fields that are days in every call: the last day of an order. */
const DAY_FIELDS: ReadonlySet<string> = new Set(['expireTime'])

const CONDITIONS = 'filterConditions'

/**
 * Converts times with a zone to local times of the message's market, with daylight saving, because OpenD reads all
 * times as local: to a day where OpenD takes days, else to the second. Refuses a time with a zone where the market has
 * more than one local time, as for real futures.
 */
export function withMarketTimes(protocol: string, message: WireMessage): Result<WireMessage> {
  const clock = clockOf(message)
  const own = onClock(protocol, `${protocol}.C2S`, message, clock, '')
  const conditions = message[CONDITIONS]
  if (!own.ok || !isWireMessage(conditions)) return own
  const inner = onClock(protocol, 'Trd_Common.TrdFilterConditions', conditions, clock, 'filter_conditions.')
  return inner.ok ? succeed({ ...own.value, [CONDITIONS]: inner.value }) : inner
}

function onClock(
  protocol: string,
  messageName: string,
  message: WireMessage,
  clock: ZoneClock | null,
  prefix: string,
): Result<WireMessage> {
  const { byName } = messageType(messageName)
  const converted: WireDraft = {}
  for (const [name, value] of Object.entries(message)) {
    const field = byName.get(name)
    const utcMs = field !== undefined && isTimeField(field) && typeof value === 'string' ? parseTimestamp(value) : null
    if (utcMs === null) continue
    if (clock === null) return unknownClock(`${prefix}${jsonNameOf(name)}`)
    const text = timeText(clock, utcMs)
    converted[name] = DAYS_ONLY.has(protocol) || DAY_FIELDS.has(name) ? text.slice(0, 10) : text
  }
  return succeed({ ...message, ...converted })
}

function unknownClock(path: string): Failed {
  const expected =
    'a time without a zone, in the local time of the exchange: the market of this call has no single time zone'
  return fail({ code: 'request.invalid_value', path, expected })
}

/**
 * The clock of a message's market, by its security or its trade header. Null when the market has no single clock.
 */
export function clockOf(message: WireMessage): ZoneClock | null {
  const zone = timeZoneOf(prefixesOf(message))
  return zone === null ? null : zoneClock(zone)
}

function prefixesOf({ security, owner, header }: WireMessage): readonly string[] {
  const named = isWireMessage(security) ? security : owner
  if (isWireMessage(named)) {
    const { market, code } = named
    const text = typeof market === 'number' && typeof code === 'string' ? securityText({ market, code }) : null
    return text === null ? [] : text.split('.', 1)
  }
  const trdMarket = isWireMessage(header) ? header['trdMarket'] : undefined
  return typeof trdMarket === 'number' ? orderPlaceOf(trdMarket, undefined).prefixes : []
}
