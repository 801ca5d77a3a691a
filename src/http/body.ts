import { fail, succeed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import { parseJsonText, type JsonValue } from '../wire/json-text.ts'

/** The largest legitimate body, 400 securities or order ids, stays under 32 KiB; eight times that is generous. */
export const MAX_BODY_BYTES = 256 * 1024

/**
 * The JSON of a request's body; no body counts as `{}`. The bound holds before anything is buffered: a declared
 * length over it is refused unread, and an undeclared one is read no further than the bound. Failures:
 * `request.too_large`, `request.invalid_utf8`, `request.malformed_json`.
 */
export async function readJsonBody(request: Request): Promise<Result<JsonValue>> {
  const text = await readBodyText(request)
  return text.ok ? parseBody(text.value) : text
}

/** The text of a request's body. Failures: `request.too_large`, `request.invalid_utf8`. */
export async function readBodyText(request: Request): Promise<Result<string>> {
  const bytes = await readBytes(request)
  if (bytes === null) return fail({ code: 'request.too_large', limitBytes: MAX_BODY_BYTES })
  const text = decodeUtf8(bytes)
  return text === null ? fail({ code: 'request.invalid_utf8' }) : succeed(text)
}

/**
 * The same for calls that are asked by the thousand, at half the price: the platform decodes the text itself. It puts
 * U+FFFD where the bytes are no UTF-8, so a text with one is refused; no such call has a use for that character.
 */
export async function readPlainText(request: Request): Promise<Result<string>> {
  const declared = request.headers.get('Content-Length')
  if (declared === null || !(Number(declared) <= MAX_BODY_BYTES)) return readBodyText(request)
  const text = await request.text()
  return text.includes('\uFFFD') ? fail({ code: 'request.invalid_utf8' }) : succeed(text)
}

/** The JSON of a body's text; none counts as `{}`. Failure: `request.malformed_json`. */
export function parseBody(text: string): Result<JsonValue> {
  return text === '' ? succeed({}) : parseJsonText(text)
}

/**
 * Refuses what a call without a body would otherwise ignore: whoever sends a body to such a path, or a query to any,
 * believes that it does something. Failures: `request.unexpected_body`, `request.unknown_field`.
 */
export function checkNoBody(request: Request): Result<null> {
  const declared = request.headers.get('Content-Length')
  if (request.body !== null || (declared !== null && declared !== '0')) return fail({ code: 'request.unexpected_body' })
  return succeed(null)
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
  if (!(Number(declared) <= MAX_BODY_BYTES)) return null
  const bytes = await request.bytes()
  return bytes.length <= MAX_BODY_BYTES ? bytes : null
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) return null
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
