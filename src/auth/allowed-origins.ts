import { isLoopback } from './loopback.ts'

/**
 * Reads `ALLOWED_ORIGINS`: comma-separated origins, each exactly as browsers send it (RFC 6454 section 6.2). Every
 * mistake is added to `problems` as a sentence. `*` is refused, because it would allow every origin.
 */
export function readAllowedOrigins(text: string | undefined, problems: string[]): ReadonlySet<string> {
  const names = (text ?? '').split(',').map((name) => name.trim())
  const origins = names.filter((name) => name !== '')
  for (const name of origins) {
    const problem = problemOf(name)
    if (problem !== null) problems.push(`ALLOWED_ORIGINS contains ${JSON.stringify(name)}: ${problem}.`)
  }
  return new Set(origins)
}

function problemOf(name: string): string | null {
  if (name.includes('*')) return 'list each origin separately, without *'
  const url = URL.parse(name)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'an origin has the form https://app.example.com: scheme, host and, if not the default, port'
  }
  return url.origin === name ? null : `browsers send this origin as ${url.origin}; write it in that form`
}

/**
 * Whether a page of this origin may open a push socket: the origin is this host, a loopback host, or in the list.
 * Browsers always send `Origin`, other clients do not.
 */
export function isOriginAllowed(origin: string | null, requestUrl: string, allowed: ReadonlySet<string>): boolean {
  if (origin === null || allowed.has(origin)) return true
  const url = URL.parse(origin)
  return url !== null && (isLoopback(url) || url.host === new URL(requestUrl).host)
}
