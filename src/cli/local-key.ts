import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LOCAL_KEY_ID } from '../auth/caller.ts'

/** Scopes of the key of a local run. `trade:real` is added only if the gateway uses the simulator. */
const SCOPES = [
  'qot:read',
  'qot:write',
  'acc:read',
  'trade:simulate',
  'trade:unlock',
  'metrics',
  'gateway',
  'admin',
] as const

/**
 * The key of this checkout: generated at random on first use and stored in a file that git ignores and only its owner
 * can read. A file without a valid key is overwritten.
 */
export function localKey(path: string): string {
  const known = readLocalKey(path)
  if (known !== null) return known
  const key = `fc_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${key}\n`, { mode: 0o600 })
  return key
}

/** A `KEYS_JSON` with that key only. */
export async function keysJsonFor(key: string, mayTradeReal: boolean): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  const record = {
    id: LOCAL_KEY_ID,
    hash: `sha256:${Buffer.from(hash).toString('hex')}`,
    scopes: mayTradeReal ? [...SCOPES, 'trade:real'] : SCOPES,
    created_at: new Date().toISOString(),
    note: 'made by npm start for this checkout',
  }
  return JSON.stringify({ version: 1, keys: [record] })
}

/** The key in that file; null without a valid one. */
export function readLocalKey(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^fc_[0-9a-f]{64}$/.test(text) ? text : null
  } catch {
    return null
  }
}
