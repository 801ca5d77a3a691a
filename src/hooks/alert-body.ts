import { fail, succeed, type Result } from '../base/result.ts'
import { isJsonObject, parseJsonText, type JsonObject } from '../wire/json/json-text.ts'

/** Longest body of an alert, bytes. TradingView's messages have 4 KiB at most. */
export const MAX_ALERT_BYTES = 16_384

/** Names under which senders put the secret of a hook into the body. */
const SECRET_NAMES: ReadonlySet<string> = new Set(['secret', 'passphrase', 'password', 'token', 'key'])

/** What stands in the stored body in place of the secret. */
const REMOVED = '(removed)'

/** A body as it may be stored and read: without a secret. */
export interface AlertBody {
  /** The object of a JSON body, without the secret; null for a body of plain text. */
  readonly object: JsonObject | null
  /** The text to be stored: the secret is replaced. */
  readonly text: string
  /** The secret that stood in the body; null without one. */
  readonly secret: string | null
}

/**
 * Reads the text of a delivery, whatever its content type: TradingView sends JSON as `application/json` or `text/plain`,
 * scripts send none. A text that begins with a brace is JSON, every other text is a message.
 *
 * Failures: `request.malformed_json`, and `request.missing_field` for an empty body.
 */
export function readAlertBody(text: string): Result<AlertBody> {
  const visible = text.trim()
  if (visible === '') return fail({ code: 'request.missing_field', path: 'body', expected: 'the message of an alert' })
  if (!visible.startsWith('{')) return succeed({ object: null, text: visible, secret: null })
  const parsed = parseJsonText(visible)
  if (!parsed.ok) return parsed
  if (!isJsonObject(parsed.value)) {
    return fail({ code: 'request.invalid_value', path: 'body', expected: 'a JSON object or a text' })
  }
  return succeed(withoutSecret(parsed.value, visible))
}

/** Removes the secret by its value, so that the stored text keeps its form, and no copy of the secret stays in it. */
function withoutSecret(object: JsonObject, text: string): AlertBody {
  const members = Object.entries(object)
  const secret = members.find(([name, value]) => isSecretName(name) && typeof value === 'string')?.[1] ?? null
  if (typeof secret !== 'string') return { object, text, secret: null }
  const rest = Object.fromEntries(members.filter(([name]) => !isSecretName(name)))
  return { object: rest, text: storedText(rest), secret }
}

/** The body as JSON. A value beyond the precision of a double is written with all its digits. */
function storedText(rest: JsonObject): string {
  return JSON.stringify({ ...rest, secret: REMOVED }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase())
}
