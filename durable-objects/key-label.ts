import { sha256Hex } from '../src/auth/digest.ts'

/** A caller as a label. /metrics may be open, so a key shows as a short hash of its id, the same as in what the Worker counts. */
export async function keyLabelOf(caller: string): Promise<string> {
  if (!caller.startsWith('key:')) return '<jwt>'
  return `kh_${(await sha256Hex(caller.slice('key:'.length))).slice(0, 8)}`
}
