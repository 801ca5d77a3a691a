const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether the host of a URL is the local machine, with any port. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname)
}

/**
 * Headers that proxies, tunnels, content networks and login proxies add, by name or by prefix. Programs on this machine
 * do not send them. `CF-Connecting-IP` is not in the list, because the runtime sets it on each request.
 */
const PROXY_HEADERS: readonly RegExp[] = [
  /^(?:forwarded|forwarded-for|via|max-forwards|cdn-loop|client-ip|true-client-ip|do-connecting-ip|front-end-https|rndr-id)$/,
  /^x-(?:forward|forwarded|real|client|cluster-client|original|remote|proxy|proxyuser|rewrite|ssl|varnish)(?:$|-)/,
  /^x-(?:envoy|istio|kong|consumer|pomerium|authentik|auth-request)(?:$|-)/,
  /^x-(?:arr|azure|ms|amzn|amz-cf|vercel|appengine|goog|nf|railway)(?:$|-)/,
  /^x-(?:cloud-trace-context|clientip|remoteip|host|http-host-override|coming-from|originating-ip|scheme|url-scheme)$/,
  /^(?:proxy|wl-proxy|remote|ssl-client|surrogate|cdn|ali-cdn)-/,
  /^(?:fastly|fly|tailscale|ngrok|cloudfront|akamai|incap|sucuri)-/,
  /^cf-(?!connecting-ip$)/,
]

/**
 * Whether a request comes from a program on this machine. Each check excludes one kind of other request:
 *
 *     url, Host   a foreign name that resolves to this machine (rebinding). Both, because the local runtime takes the URL
 *                 from a header that a client can set
 *     peer        a connection from another machine, or through a proxy that passes `CF-Connecting-IP` on
 *     proxies     a reverse proxy or tunnel on this machine, whose own clients may be anywhere
 *     Origin      a script of a page from elsewhere
 *     Sec-Fetch-Site   images, frames and navigations of such a page, which send no Origin; pages cannot set it
 *
 * A proxy that sends none of these headers and rewrites `Host` cannot be distinguished from a program on this machine.
 */
export function isFromThisMachine(url: URL, headers: Headers): boolean {
  const host = headers.get('Host')
  if (!isLoopback(url) || host === null || !isLoopbackAuthority(host)) return false
  if (!isLoopbackAddress(headers.get('CF-Connecting-IP')) || hasProxyHeader(headers)) return false
  const fetchSite = headers.get('Sec-Fetch-Site')
  if (fetchSite !== null && fetchSite !== 'same-origin' && fetchSite !== 'none') return false
  const origin = headers.get('Origin')
  return origin === null || isLoopbackOrigin(origin)
}

function hasProxyHeader(headers: Headers): boolean {
  for (const name of headers.keys()) {
    if (PROXY_HEADERS.some((pattern) => pattern.test(name))) return true
  }
  return false
}

/** Whether the peer's address, which the runtime sets, is a loopback one. False without an address. */
function isLoopbackAddress(address: string | null): boolean {
  return address !== null && /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i.test(address)
}

/** Whether a `Host` header is a loopback host, with or without a port (RFC 9110 section 7.2), in exactly that form. */
function isLoopbackAuthority(host: string): boolean {
  return LOOPBACK_HOSTS.has(host.replace(/:\d{1,5}$/, '').toLowerCase())
}

function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin)
  return url !== null && isLoopback(url)
}
