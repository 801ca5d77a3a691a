import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLocalKey } from './local-key.ts'

/** Where `npm start` stores its state when `--data` is not given. */
const DATA = join(import.meta.dirname, '../../.wrangler/opend-edge')

const DEFAULT_EDGE = 'http://127.0.0.1:22222'

/** The result of a call: the JSON of the answer as text, or a sentence about what failed. */
export type EdgeAnswer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string }

/** A gateway, and a key for it. */
export interface Edge {
  readonly url: URL
  readonly token: string
}

/**
 * The gateway of a command line, or a sentence about what is missing. `needed` says which key: "a key with the scope
 * admin". `environment` may have the token.
 */
export function edgeOf(
  needed: string,
  given: { readonly edge: string | undefined; readonly token: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
  data: string = DATA,
): { readonly ok: true; readonly edge: Edge } | { readonly ok: false; readonly problem: string } {
  const url = URL.parse(given.edge ?? runningUrl(data) ?? DEFAULT_EDGE)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { ok: false, problem: `--edge ${given.edge} is not an address: give one such as https://edge.example.com.` }
  }
  const own = given.edge === undefined ? readLocalKey(join(data, 'local-key')) : null
  const token = given.token ?? environment['OPEND_EDGE_TOKEN'] ?? own
  if (token !== null && token !== undefined) return { ok: true, edge: { url, token } }
  const where = given.edge === undefined ? 'run npm start first, or give' : 'give'
  return { ok: false, problem: `${needed} is needed: ${where} it with --token or OPEND_EDGE_TOKEN.` }
}

/** Calls a path of the gateway: GET without a body, POST with one. */
export async function callEdge({ url, token }: Edge, path: string, body?: string): Promise<EdgeAnswer> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const init = body === undefined ? { headers } : { method: 'POST', headers, body }
  try {
    // A redirect could carry the token to another host.
    const response = await fetch(new URL(path, url), { ...init, redirect: 'error' })
    const text = await response.text()
    return response.ok ? { ok: true, text } : { ok: false, problem: problemIn(text, response.status) }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return { ok: false, problem: `${url.origin} did not answer${cause}. Is the gateway running there?` }
  }
}

/** The sentence of an error body. */
function problemIn(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // Not an error of the gateway: something in front of it answered.
  }
  return `The answer has the status ${status} and is not that of a gateway.`
}

/** The address of the gateway that `npm start` runs with that data folder; null when none runs. */
function runningUrl(data: string): string | null {
  try {
    const { url } = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')) as { readonly url?: unknown }
    return typeof url === 'string' ? url : null
  } catch {
    return null
  }
}
