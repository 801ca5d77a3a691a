import { fail, succeed, type Result } from '../../base/result.ts'
import { md5Hex } from '../../transport/native-crypto.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { messageType, type Field } from '../../wire/schema.ts'

/** The call that takes the trade password. */
export const UNLOCK_TRADE = 'Trd_UnlockTrade'

const MD5_FIELD = 'pwdMD5'
const PASSWORD_FIELD = 'password'
const MD5 = /^[0-9a-f]{32}$/i

/** The field for the plain password, which OpenD's message does not have. */
export function passwordField(): Field {
  const field = messageType(`${UNLOCK_TRADE}.C2S`).byName.get(MD5_FIELD)
  if (field === undefined) throw new Error(`${UNLOCK_TRADE} has no ${MD5_FIELD}`)
  return { ...field, name: PASSWORD_FIELD, jsonName: PASSWORD_FIELD }
}

/**
 * Replaces the password of a checked body by its MD5, which OpenD takes. The password is not passed on, and failures do
 * not contain it. OpenD allows few attempts, so an obviously wrong password is refused here. Failures:
 * `request.missing_field`, `request.invalid_value`.
 */
export function hashPassword(checked: WireMessage): Result<WireMessage> {
  const { [PASSWORD_FIELD]: password, [MD5_FIELD]: md5, ...others } = checked
  if (password !== undefined && md5 !== undefined) return invalid('pwd_md5', 'either password or pwd_md5, not both')
  if (password !== undefined) {
    if (typeof password !== 'string' || password === '') return invalid('password', 'the trade password, not empty')
    if (MD5.test(password)) return invalid('password', 'the trade password itself; its MD5 belongs in pwd_md5')
    return succeed({ ...others, [MD5_FIELD]: md5Hex(password) })
  }
  if (md5 !== undefined) {
    if (typeof md5 === 'string' && MD5.test(md5)) return succeed({ ...others, [MD5_FIELD]: md5.toLowerCase() })
    const expected = 'the MD5 of the trade password, 32 hex digits; the password itself is sent as password'
    return invalid('pwd_md5', expected)
  }
  if (others['unlock'] !== true) return succeed(others)
  const expected = 'the trade password, or its MD5 in hex as pwd_md5'
  return fail({ code: 'request.missing_field', path: 'password', expected })
}

function invalid(path: string, expected: string): Result<never> {
  return fail({ code: 'request.invalid_value', path, expected })
}
