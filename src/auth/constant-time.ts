/**
 * Whether two byte strings are equal, in a time that depends on their length only. Lengths are no secret here: every
 * digest has 32 bytes. Written out because the platform's own comparison exists in workerd alone.
 */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0)
  return difference === 0
}
