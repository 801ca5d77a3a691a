import { RetType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { type Failure, opendFailure } from '../../base/failure.ts'
import { fail, type Result, succeed } from '../../base/result.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { type SecKey, securityOf, unitKeyOf, type UnitKey, unitOf } from '../stream.ts'
import {
  EXTENDED_TIME,
  ORDER_BOOK_DETAIL,
  rehabTypesIn,
  sessionIn,
  statedOptions,
  type SubscriptionOptions,
} from '../subscription-options.ts'
import type { WantedUnit } from './upstream-set.ts'

/** Securities in one call. OpenD documents no bound for this call; its quote calls accept a hundred or more. */
const MAX_SECURITIES_PER_CALL = 100

/** One `Qot_Sub` and its units. */
export interface SubCall {
  readonly units: readonly WantedUnit[]
  readonly body: Uint8Array
}

/** The outcome of a `Qot_Sub`. `done` and `refused` are certain; `lost` may have been applied, `unsent` was not. */
export type SubOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused' | 'lost' | 'unsent'; readonly failure: Failure }

/**
 * The calls that subscribe these units with their pushes, as few as `Qot_Sub` allows: a call lists securities and
 * types and subscribes every pair. The first push is always requested, because reads are answered from it.
 */
export function subscribeCalls(units: readonly WantedUnit[]): readonly SubCall[] {
  const wanted = new Map(units.map((unit) => [unit.key, unit]))
  const byOptions = Map.groupBy(units, ({ options }) => statedOptions(options))
  return [...byOptions].flatMap(([options, group]) =>
    rectangles(group.map(({ key }) => key)).map(({ subTypes, securities }) => ({
      units: keysOf(subTypes, securities).flatMap((key) => wanted.get(key) ?? []),
      body: encodeMessage('Qot_Sub.Request', {
        c2s: {
          ...namesOf(subTypes, securities),
          isSubOrUnSub: true,
          isRegOrUnRegPush: true,
          isFirstPush: true,
          ...optionFields(options),
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

/** The outcome of a `Qot_Sub` from the outcome of its call. */
export function subOutcomeOf(outcome: CallOutcome): SubOutcome {
  if (!outcome.ok) return { kind: outcome.sent ? 'lost' : 'unsent', failure: outcome.failure }
  const decoded = decodeMessage('Qot_Sub.Response', outcome.body)
  if (!decoded.ok) return { kind: 'lost', failure: badReply(decoded.detail) }
  const failure = opendFailureOf(decoded.value)
  if (failure === null) return { kind: 'done' }
  // After a timeout or a disconnect inside OpenD it is not known whether OpenD subscribed.
  return { kind: failure.code === 'opend.refused' ? 'refused' : 'lost', failure }
}

/** The request for the quota and the subscriptions of this connection. */
export function subInfoRequest(): Uint8Array {
  return encodeMessage('Qot_GetSubInfo.Request', { c2s: {} })
}

/** OpenD's answer to `subInfoRequest`, or the failure. */
export function readSubInfo(outcome: CallOutcome): Result<MessageTypes['Qot_GetSubInfo.S2C']> {
  if (!outcome.ok) return outcome
  const decoded = decodeMessage('Qot_GetSubInfo.Response', outcome.body)
  if (!decoded.ok) return fail(badReply(decoded.detail))
  const failure = opendFailureOf(decoded.value)
  if (failure !== null) return fail(failure)
  return decoded.value.s2c === undefined ? fail(badReply('no s2c')) : succeed(decoded.value.s2c)
}

type ResponseHead = Pick<MessageTypes['Qot_Sub.Response'], 'retType' | 'retMsg' | 'errCode'>

/** The failure of a reply: a refusal (-1, -500) or a failed call (every other code except success). */
function opendFailureOf(head: ResponseHead): Failure | null {
  const { retType } = head
  if (retType === RetType.Succeed) return null
  const isRefusal = retType === RetType.Failed || retType === RetType.Invalid
  return opendFailure(isRefusal ? 'opend.refused' : 'opend.failed', head)
}

function badReply(detail: string): Failure {
  return { code: 'gateway.bad_reply', detail, retryInMs: null }
}

/** Types and securities; every pair is a unit. */
interface Rectangle {
  readonly subTypes: readonly number[]
  readonly securities: readonly SecKey[]
}

/** Units as rectangles. Types with the same securities share one, so there is at most one for each type and chunk. */
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

/** The options as fields of a `Qot_Sub`. Options that are not set are left out, so that OpenD's defaults apply. */
function optionFields(options: SubscriptionOptions): Partial<MessageTypes['Qot_Sub.C2S']> {
  const rehabTypes = rehabTypesIn(options)
  const session = sessionIn(options)
  return {
    ...(rehabTypes.length > 0 && { regPushRehabTypeList: rehabTypes }),
    ...((options & ORDER_BOOK_DETAIL) !== 0 && { isSubOrderBookDetail: true }),
    ...((options & EXTENDED_TIME) !== 0 && { extendedTime: true }),
    ...(session !== 0 && { session }),
  }
}
