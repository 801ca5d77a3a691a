import { MAX_REQUEST_BODY_BYTES } from '../../base/memory-budget.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import { shownName } from '../../base/shown-text.ts'
import { parseJsonText, type JsonValue } from '../../wire/json/json-text.ts'

/**
 * The JSON of a request's body; an empty body counts as `{}`. A body whose declared length is over the bound is not
 * read. A body without a declared length is read up to the bound. Failures: `request.too_large`,
 * `request.incomplete_body`, `request.invalid_utf8`, `request.malformed_json`.
 */
export async function readJsonBody(request: Request): Promise<Result<JsonValue>> {
  const text = await readBodyText(request)
  return text.ok ? parseBody(text.value) : text
}

/** The text of a request's body. Failures: `request.too_large`, `request.incomplete_body`, `request.invalid_utf8`. */
export function readBodyText(request: Request): Promise<Result<string>> {
  return once(TEXTS, request, readText)
}

/** The result of reading each body: a handler may run twice for a request, but the stream can be read only once. */
const TEXTS = new WeakMap<Request, Promise<Result<string>>>()
const ABSENT = new WeakMap<Request, Promise<Result<null>>>()

function once<Value>(
  known: WeakMap<Request, Promise<Value>>,
  request: Request,
  read: (request: Request) => Promise<Value>,
): Promise<Value> {
  const before = known.get(request)
  if (before !== undefined) return before
  const reading = read(request)
  known.set(request, reading)
  return reading
}

async function readText(request: Request): Promise<Result<string>> {
  const bytes = await received(readBytes(request))
  if (!bytes.ok) return bytes
  if (bytes.value === null) return fail({ code: 'request.too_large', limitBytes: MAX_REQUEST_BODY_BYTES })
  const text = decodeUtf8(bytes.value)
  return text === null ? fail({ code: 'request.invalid_utf8' }) : succeed(text)
}

/**
 * As `readBodyText`, at half the cost, for frequent calls: the platform decodes the text. It replaces bytes that
 * are not UTF-8 by U+FFFD, so a text with that character is refused. These calls have no use for it.
 */
export function readPlainText(request: Request): Promise<Result<string>> {
  return once(TEXTS, request, readDecoded)
}

async function readDecoded(request: Request): Promise<Result<string>> {
  const declared = request.headers.get('Content-Length')
  if (declared === null || !(Number(declared) <= MAX_REQUEST_BODY_BYTES)) return readText(request)
  const text = await received(request.text())
  return text.ok && text.value.includes('\uFFFD') ? fail({ code: 'request.invalid_utf8' }) : text
}

/** The JSON of a body's text; an empty text counts as `{}`. Failure: `request.malformed_json`. */
export function parseBody(text: string): Result<JsonValue> {
  return text === '' ? succeed({}) : parseJsonText(text)
}

/**
 * Refuses a body where the call takes none: ignoring it would hide a mistake of the client. An empty body is accepted,
 * also without a declared length. Failures: `request.unexpected_body`, `request.incomplete_body`.
 */
export function checkNoBody(request: Request): Promise<Result<null>> {
  return once(ABSENT, request, checkEmpty)
}

async function checkEmpty(request: Request): Promise<Result<null>> {
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
 * The result of reading a body. The read of a fresh body fails only when the client disconnects, or ends the body
 * before its declared length. Neither is a bug.
 */
async function received<Value>(reading: Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await reading)
  } catch (error) {
    // The platform's error for a body that was read before, which is a bug.
    if (error instanceof TypeError && /\b(?:used|disturbed|locked)\b/.test(error.message)) throw error
    return fail({ code: 'request.incomplete_body' })
  }
}

/** Refuses query parameters other than those named. Failure: `request.unknown_field`, the path starting with `?`. */
export function checkQuery(request: Request, known: readonly string[] = []): Result<null> {
  // Most requests have no query, and a search for `?` is cheaper than parsing the URL.
  if (!request.url.includes('?')) return succeed(null)
  for (const name of new URL(request.url).searchParams.keys()) {
    if (!known.includes(name)) {
      return fail({ code: 'request.unknown_field', path: `?${shownName(name)}`, nearest: null })
    }
  }
  return succeed(null)
}

/** Null when the body is longer than the bound. */
async function readBytes(request: Request): Promise<Uint8Array | null> {
  const declared = request.headers.get('Content-Length')
  if (declared === null) return request.body === null ? new Uint8Array() : readBounded(request.body)
  // HTTP ends the body at its declared length, so the read is bounded.
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
