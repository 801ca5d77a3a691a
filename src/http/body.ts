import { MAX_REQUEST_BODY_BYTES } from '../base/memory-budget.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import { parseJsonText, type JsonValue } from '../wire/json-text.ts'

/**
 * The JSON of a request's body; no body counts as `{}`. The bound holds before anything is buffered: a declared
 * length over it is refused unread, and an undeclared one is read no further than the bound. Failures:
 * `request.too_large`, `request.incomplete_body`, `request.invalid_utf8`, `request.malformed_json`.
 */
export async function readJsonBody(request: Request): Promise<Result<JsonValue>> {
  const text = await readBodyText(request)
  return text.ok ? parseBody(text.value) : text
}

/** The text of a request's body. Failures: `request.too_large`, `request.incomplete_body`, `request.invalid_utf8`. */
export async function readBodyText(request: Request): Promise<Result<string>> {
  const bytes = await received(readBytes(request))
  if (!bytes.ok) return bytes
  if (bytes.value === null) return fail({ code: 'request.too_large', limitBytes: MAX_REQUEST_BODY_BYTES })
  const text = decodeUtf8(bytes.value)
  return text === null ? fail({ code: 'request.invalid_utf8' }) : succeed(text)
}

/**
 * The same for calls that are asked by the thousand, at half the price: the platform decodes the text itself. It puts
 * U+FFFD where the bytes are no UTF-8, so a text with one is refused; no such call has a use for that character.
 */
export async function readPlainText(request: Request): Promise<Result<string>> {
  const declared = request.headers.get('Content-Length')
  if (declared === null || !(Number(declared) <= MAX_REQUEST_BODY_BYTES)) return readBodyText(request)
  const text = await received(request.text())
  return text.ok && text.value.includes('\uFFFD') ? fail({ code: 'request.invalid_utf8' }) : text
}

/** The JSON of a body's text; none counts as `{}`. Failure: `request.malformed_json`. */
export function parseBody(text: string): Result<JsonValue> {
  return text === '' ? succeed({}) : parseJsonText(text)
}

/**
 * Refuses what a call without a body would otherwise ignore: whoever sends a body to such a path believes that it does
 * something. A body of no bytes is none, however it is declared; without a length the first bytes decide. Failures:
 * `request.unexpected_body`, `request.incomplete_body`.
 */
export async function checkNoBody(request: Request): Promise<Result<null>> {
  const { body, headers } = request
  const declared = headers.get('Content-Length')
  if (declared !== null) return /^0+$/.test(declared) ? succeed(null) : fail({ code: 'request.unexpected_body' })
  if (body === null) return succeed(null)
  const isEmpty = await received(endsWithoutBytes(body))
  if (!isEmpty.ok) return isEmpty
  return isEmpty.value ? succeed(null) : fail({ code: 'request.unexpected_body' })
}

async function endsWithoutBytes(body: ReadableStream<Uint8Array>): Promise<boolean> {
  // Leaving the loop early cancels the stream.
  for await (const chunk of body) if (chunk.length > 0) return false
  return true
}

/**
 * What reading the body gives. Reading a body that nothing has read before fails only when the client goes away or ends the
 * body before its declared length, and that is no fault of this program.
 */
async function received<Value>(reading: Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await reading)
  } catch (error) {
    // The platform's own word for a body that was read before, which is a bug.
    if (error instanceof TypeError && /\b(?:used|disturbed|locked)\b/.test(error.message)) throw error
    return fail({ code: 'request.incomplete_body' })
  }
}

/** Refuses query parameters other than those named. Failure: `request.unknown_field`, the path starting with `?`. */
export function checkQuery(request: Request, known: readonly string[] = []): Result<null> {
  // Most requests have no query, and parsing a URL costs more than looking for its mark.
  if (!request.url.includes('?')) return succeed(null)
  for (const name of new URL(request.url).searchParams.keys()) {
    if (!known.includes(name)) {
      return fail({ code: 'request.unknown_field', path: `?${shownName(name)}`, nearest: null })
    }
  }
  return succeed(null)
}

/** Null when there is more than the bound. */
async function readBytes(request: Request): Promise<Uint8Array | null> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) return request.body === null ? new Uint8Array() : readBounded(request.body)
  // HTTP ends the body where its declared length ends, so there is no more to come.
  if (!(Number(declared) <= MAX_REQUEST_BODY_BYTES)) return null
  const bytes = await request.bytes()
  return bytes.length <= MAX_REQUEST_BODY_BYTES ? bytes : null
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_REQUEST_BODY_BYTES) return null
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}
