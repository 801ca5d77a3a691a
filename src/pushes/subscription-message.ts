import type { MessageTypes } from '../../proto/messages.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeChecked } from '../wire/encode.ts'
import { checkBody } from '../wire/json-check.ts'
import { isGiven } from '../wire/json-missing.ts'
import { Problem, Problems } from '../wire/json-problem.ts'
import type { JsonObject } from '../wire/json-text.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { messageType, type Field } from '../wire/schema.ts'

const SUBSCRIPTION = 'Qot_Sub.C2S'
const ACCOUNTS = 'Trd_SubAccPush.C2S'

/** Names of ours beside those of the message, with the field whose values they take. */
const ALIASES = { types: 'subTypeList', all: 'isUnsubAll' } as const

/**
 * The subscription that a `subscribe` or `unsubscribe` asks for: the members of `Qot_Sub.C2S` as REST takes them, with
 * `types` for `sub_type_list` and, to end them all, `{"all": true}`. What the operation says already need not be said
 * again, and must not be contradicted. Failures: `request.unknown_field`, `request.missing_field`,
 * `request.invalid_value`.
 */
export function readSubscription(
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
  const problems = new Problems()
  const refuse = (path: string, expected: string): void => problems.add(Problem.invalid(expected).under(path))
  if (types !== undefined && message['subTypeList'] !== undefined) refuse('types', 'sub_type_list, not both')
  if (all !== undefined && message['isUnsubAll'] !== undefined) refuse('all', 'is_unsub_all, not both')
  const settled: Record<string, WireMessage[string]> = { ...message, isSubOrUnSub: isSub, isRegOrUnRegPush: isSub }
  if (types !== undefined) settled['subTypeList'] = types
  if (all !== undefined) settled['isUnsubAll'] = all
  const expected = `${isSub}, as ${op} says`
  if ((message['isSubOrUnSub'] ?? isSub) !== isSub) refuse('is_sub_or_un_sub', expected)
  if ((message['isRegOrUnRegPush'] ?? isSub) !== isSub) refuse('is_reg_or_un_reg_push', expected)
  if (isSub && settled['isUnsubAll'] === true) refuse('is_unsub_all', 'false, or unsubscribe')
  reportLack(settled, problems)
  return problems.count === 0 ? succeed(typed(SUBSCRIPTION, settled)) : problems.toFailed()
}

/** The accounts that an `accounts` message lists. Failures as above. */
export function readAccounts(members: JsonObject): Result<readonly bigint[]> {
  const checked = checkBody(ACCOUNTS, members)
  if (!checked.ok) return checked
  if (checked.value['accIDList'] === undefined) {
    return fail({ code: 'request.missing_field', path: 'acc_id_list', expected: 'a list of accounts; [] ends them' })
  }
  return succeed(typed(ACCOUNTS, checked.value).accIDList ?? [])
}

function aliasField(alias: keyof typeof ALIASES): Field {
  const field = messageType(SUBSCRIPTION).byName.get(ALIASES[alias])
  if (field === undefined) throw new Error(`no field for ${alias}`)
  return { ...field, name: alias, jsonName: alias }
}

/** A subscription of nothing would be accepted, and then be silent for ever. */
function reportLack(settled: WireMessage, problems: Problems): void {
  if (settled['isUnsubAll'] === true) return
  for (const [name, path] of [
    ['securityList', 'security_list'],
    ['subTypeList', 'sub_type_list'],
  ] as const) {
    if (!isGiven(settled[name])) problems.add(Problem.missing(path, 'a list with one element at least'))
  }
}

/** A checked message with the types of the schema: through its bytes, as a REST body goes. */
function typed<Name extends typeof SUBSCRIPTION | typeof ACCOUNTS>(
  name: Name,
  message: WireMessage,
): MessageTypes[Name] {
  const decoded = decodeMessage(name, encodeChecked(name, message))
  if (!decoded.ok) throw new Error(`a checked message does not decode: ${decoded.detail}`)
  return decoded.value
}
