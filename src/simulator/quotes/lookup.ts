import { QotMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { prefixOfQuoteMarket } from '../../wire/market-prefix.ts'
import { refuse, type Refusal } from '../handler.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'

/** A market and a code, as for securities in messages. */
export type SecurityRef = MessageTypes['Qot_Common.Security']

/** `HK.00700`, as in OpenD's texts. Futures of Hong Kong have the prefix of its stocks. */
export function symbolOf({ market, code }: SecurityRef): string {
  return `${prefixOfQuoteMarket(market === QotMarket.HK_Future ? QotMarket.HK_Security : market) ?? market}.${code}`
}

/** The security in a call, or OpenD's refusal of an unknown one. */
export function findSecurity(world: World, ref: SecurityRef): Security | Refusal {
  return world.market.security(ref.market, ref.code) ?? refuse(`未知股票 ${symbolOf(ref)}`)
}

/** All securities in a call. One unknown code refuses the whole call, as in OpenD. */
export function findSecurities(world: World, refs: readonly SecurityRef[]): readonly Security[] | Refusal {
  const found: Security[] = []
  for (const ref of refs) {
    const security = findSecurity(world, ref)
    if (isRefusal(security)) return security
    found.push(security)
  }
  return found
}

/** Whether a result is a refusal. */
export function isRefusal(value: object): value is Refusal {
  return 'refusal' in value
}

/** The security's reference in messages. */
export function refOf(security: Security): SecurityRef {
  return { market: security.instrument.market, code: security.instrument.code }
}
