import { isLoopback } from './loopback.ts'

/**
 * Reads `ALLOWED_ORIGINS`: origins with commas between them, each exactly as browsers write it (RFC 6454 section 6.2).
 * Every mistake is added to `problems` as a sentence, and so is `*`: a list that lets everybody in is no list.
 */
export function readAllowedOrigins(text: string | undefined, problems: string[]): ReadonlySet<string> {
  const names = (text ?? '').split(',').map((name) => name.trim())
  const origins = names.filter((name) => name !== '')
  for (const name of origins) {
    const problem = problemOf(name)
    if (problem !== null) problems.push(`ALLOWED_ORIGINS names ${JSON.stringify(name)}: ${problem}.`)
  }
  return new Set(origins)
}

function problemOf(name: string): string | null {
  if (name.includes('*')) return 'every origin must be listed by itself, without *'
  const url = URL.parse(name)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'an origin is scheme, host and port, such as https://app.example.com'
  }
  return url.origin === name ? null : `browsers write that origin as ${url.origin}`
}

/**
 * Whether a page of this origin may open a push socket: one of this host, of the developer's own machine, or one that is
 * listed. Scripts send no `Origin`, and browsers always do.
 */
export function isOriginAllowed(origin: string | null, requestUrl: string, allowed: ReadonlySet<string>): boolean {
  if (origin === null || allowed.has(origin)) return true
  const url = URL.parse(origin)
  return url !== null && (isLoopback(url) || url.host === new URL(requestUrl).host)
}
