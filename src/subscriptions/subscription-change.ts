import { Session } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Subscriber, Subscription } from './subscriber.ts'
import { secKeyOf, type UnitKey, unitKeyOf, unitOf } from './stream.ts'
import {
  EXTENDED_TIME,
  isKLine,
  isSubType,
  ORDER_BOOK_DETAIL,
  NO_OPTIONS,
  rehabOptions,
  sessionOptions,
  type SubscriptionOptions,
  withDefaultRehab,
  withFlag,
  withRehab,
  withSession,
} from './subscription-options.ts'

/** The change that one `Qot_Sub` makes to the units of its subscriber. */
export type SubscriptionChange =
  | { readonly kind: 'subscribe'; readonly units: readonly UnitKey[]; readonly request: SubscriptionRequest }
  | { readonly kind: 'unsubscribe'; readonly units: readonly UnitKey[] }
  | { readonly kind: 'unsubscribe_all' }

/** The options of a subscription request. Null: not given, so the present value stays. */
export interface SubscriptionRequest {
  readonly isPushed: boolean | null
  /** The given rehab types; 0 when not given. */
  readonly rehab: SubscriptionOptions
  readonly session: SubscriptionOptions | null
  readonly extendedTime: boolean | null
  readonly isDetail: boolean | null
}

/** Most units of one subscriber and of one request: OpenD's largest quota tier. */
export const MAX_UNITS_PER_SUBSCRIBER = 2_000

type C2S = MessageTypes['Qot_Sub.C2S']

/** Reads a `Qot_Sub`. Failure: `request.invalid_value` for a value that OpenD would refuse. */
export function readSubscriptionChange(c2s: C2S): Result<SubscriptionChange> {
  // OpenD ignores all other fields in this case.
  if (c2s.isUnsubAll === true) return succeed({ kind: 'unsubscribe_all' })
  const { securityList = [], subTypeList = [] } = c2s
  if (securityList.length === 0) return invalid('security_list', 'at least one security')
  if (subTypeList.length === 0) return invalid('sub_type_list', 'at least one Qot_Common.SubType')
  const unknown = subTypeList.findIndex((subType) => !isSubType(subType))
  if (unknown >= 0) return invalid(`sub_type_list[${unknown}]`, 'a Qot_Common.SubType')
  if (securityList.length * subTypeList.length > MAX_UNITS_PER_SUBSCRIBER) {
    return invalid('security_list', `at most ${MAX_UNITS_PER_SUBSCRIBER} pairs of security and type`)
  }
  const units = unitsOf(securityList, subTypeList)
  if (!c2s.isSubOrUnSub) return succeed({ kind: 'unsubscribe', units })
  const rehab = rehabOptions(c2s.regPushRehabTypeList ?? [])
  if (rehab === null) return invalid('reg_push_rehab_type_list', 'Qot_Common.RehabType')
  const session = c2s.session === undefined ? null : sessionOptions(c2s.session)
  if (session === null && c2s.session !== undefined) return invalid('session', 'a Common.Session')
  // The schema lists it, OpenD's document of this call excludes it. Joined with another caller's hours it would pass.
  if (c2s.session === Session.OVERNIGHT) return invalid('session', 'NONE, RTH, ETH or ALL; ALL includes the night')
  return succeed({
    kind: 'subscribe',
    units,
    request: {
      isPushed: c2s.isRegOrUnRegPush ?? null,
      rehab,
      session,
      extendedTime: c2s.extendedTime ?? null,
      isDetail: c2s.isSubOrderBookDetail ?? null,
    },
  })
}

/**
 * The subscription of a unit after a request. By default, a new subscription of a REST caller is not pushed, and one of
 * a socket is pushed. Options that the request does not have stay unchanged.
 */
export function subscriptionAfter(
  before: Subscription | null,
  request: SubscriptionRequest,
  unit: UnitKey,
  { kind }: Subscriber,
  nowMs: number,
): Subscription {
  const asksPush = request.isPushed ?? (kind === 'socket' ? true : null)
  const isPushed = asksPush ?? before?.isPushed ?? false
  let options = before?.options ?? NO_OPTIONS
  if (request.session !== null) options = withSession(options, request.session)
  if (request.extendedTime !== null) options = withFlag(options, EXTENDED_TIME, request.extendedTime)
  if (request.isDetail !== null) options = withFlag(options, ORDER_BOOK_DETAIL, request.isDetail)
  const { subType } = unitOf(unit)
  // Registering replaces the rehab types that were registered before.
  if (asksPush === true && isKLine(subType)) options = withDefaultRehab(subType, withRehab(options, request.rehab))
  if (!isPushed) options = withRehab(options, NO_OPTIONS)
  return { options, isPushed, usedAtMs: nowMs }
}

/** Every security with every type, without duplicates. */
function unitsOf(securities: NonNullable<C2S['securityList']>, subTypes: readonly number[]): readonly UnitKey[] {
  const units = securities.flatMap((security) => subTypes.map((subType) => unitKeyOf(subType, secKeyOf(security))))
  return [...new Set(units)]
}

function invalid(path: string, expected: string): { readonly ok: false; readonly failure: Failure } {
  return fail({ code: 'request.invalid_value', path, expected })
}
