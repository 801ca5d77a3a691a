const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL points at the machine it is used on. Its port does not matter. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname)
}

/** What a request states about where it comes from; null for a header that it lacks. */
export interface RequestSource {
  readonly url: URL
  readonly host: string | null
  readonly origin: string | null
  /** `Sec-Fetch-Site`; browsers send it, and pages cannot set it. */
  readonly fetchSite: string | null
}

/**
 * Whether a request was made by this machine's own user. Each check closes one way in for others:
 *
 *     url, host   a name that a stranger's DNS points here (rebinding). Both, because the local runtime takes the URL
 *                 from a header that a client can set
 *     origin      a script of a page from elsewhere
 *     fetchSite   images, frames and navigations of such a page, which send no Origin
 */
export function isFromThisMachine({ url, host, origin, fetchSite }: RequestSource): boolean {
  if (!isLoopback(url) || host === null || !isLoopbackAuthority(host)) return false
  if (fetchSite !== null && fetchSite !== 'same-origin' && fetchSite !== 'none') return false
  return origin === null || isLoopbackOrigin(origin)
}

/** A `Host` header: a host and perhaps a port (RFC 9110 section 7.2), nothing that a URL parser would reinterpret. */
function isLoopbackAuthority(host: string): boolean {
  return LOOPBACK_HOSTS.has(host.replace(/:\d{1,5}$/, '').toLowerCase())
}

function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin)
  return url !== null && isLoopback(url)
}
