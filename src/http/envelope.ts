import { opendFailure } from '../base/failure.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { shownText } from '../base/shown-text.ts'
import { decodeToJson, type JsonField, type JsonMessage } from '../wire/decode.ts'
import { RetType } from '../../proto/enums.ts'

/** OpenD's `Response` as JSON. The four keys are always present. */
export interface Envelope {
  readonly ret_type: number
  readonly ret_msg: string | null
  readonly err_code: number | null
  readonly s2c: JsonMessage | null
}

/**
 * Reads the reply of a call. Failures: `opend.refused` for a refusal (-1, -500), `opend.failed` for an error of OpenD
 * (-100, -200, -400 or an unknown number), `gateway.bad_reply` when the bytes are not that message.
 */
export function readEnvelope(protocol: string, reply: Uint8Array): Result<Envelope> {
  const decoded = decodeEnvelope(protocol, reply)
  if (!decoded.ok) return decoded
  const { ret_type: retType, ret_msg: retMsg, err_code: errCode } = decoded.value
  if (retType === RetType.Succeed) return decoded
  const isRefusal = retType === RetType.Failed || retType === RetType.Invalid
  return fail(opendFailure(isRefusal ? 'opend.refused' : 'opend.failed', { retType, retMsg, errCode }))
}

/**
 * Decodes the envelope of a success or a refusal. Only the message of a refusal is changed: it is shortened and made
 * printable. Failure: `gateway.bad_reply`.
 */
export function decodeEnvelope(protocol: string, reply: Uint8Array): Result<Envelope> {
  const decoded = decodeToJson(`${protocol}.Response`, reply)
  if (!decoded.ok) return fail({ code: 'gateway.bad_reply', detail: decoded.detail, retryInMs: null })
  const { ret_type, ret_msg, err_code, s2c } = decoded.value
  // An absent field has its proto2 default.
  const retType = typeof ret_type === 'number' ? ret_type : RetType.Unknown
  const retMsg = typeof ret_msg === 'string' ? ret_msg : null
  return succeed({
    ret_type: retType,
    ret_msg: retMsg === null || retType === RetType.Succeed ? retMsg : shownText(retMsg),
    err_code: typeof err_code === 'number' ? err_code : null,
    s2c: isObject(s2c) ? s2c : null,
  })
}

function isObject(value: JsonField | undefined): value is JsonMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
