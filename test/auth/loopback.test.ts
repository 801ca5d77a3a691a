import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFromThisMachine } from '../../src/auth/loopback.ts'

const LOCAL = { Host: 'localhost:22222', 'CF-Connecting-IP': '127.0.0.1' }

function isOpen(headers: Readonly<Record<string, string>>): boolean {
  return isFromThisMachine(new URL('http://localhost:22222/api/accounts'), new Headers(headers))
}

test('a program on this machine is let in, with the headers that such programs send', () => {
  assert.equal(isOpen(LOCAL), true)
  const usual = {
    'User-Agent': 'curl/8.5.0',
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache',
    'X-Request-Id': 'mine-1',
    'X-Requested-With': 'XMLHttpRequest',
    Cookie: 'a=b',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'Sec-Fetch-Mode': 'cors',
    'Sec-Fetch-Site': 'same-origin',
    Origin: 'http://localhost:22222',
  }
  assert.equal(isOpen({ ...LOCAL, ...usual }), true)
  for (const peer of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
    assert.equal(isOpen({ ...LOCAL, 'CF-Connecting-IP': peer }), true, peer)
  }
})

test('a peer on another machine is not, and neither is one whose address is not known', () => {
  for (const peer of ['203.0.113.7', '10.0.0.1', '127.0.0.1, 203.0.113.7', '::', '::ffff:10.0.0.1', 'localhost', '']) {
    assert.equal(isOpen({ ...LOCAL, 'CF-Connecting-IP': peer }), false, peer)
  }
  assert.equal(isOpen({ Host: LOCAL.Host }), false)
})

/** What nginx, Apache, HAProxy, Caddy, Traefik, Envoy, load balancers, content networks, tunnels and login proxies add. */
const SIGNS_OF_A_PROXY = [
  'Forwarded',
  'Via',
  'X-Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Port',
  'X-Forwarded-Server',
  'X-Forwarded-Prefix',
  'X-Forward-For',
  'X-Real-IP',
  'X-Real-Port',
  'X-Client-IP',
  'X-ClientIP',
  'X-Cluster-Client-IP',
  'X-Original-Forwarded-For',
  'X-Original-URL',
  'X-Original-Host',
  'X-Remote-Addr',
  'X-RemoteIP',
  'X-Originating-IP',
  'X-Host',
  'X-ProxyUser-Ip',
  'X-Proxy-User',
  'Client-IP',
  'True-Client-IP',
  'Remote-Addr',
  'Proxy-Connection',
  'Proxy-Authorization',
  'WL-Proxy-Client-IP',
  'X-Envoy-External-Address',
  'X-Amzn-Trace-Id',
  'X-Amz-Cf-Id',
  'X-Azure-ClientIP',
  'X-ARR-LOG-ID',
  'X-Cloud-Trace-Context',
  'X-AppEngine-User-IP',
  'X-Vercel-Id',
  'CDN-Loop',
  'CF-Ray',
  'CF-IPCountry',
  'CF-Visitor',
  'CF-Connecting-IPv6',
  'CF-Worker',
  'CF-Access-Client-Id',
  'CloudFront-Viewer-Address',
  'Fastly-Client-IP',
  'Fly-Client-IP',
  'Tailscale-User-Login',
  'Ngrok-Skip-Browser-Warning',
  'Akamai-Origin-Hop',
  'Forwarded-For',
  'Max-Forwards',
  'Do-Connecting-IP',
  'Ali-CDN-Real-IP',
  'CDN-Src-IP',
  'X-NF-Client-Connection-IP',
  'X-Forward',
  'X-Scheme',
  'X-Url-Scheme',
  'X-Rewrite-URL',
  'X-HTTP-Host-Override',
  'X-SSL-Client-Verify',
  'X-Varnish',
  'X-Railway-Edge',
  'X-Kong-Request-Id',
  'X-Consumer-ID',
  'X-Istio-Attributes',
  'X-Pomerium-Jwt-Assertion',
  'X-Auth-Request-User',
  'X-Authentik-Username',
  'X-Goog-Authenticated-User-Email',
  'X-MS-Client-Principal',
  'SSL-Client-Verify',
  'Front-End-Https',
  'Surrogate-Capability',
  'Remote-User',
  'Rndr-Id',
] as const

test('any sign of a proxy closes, whatever it holds', () => {
  for (const name of SIGNS_OF_A_PROXY) {
    for (const value of ['127.0.0.1', 'localhost', '']) assert.equal(isOpen({ ...LOCAL, [name]: value }), false, name)
  }
})

test('a page of another site is not let in', () => {
  const pages: readonly Record<string, string>[] = [
    { Origin: 'https://evil.test' },
    { Origin: 'null' },
    { Origin: 'http://localhost.evil.test' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ]
  for (const headers of pages) assert.equal(isOpen({ ...LOCAL, ...headers }), false, JSON.stringify(headers))
})
