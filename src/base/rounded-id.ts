/** The advice for a rounded id. */
const ADVICE = 'Send acc_id as a string: JavaScript rounds a number of this size.'

/**
 * An advice for the error about an unknown or forbidden account: an id above 2^53 with the digits of a double was
 * probably rounded by a client that stores numbers as doubles. Empty for other ids. OpenD's account ids have 18 digits,
 * of which a double preserves about 16.
 */
export function roundedIdAdvice(id: bigint): string {
  const asDouble = Number(id)
  if (asDouble <= Number.MAX_SAFE_INTEGER) return ''
  return isWrittenDouble(id) || BigInt(asDouble) === id ? ADVICE : ''
}

/**
 * The same for an account that may exist. One id in 32 is a double by chance, so this checks only for the digits that
 * JavaScript prints, which end in zeros.
 */
export function writtenDoubleAdvice(id: bigint): string {
  return Number(id) > Number.MAX_SAFE_INTEGER && isWrittenDouble(id) ? ADVICE : ''
}

function isWrittenDouble(id: bigint): boolean {
  return String(Number(id)) === id.toString()
}
