/** A range of client addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3). Plain data. */
export interface AddressRange {
  /** As it was written. */
  readonly text: string
  readonly family: 4 | 6
  /** The first `bits` bits of the address. */
  readonly prefix: bigint
  readonly bits: number
}

interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

const WIDTH = { 4: 32, 6: 128 } as const

/**
 * Reads `203.0.113.0/24`, `2001:db8::/32`, or a single address. Null for any other text, also for an address with bits
 * set beyond its prefix: the writer may have meant a smaller range.
 */
export function parseAddressRange(text: string): AddressRange | null {
  const [host = '', length, ...rest] = text.split('/')
  const address = parseAddress(host)
  if (address === null || rest.length > 0) return null
  const width = WIDTH[address.family]
  const bits = length === undefined ? width : /^(?:0|[1-9]\d{0,2})$/.test(length) ? Number(length) : Infinity
  if (bits > width) return null
  const spare = BigInt(width - bits)
  const prefix = address.value >> spare
  return prefix << spare === address.value ? { text, family: address.family, prefix, bits } : null
}

/**
 * Whether an address, or all addresses of a network in CIDR notation, are in one of the ranges. False for a text that is
 * neither, and for null.
 */
export function isInRanges(address: string | null, ranges: readonly AddressRange[]): boolean {
  const inner = address === null ? null : parseAddressRange(address)
  if (inner === null) return false
  const { family, prefix, bits } = inner
  return ranges.some(
    (range) => range.family === family && range.bits <= bits && prefix >> BigInt(bits - range.bits) === range.prefix,
  )
}

/** An IPv4 address in IPv6 form (`::ffff:192.0.2.1`) is read as the IPv4 address. */
function parseAddress(text: string): Address | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1]
  return parseIpv4(mapped ?? text) ?? parseIpv6(text)
}

function parseIpv4(text: string): Address | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null
  return { family: 4, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) }
}

function parseIpv6(text: string): Address | null {
  const [head = '', tail, ...more] = text.toLowerCase().split('::')
  if (more.length > 0) return null
  const first = groupsOf(head)
  const last = tail === undefined ? [] : groupsOf(tail)
  const missing = 8 - first.length - last.length
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...first, ...Array<string>(missing).fill('0'), ...last]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return null
  return { family: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) }
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':')
}
