import { RetType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { type Failure, opendFailure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { type SecKey, securityOf, unitKeyOf, type UnitKey, unitOf } from './stream.ts'
import {
  EXTENDED_TIME,
  ORDER_BOOK_DETAIL,
  rehabTypesIn,
  sessionIn,
  statedOptions,
  type SubscriptionOptions,
} from './subscription-options.ts'
import type { WantedUnit } from './upstream-set.ts'

/** Securities in one call. OpenD states no bound for this call; its quote calls take a hundred or more. */
const MAX_SECURITIES_PER_CALL = 100

/** One `Qot_Sub` and the units that it names. */
export interface SubCall {
  readonly units: readonly WantedUnit[]
  readonly body: Uint8Array
}

/** How a `Qot_Sub` ended. Only `done` and `refused` are sure; `lost` may have been done, `unsent` was not. */
export type SubOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused' | 'lost' | 'unsent'; readonly failure: Failure }

/**
 * The calls that subscribe these units with their pushes, as few as the shape of `Qot_Sub` allows: it names securities
 * and types, and means every pair. The first push is always asked for; it fills what reads are answered from.
 */
export function subscribeCalls(units: readonly WantedUnit[]): readonly SubCall[] {
  const wanted = new Map(units.map((unit) => [unit.key, unit]))
  const byTerms = Map.groupBy(units, ({ options }) => statedOptions(options))
  return [...byTerms].flatMap(([options, group]) =>
    rectangles(group.map(({ key }) => key)).map(({ subTypes, securities }) => ({
      units: keysOf(subTypes, securities).flatMap((key) => wanted.get(key) ?? []),
      body: encodeMessage('Qot_Sub.Request', {
        c2s: {
          ...namesOf(subTypes, securities),
          isSubOrUnSub: true,
          isRegOrUnRegPush: true,
          isFirstPush: true,
          ...statementOf(options),
        },
      }),
    })),
  )
}

/** The calls that unsubscribe these units. */
export function unsubscribeCalls(keys: readonly UnitKey[]): readonly SubCall[] {
  return rectangles(keys).map(({ subTypes, securities }) => ({
    units: keysOf(subTypes, securities).map((key) => ({ key, options: 0 })),
    body: encodeMessage('Qot_Sub.Request', { c2s: { ...namesOf(subTypes, securities), isSubOrUnSub: false } }),
  }))
}

/** Reads the end of a `Qot_Sub`. */
export function subOutcomeOf(outcome: CallOutcome): SubOutcome {
  if (!outcome.ok) return { kind: outcome.sent ? 'lost' : 'unsent', failure: outcome.failure }
  const decoded = decodeMessage('Qot_Sub.Response', outcome.body)
  if (!decoded.ok) return { kind: 'lost', failure: badReply(decoded.detail) }
  const failure = opendFailureOf(decoded.value)
  if (failure === null) return { kind: 'done' }
  // OpenD's own timeouts and breaks leave open whether it subscribed.
  return { kind: failure.code === 'opend.refused' ? 'refused' : 'lost', failure }
}

/** Asks for the quota and for what this connection has subscribed. */
export function subInfoRequest(): Uint8Array {
  return encodeMessage('Qot_GetSubInfo.Request', { c2s: {} })
}

/** OpenD's answer to `subInfoRequest`, or why there is none. */
export function readSubInfo(outcome: CallOutcome): Result<MessageTypes['Qot_GetSubInfo.S2C']> {
  if (!outcome.ok) return outcome
  const decoded = decodeMessage('Qot_GetSubInfo.Response', outcome.body)
  if (!decoded.ok) return fail(badReply(decoded.detail))
  const failure = opendFailureOf(decoded.value)
  if (failure !== null) return fail(failure)
  return decoded.value.s2c === undefined ? fail(badReply('no s2c')) : succeed(decoded.value.s2c)
}

type ResponseHead = Pick<MessageTypes['Qot_Sub.Response'], 'retType' | 'retMsg' | 'errCode'>

/** OpenD's no (-1, -500), or its failure to say (everything else that is not success). */
function opendFailureOf(head: ResponseHead): Failure | null {
  const { retType } = head
  if (retType === RetType.Succeed) return null
  const isRefusal = retType === RetType.Failed || retType === RetType.Invalid
  return opendFailure(isRefusal ? 'opend.refused' : 'opend.failed', head)
}

function badReply(detail: string): Failure {
  return { code: 'gateway.bad_reply', detail, retryInMs: null }
}

/** Types with securities, of which every pair is meant. */
interface Rectangle {
  readonly subTypes: readonly number[]
  readonly securities: readonly SecKey[]
}

/** Units as rectangles: types with the same securities share one. At most one for each type, if no bound is met. */
function rectangles(keys: readonly UnitKey[]): readonly Rectangle[] {
  const units = keys.map(unitOf)
  const byType = Map.groupBy(units, ({ subType }) => subType)
  const columns = [...byType].map(([subType, column]) => ({ subType, securities: column.map(({ secKey }) => secKey) }))
  const bySecurities = Map.groupBy(columns, ({ securities }) => JSON.stringify(securities.toSorted()))
  return [...bySecurities.values()].flatMap((equal) => {
    const subTypes = equal.map(({ subType }) => subType)
    return chunks(equal[0]?.securities ?? []).map((securities) => ({ subTypes, securities }))
  })
}

function chunks(securities: readonly SecKey[]): readonly (readonly SecKey[])[] {
  const count = Math.ceil(securities.length / MAX_SECURITIES_PER_CALL)
  return Array.from({ length: count }, (_, index) =>
    securities.slice(index * MAX_SECURITIES_PER_CALL, (index + 1) * MAX_SECURITIES_PER_CALL),
  )
}

function keysOf(subTypes: readonly number[], securities: readonly SecKey[]): readonly UnitKey[] {
  return securities.flatMap((secKey) => subTypes.map((subType) => unitKeyOf(subType, secKey)))
}

function namesOf(subTypes: readonly number[], securities: readonly SecKey[]) {
  return { securityList: securities.map(securityOf), subTypeList: subTypes }
}

/** What terms are in a `Qot_Sub`; what is not asked for is not said, so that OpenD's defaults hold. */
function statementOf(options: SubscriptionOptions): Partial<MessageTypes['Qot_Sub.C2S']> {
  const rehabTypes = rehabTypesIn(options)
  const session = sessionIn(options)
  return {
    ...(rehabTypes.length > 0 && { regPushRehabTypeList: rehabTypes }),
    ...((options & ORDER_BOOK_DETAIL) !== 0 && { isSubOrderBookDetail: true }),
    ...((options & EXTENDED_TIME) !== 0 && { extendedTime: true }),
    ...(session !== 0 && { session }),
  }
}
