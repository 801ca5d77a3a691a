import { TrdMarket } from '../../../proto/enums.ts'
import { fail, succeed, type Failed, type Result } from '../../base/result.ts'
import { orderPlaceOf } from '../../limits/market/trade-venue.ts'
import { describeEnum } from '../../wire/json/names/json-enum.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../../wire/json/json-wire-value.ts'
import { prefixOfSecMarket, secMarketOfPrefix, SECURITY_PREFIXES } from '../../wire/market-prefix.ts'
import { messageType, type Field } from '../../wire/schema.ts'
import { expiredOn } from '../../limits/market/expired-options.ts'
import { suggestSecurity } from '../../wire/json/security-hint.ts'
import {
  asciiCapitals,
  type ParsedSecurity,
  parseSecurityText,
  securityText,
  visibleText,
} from '../../wire/json/security-text.ts'

/** Trade messages name a security by the number of its market and a code without prefix. */
const CODE = 'code'
const SEC_MARKET = 'secMarket'
const SYMBOL = 'symbol'

/** Whether a message names one security by `code` and `secMarket`, so that `symbol` may replace the two. */
export function namesByCode(messageName: string): boolean {
  const { byName } = messageType(messageName)
  return byName.has(CODE) && byName.has(SEC_MARKET)
}

/** The field `symbol`, which such a message also takes: a security in either form. */
export function symbolField(): Field {
  const field = messageType('Qot_GetRT.C2S').byName.get('security')
  if (field === undefined) throw new Error('Qot_GetRT has no security')
  return { ...field, name: SYMBOL, jsonName: SYMBOL, rule: 'optional' }
}

/** Required fields of such a message that `symbol` replaces. */
export const FROM_SYMBOL: readonly string[] = [CODE]

/**
 * Converts `symbol`, or a prefix in `code`, to the code and the market that OpenD takes. The market must match
 * `sec_market` and be one that `trd_market` trades. This happens before the message is encoded, so limits, ledger and
 * OpenD get the same two fields. An expired option is refused.
 */
export function withCodeAndMarket(checked: WireMessage, nowMs: number): Result<WireMessage> {
  const { [SYMBOL]: symbol, ...message } = checked
  const code = message[CODE]
  if (symbol !== undefined && code !== undefined) return invalid(SYMBOL, 'symbol or code, not both')
  if (symbol !== undefined) return unexpired(placed(message, securityIn(symbol), SYMBOL), SYMBOL, nowMs)
  if (typeof code !== 'string') {
    return fail({ code: 'request.missing_field', path: CODE, expected: 'the code of the security, or symbol' })
  }
  const prefixed = readPrefix(code)
  if (prefixed === 'unreadable') return unreadable(code)
  return unexpired(prefixed === null ? succeed(message) : placed(message, prefixed, CODE), CODE, nowMs)
}

/** Refuses an option whose last day has passed. OpenD would report an unknown stock. */
function unexpired(named: Result<WireMessage>, path: string, nowMs: number): Result<WireMessage> {
  if (!named.ok) return named
  const { [CODE]: code, [SEC_MARKET]: secMarket, header } = named.value
  const trdMarket = isWireMessage(header) ? header['trdMarket'] : undefined
  if (typeof code !== 'string' || typeof trdMarket !== 'number') return named
  const { prefixes } = orderPlaceOf(trdMarket, typeof secMarket === 'number' ? secMarket : undefined)
  const lastDay = expiredOn(prefixes, code, nowMs)
  return lastDay === null ? named : invalid(path, `a security that can be traded: ${code} expired on ${lastDay}`)
}

/** The codes of a filter without their prefixes; each must be of a market that the header's `trdMarket` trades. */
export function withPlainCodes(message: WireMessage): Result<WireMessage> {
  const { filterConditions } = message
  const codeList = isWireMessage(filterConditions) ? filterConditions['codeList'] : undefined
  if (!isWireMessage(filterConditions) || !Array.isArray(codeList)) return succeed(message)
  const codes: WireValue[] = []
  for (const [index, code] of codeList.entries()) {
    const path = `filter_conditions.code_list[${index}]`
    const prefixed = typeof code === 'string' ? readPrefix(code) : null
    if (prefixed === 'unreadable') return unreadable(String(code), path)
    const contradiction = prefixed === null ? null : untraded(message, prefixed, path)
    if (contradiction !== null) return contradiction
    codes.push(prefixed?.code ?? code)
  }
  return succeed({ ...message, filterConditions: { ...filterConditions, codeList: codes } })
}

/** The security of a code with a prefix; null for a code without one, which may contain dots. */
function readPrefix(code: string): ParsedSecurity | 'unreadable' | null {
  const [prefix = ''] = visibleText(code).split('.', 1)
  if (!code.includes('.') || !SECURITY_PREFIXES.includes(asciiCapitals(prefix))) return null
  return parseSecurityText(code) ?? 'unreadable'
}

function unreadable(code: string, path = CODE): Failed {
  const meant = suggestSecurity(code)
  return invalid(path, `a code as OpenD lists it${meant === null ? '' : `; did you mean ${meant}?`}`)
}

function placed(message: WireMessage, security: ParsedSecurity, path: string): Result<WireMessage> {
  const secMarket = secMarketOfPrefix(prefixOf(security))
  if (secMarket === null) return invalid(path, 'a security of a market that can be traded')
  const given = message[SEC_MARKET]
  if (given !== undefined && given !== 0 && given !== secMarket) {
    return invalid(
      'sec_market',
      `${secMarket}, the market of ${path}, or no value: ${describeEnum('Trd_Common.TrdSecMarket')}`,
    )
  }
  const contradiction = untraded(message, security, path)
  return contradiction ?? succeed({ ...message, [CODE]: security.code, [SEC_MARKET]: secMarket })
}

/** Refuses a security that the header's market does not trade. A market without a list of prefixes accepts all. */
function untraded({ header }: WireMessage, security: ParsedSecurity, path: string): Failed | null {
  const trdMarket = isWireMessage(header) ? header['trdMarket'] : undefined
  if (typeof trdMarket !== 'number') return null
  const { markets, prefixes } = orderPlaceOf(trdMarket, undefined)
  if (prefixes.length === 0 || prefixes.includes(tradePrefixOf(security))) return null
  const japan = trdMarket === TrdMarket.Crypto && prefixOf(security) === 'JP' ? '; Japan is trd_market 15, not 7' : ''
  return invalid(
    path,
    `a security of ${prefixes.join(', ')}: trd_market ${markets.join()} does not trade others${japan}`,
  )
}

/** The security's prefix in orders, where stocks and futures of Hong Kong share one. */
function tradePrefixOf(security: ParsedSecurity): string {
  return prefixOfSecMarket(secMarketOfPrefix(prefixOf(security)) ?? 0) ?? ''
}

function prefixOf(security: ParsedSecurity): string {
  return securityText(security)?.split('.', 1)[0] ?? ''
}

function securityIn(symbol: WireValue): ParsedSecurity {
  const { market, code } = isWireMessage(symbol) ? symbol : {}
  if (typeof market !== 'number' || typeof code !== 'string') throw new Error('a checked security has market and code')
  return { market, code }
}

function invalid(path: string, expected: string): Failed {
  return fail({ code: 'request.invalid_value', path, expected })
}
