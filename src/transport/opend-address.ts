/**
 * A way to OpenD, as `OPEND_URL` names it:
 *
 *     simulator:                  the built-in OpenD
 *     connector:                  the program beside OpenD that has connected to this gateway
 *     tcp://host:port             OpenD's API port
 *     ws://host/path, wss://...   OpenD's WebSocket port
 *     vpc://BINDING/host:port     OpenD's API port in a private network, through that binding of the Worker
 */
export type OpendAddress =
  | { readonly kind: 'simulator' }
  | { readonly kind: 'connector' }
  | { readonly kind: 'tcp'; readonly hostname: string; readonly port: number }
  | { readonly kind: 'websocket'; readonly url: string }
  | { readonly kind: 'vpc'; readonly binding: string; readonly hostname: string; readonly port: number }

/** The address as in `OPEND_URL`. */
export function opendAddressText(address: OpendAddress): string {
  switch (address.kind) {
    case 'simulator':
    case 'connector':
      return `${address.kind}:`
    case 'tcp':
      return `tcp://${address.hostname}:${address.port}`
    case 'websocket':
      return address.url
    case 'vpc':
      return `vpc://${address.binding}/${address.hostname}:${address.port}`
  }
}

/** More ways than that are a mistake: a round through all of them should end within the deadline of a call. */
const MOST_ADDRESSES = 4

const FORMS = 'tcp://host:port, connector:, ws://host or wss://host/path, vpc://BINDING/host:port, or simulator:'

/**
 * Reads `OPEND_URL`: one address, or several separated by commas, in the order in which they are tried. Mistakes are
 * added to `problems`, one sentence each, and the result is then empty. The sentences do not repeat the address, which
 * may contain a secret.
 */
export function readOpendAddresses(text: string | undefined, problems: string[]): readonly OpendAddress[] {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  if (!text || parts.join('') === '') {
    problems.push(
      'OPEND_URL is not set: set it to tcp://host:port of your OpenD, to connector: for a connector beside it, or to simulator: for the built-in one.',
    )
    return []
  }
  const many = parts.length > 1
  const addresses = parts.flatMap((part, index) => {
    const read = readAddress(part)
    if (typeof read !== 'string') return [read]
    problems.push(`OPEND_URL${many ? `, address ${index + 1}` : ''} ${read}.`)
    return []
  })
  if (addresses.length < parts.length) return []
  if (new Set(addresses.map(opendAddressText)).size < addresses.length) {
    problems.push('OPEND_URL lists an address twice: list each one once, in the order in which they are to be tried.')
    return []
  }
  if (addresses.length > MOST_ADDRESSES) {
    problems.push(`OPEND_URL lists ${addresses.length} addresses: list at most ${MOST_ADDRESSES}.`)
    return []
  }
  return addresses
}

/** The address, or what is wrong with it. */
function readAddress(text: string): OpendAddress | string {
  if (text === 'simulator:') return { kind: 'simulator' }
  if (text === 'connector:') return { kind: 'connector' }
  const url = URL.parse(text)
  switch (url?.protocol) {
    case 'tcp:':
      return readTcp(url)
    case 'ws:':
    case 'wss:':
      return readWebSocket(url)
    case 'vpc:':
      return readVpc(url)
    case 'http:':
    case 'https:':
      return 'has an http scheme: write ws:// or wss:// for the WebSocket port of OpenD, and tcp:// for its API port'
    default:
      return `must be ${FORMS}`
  }
}

function readTcp({ hostname, port, username, pathname, search, hash }: URL): OpendAddress | string {
  const isBare = !username && !search && !hash && (pathname === '' || pathname === '/')
  // An IPv6 address keeps its brackets: `connect()` joins host and port with a colon.
  if (hostname && Number(port) > 0 && isBare) return { kind: 'tcp', hostname, port: Number(port) }
  return 'must be tcp://host:port with nothing before the host or after the port'
}

function readWebSocket(url: URL): OpendAddress | string {
  if (!url.hostname || url.username || url.hash) return 'must be ws://host:port/path or wss://host/path'
  return { kind: 'websocket', url: url.href }
}

/** A URL of a scheme that is not special keeps its host as it is written, so the binding keeps its upper case. */
function readVpc({ hostname, port, username, pathname, search, hash }: URL): OpendAddress | string {
  const target = URL.parse(`tcp:/${pathname}`)
  const read = target === null ? '' : readTcp(target)
  const isBare = !port && !username && !search && !hash
  if (!/^[A-Za-z_]\w*$/.test(hostname) || !isBare || typeof read === 'string' || read.kind !== 'tcp') {
    return 'must be vpc://BINDING/host:port, with the name of a vpc_networks binding of wrangler.toml'
  }
  return { kind: 'vpc', binding: hostname, hostname: read.hostname, port: read.port }
}

/**
 * Whether others could read what passes on the way: a link to another machine that nothing encrypts. A connector and a
 * private network bring their own encryption to the machine beside OpenD. `hasKey` is whether the link uses an RSA key.
 */
export function isExposed(address: OpendAddress, hasKey: boolean): boolean {
  switch (address.kind) {
    case 'tcp':
      return !hasKey && !isLoopback(address.hostname)
    case 'websocket': {
      const { protocol, hostname } = new URL(address.url)
      return protocol === 'ws:' && !isLoopback(hostname)
    }
    case 'vpc':
    case 'connector':
    case 'simulator':
      return false
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
