/** What helps against rounding. */
const ADVICE = 'Send acc_id as a string: JavaScript rounds a number of this size.'

/**
 * A sentence for the caller of an account that does not exist or may not be used: an id above 2^53 that has the digits of a
 * double was probably rounded by a client that keeps numbers as doubles. Empty for other ids. Account ids of OpenD have 18
 * digits, of which a double keeps about 16.
 */
export function roundedIdAdvice(id: bigint): string {
  const asDouble = Number(id)
  if (asDouble <= Number.MAX_SAFE_INTEGER) return ''
  return isWrittenDouble(id) || BigInt(asDouble) === id ? ADVICE : ''
}

/**
 * The same where the account may well exist. One id in 32 is a double by chance, so only the digits count that JavaScript
 * writes: those end in zeros.
 */
export function writtenDoubleAdvice(id: bigint): string {
  return Number(id) > Number.MAX_SAFE_INTEGER && isWrittenDouble(id) ? ADVICE : ''
}

function isWrittenDouble(id: bigint): boolean {
  return String(Number(id)) === id.toString()
}
