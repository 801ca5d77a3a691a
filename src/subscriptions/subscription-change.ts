import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Holder, Wish } from './subscriber.ts'
import { secKeyOf, type UnitKey, unitKeyOf, unitOf } from './stream.ts'
import {
  EXTENDED_TIME,
  isKLine,
  isSubType,
  ORDER_BOOK_DETAIL,
  PLAIN,
  rehabTerms,
  sessionTerms,
  type Terms,
  withDefaultRehab,
  withFlag,
  withRehab,
  withSession,
} from './subscription-options.ts'

/** What one `Qot_Sub` wants to change in the units of its holder. */
export type SubscriptionChange =
  | { readonly kind: 'subscribe'; readonly units: readonly UnitKey[]; readonly asked: Asked }
  | { readonly kind: 'unsubscribe'; readonly units: readonly UnitKey[] }
  | { readonly kind: 'unsubscribe_all' }

/** What a subscription says beside its units. Null: it does not say, which leaves things as they are. */
export interface Asked {
  readonly isPushed: boolean | null
  /** Rehab types named; none when empty. */
  readonly rehab: Terms
  readonly session: Terms | null
  readonly extendedTime: boolean | null
  readonly isDetail: boolean | null
}

/** Units of one holder, and of one request: OpenD's largest quota tier, so nobody can need more. */
export const MAX_UNITS_PER_HOLDER = 2_000

type C2S = MessageTypes['Qot_Sub.C2S']

/** Reads a `Qot_Sub`. Failure: `request.invalid_value` for what OpenD would not understand. */
export function readSubscription(c2s: C2S): Result<SubscriptionChange> {
  // OpenD looks at no other field then.
  if (c2s.isUnsubAll === true) return succeed({ kind: 'unsubscribe_all' })
  const { securityList = [], subTypeList = [] } = c2s
  if (securityList.length === 0) return invalid('security_list', 'at least one security')
  if (subTypeList.length === 0) return invalid('sub_type_list', 'at least one Qot_Common.SubType')
  const strange = subTypeList.findIndex((subType) => !isSubType(subType))
  if (strange >= 0) return invalid(`sub_type_list[${strange}]`, 'a Qot_Common.SubType')
  if (securityList.length * subTypeList.length > MAX_UNITS_PER_HOLDER) {
    return invalid('security_list', `at most ${MAX_UNITS_PER_HOLDER} pairs of security and type`)
  }
  const units = unitsOf(securityList, subTypeList)
  if (!c2s.isSubOrUnSub) return succeed({ kind: 'unsubscribe', units })
  const rehab = rehabTerms(c2s.regPushRehabTypeList ?? [])
  if (rehab === null) return invalid('reg_push_rehab_type_list', 'Qot_Common.RehabType')
  const session = c2s.session === undefined ? null : sessionTerms(c2s.session)
  if (session === null && c2s.session !== undefined) return invalid('session', 'a Common.Session')
  return succeed({
    kind: 'subscribe',
    units,
    asked: {
      isPushed: c2s.isRegOrUnRegPush ?? null,
      rehab,
      session,
      extendedTime: c2s.extendedTime ?? null,
      isDetail: c2s.isSubOrderBookDetail ?? null,
    },
  })
}

/**
 * How a holder holds a unit after subscribing it. A new subscription of a REST caller is not pushed unless it says so;
 * that of a socket is, because a socket is there for pushes. What is not said stays as it was.
 */
export function wishAfter(before: Wish | null, asked: Asked, unit: UnitKey, { kind }: Holder, nowMs: number): Wish {
  const asksPush = asked.isPushed ?? (kind === 'socket' ? true : null)
  const isPushed = asksPush ?? before?.isPushed ?? false
  let terms = before?.terms ?? PLAIN
  if (asked.session !== null) terms = withSession(terms, asked.session)
  if (asked.extendedTime !== null) terms = withFlag(terms, EXTENDED_TIME, asked.extendedTime)
  if (asked.isDetail !== null) terms = withFlag(terms, ORDER_BOOK_DETAIL, asked.isDetail)
  const { subType } = unitOf(unit)
  // Registering replaces the rehab types that were registered before.
  if (asksPush === true && isKLine(subType)) terms = withDefaultRehab(subType, withRehab(terms, asked.rehab))
  if (!isPushed) terms = withRehab(terms, PLAIN)
  return { terms, isPushed, usedAtMs: nowMs }
}

/** Every security with every type, each once however often it is named. */
function unitsOf(securities: NonNullable<C2S['securityList']>, subTypes: readonly number[]): readonly UnitKey[] {
  const units = securities.flatMap((security) => subTypes.map((subType) => unitKeyOf(subType, secKeyOf(security))))
  return [...new Set(units)]
}

function invalid(path: string, expected: string): { readonly ok: false; readonly failure: Failure } {
  return fail({ code: 'request.invalid_value', path, expected })
}
