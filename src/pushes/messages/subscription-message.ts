import type { MessageTypes } from '../../../proto/messages.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeChecked } from '../../wire/encode.ts'
import { checkBody } from '../../wire/json/json-check.ts'
import { isGiven } from '../../wire/json/json-missing.ts'
import { JsonProblem, JsonProblems } from '../../wire/json/json-problem.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { messageType, type Field } from '../../wire/schema.ts'

const SUBSCRIPTION = 'Qot_Sub.C2S'
const ACCOUNTS = 'Trd_SubAccPush.C2S'

/** Additional member names, with the field of the message whose values they take. */
const ALIASES = { types: 'subTypeList', all: 'isUnsubAll' } as const

/**
 * The subscription of a `subscribe` or `unsubscribe` message: the members of `Qot_Sub.C2S` as in the REST API, with
 * `types` as an alias of `sub_type_list`. `{"all": true}` ends all subscriptions. `is_sub_or_un_sub` and
 * `is_reg_or_un_reg_push` may be left out and must not contradict the operation. Failures: `request.unknown_field`,
 * `request.missing_field`, `request.invalid_value`.
 */
export function readSubscriptionMessage(
  op: 'subscribe' | 'unsubscribe',
  members: JsonObject,
): Result<MessageTypes['Qot_Sub.C2S']> {
  const isSub = op === 'subscribe'
  const checked = checkBody(SUBSCRIPTION, members, {
    optionalFields: ['isSubOrUnSub'],
    extraFields: isSub ? [aliasField('types')] : [aliasField('types'), aliasField('all')],
  })
  if (!checked.ok) return checked
  const { types, all, ...message } = checked.value
  const problems = new JsonProblems()
  const refuse = (path: string, expected: string): void => problems.add(JsonProblem.invalid(expected).under(path))
  if (types !== undefined && message['subTypeList'] !== undefined) refuse('types', 'types or sub_type_list, not both')
  if (all !== undefined && message['isUnsubAll'] !== undefined) refuse('all', 'all or is_unsub_all, not both')
  const merged: Record<string, WireMessage[string]> = { ...message, isSubOrUnSub: isSub, isRegOrUnRegPush: isSub }
  if (types !== undefined) merged['subTypeList'] = types
  if (all !== undefined) merged['isUnsubAll'] = all
  const expected = `${isSub}, or no value, in a message with op ${op}`
  if ((message['isSubOrUnSub'] ?? isSub) !== isSub) refuse('is_sub_or_un_sub', expected)
  if ((message['isRegOrUnRegPush'] ?? isSub) !== isSub) refuse('is_reg_or_un_reg_push', expected)
  if (isSub && merged['isUnsubAll'] === true) refuse('is_unsub_all', 'false, or op unsubscribe instead')
  reportMissing(merged, problems)
  return problems.count === 0 ? succeed(typed(SUBSCRIPTION, merged)) : problems.toFailed()
}

/** The accounts of an `accounts` message. Failures as in `readSubscriptionMessage`. */
export function readAccountsMessage(members: JsonObject): Result<readonly bigint[]> {
  const checked = checkBody(ACCOUNTS, members)
  if (!checked.ok) return checked
  if (checked.value['accIDList'] === undefined) {
    return fail({ code: 'request.missing_field', path: 'acc_id_list', expected: 'a list of accounts; [] removes all' })
  }
  return succeed(typed(ACCOUNTS, checked.value).accIDList ?? [])
}

function aliasField(alias: keyof typeof ALIASES): Field {
  const field = messageType(SUBSCRIPTION).byName.get(ALIASES[alias])
  if (field === undefined) throw new Error(`no field for ${alias}`)
  return { ...field, name: alias, jsonName: alias }
}

/** Reports missing lists. Otherwise an empty subscription would succeed, and the client would get no pushes. */
function reportMissing(merged: WireMessage, problems: JsonProblems): void {
  if (merged['isUnsubAll'] === true) return
  for (const [name, path] of [
    ['securityList', 'security_list'],
    ['subTypeList', 'sub_type_list'],
  ] as const) {
    if (!isGiven(merged[name])) problems.add(JsonProblem.missing(path, 'a list with at least one element'))
  }
}

/** A checked message with the types of the schema. It is encoded and decoded, as a REST body is. */
function typed<Name extends typeof SUBSCRIPTION | typeof ACCOUNTS>(
  name: Name,
  message: WireMessage,
): MessageTypes[Name] {
  const decoded = decodeMessage(name, encodeChecked(name, message))
  if (!decoded.ok) throw new Error(`a checked message does not decode: ${decoded.detail}`)
  return decoded.value
}
