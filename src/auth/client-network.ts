/** The network of all clients whose address is not known. */
export const NO_NETWORK = ''

/** Hex groups of an IPv6 network: a customer has at least a /64 (RFC 6177 section 2). */
const NETWORK_GROUPS = 4

/**
 * The network of a client: its IPv4 address, or the first 64 bits of its IPv6 address, because a host chooses the other
 * bits itself. `address` comes from the platform. A text that is not an address is a network of its own.
 */
export function networkOf(address: string | null): string {
  if (address === null) return NO_NETWORK
  if (!address.includes(':')) return address
  // An IPv4 address in IPv6 form (RFC 4291 section 2.5.5.2).
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1)
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = groupsOf(head)
  if (tail !== undefined) {
    const end = groupsOf(tail)
    while (groups.length + end.length < 8) groups.push('0')
    groups.push(...end)
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`
}

/** The groups without leading zeros, so that an address has one form. */
function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''))
}
