import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LOCAL_KEY_ID } from '../auth/caller.ts'

/** What the key of a local run may do. Real money is left out unless the gateway is the simulator. */
const SCOPES = ['qot:read', 'acc:read', 'trade:simulate', 'trade:unlock', 'metrics', 'admin'] as const

/**
 * The key of this checkout: made at random on first use and kept in a file that only its owner can read and that git
 * ignores. A file that does not hold a key is replaced.
 */
export function localKey(path: string): string {
  const known = readKey(path)
  if (known !== null) return known
  const key = `fc_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${key}\n`, { mode: 0o600 })
  return key
}

/** The `KEYS_JSON` in which only that key is known. */
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

function readKey(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^fc_[0-9a-f]{64}$/.test(text) ? text : null
  } catch {
    return null
  }
}
