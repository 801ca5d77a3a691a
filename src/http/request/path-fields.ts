import { fail, type Result, succeed } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import { jsonNameOf } from '../../wire/schema-row.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { messageType } from '../../wire/schema.ts'

const TRADE_HEADER = 'Trd_Common.TrdHeader'

/** Sets the fields that the path of an endpoint fixes. Failure: a body that gives one of them another value. */
export function withFixedFields({ fixedFields = {} }: ApiEndpoint, checked: WireMessage): Result<WireMessage> {
  for (const [name, value] of Object.entries(fixedFields)) {
    if (checked[name] === undefined || checked[name] === value) continue
    const shown = typeof value === 'object' ? 'another value' : String(value)
    const expected = `${shown}, which this path sets; leave the field out`
    return fail({ code: 'request.invalid_value', path: jsonNameOf(name), expected })
  }
  return succeed({ ...checked, ...fixedFields })
}

/**
 * Fields of the message that the endpoint refuses: a caller that sends a price with a cancel expects an effect that a
 * cancel does not have. The fields of the trade header are always accepted outside of it.
 */
export function refusedFieldsOf({ protocol, takenFields, fixedFields = {} }: ApiEndpoint): ReadonlySet<string> {
  if (takenFields === undefined) return new Set()
  const header = messageType(TRADE_HEADER).byName
  const names = messageType(`${protocol}.C2S`).fields.map(({ name }) => name)
  return new Set(
    names.filter((name) => !takenFields.includes(name) && !Object.hasOwn(fixedFields, name) && !header.has(name)),
  )
}
