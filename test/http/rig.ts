import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { readKeyTable } from '../../src/auth/key-table.ts'
import type { Scope } from '../../src/auth/scope.ts'
import type { Env } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { FakeGateway } from './fake-gateway.ts'

/** The time at which every request of a test arrives, unless it moves the clock. */
export const NOW_MS = Date.UTC(2026, 10, 22, 12)

const JWT_SECRET = '0123456789abcdef0123456789abcdef'

/** A base configuration: the simulator, HS256 JWTs, and no keys. */
export const BASE_ENV: Env = {
  OPEND_URL: 'simulator:',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'opend-edge',
  JWT_SECRET,
  METRICS_AUTH: 'open',
  LOG_LEVEL: 'off',
}

/** As under `npm start`: reads are open on this machine, and no caller is configured. */
export const LOCAL_ENV: Env = {
  LOCAL_OPEN_READS: 'true',
  JWT_ISSUER: undefined,
  JWT_AUDIENCE: undefined,
  JWT_SECRET: undefined,
}

export interface Rig {
  readonly gateway: FakeGateway
  readonly clock: { nowMs: number }
  /** Sends a request through the application. A body that is no string is sent as JSON. */
  readonly send: (route: string, options?: SendOptions) => Promise<Response>
}

export interface SendOptions {
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly env?: Env
}

/**
 * An application over a fake gateway. `env` adds to the base configuration. `shared` is the gateway of another rig, of
 * whose deployment this one is then another isolate.
 */
export function makeRig(env: Env = {}, shared: FakeGateway | null = null): Rig {
  const bindings = { ...BASE_ENV, ...env }
  const gateway = shared ?? new FakeGateway(readKeyTable(bindings.KEYS_JSON, []))
  const clock = { nowMs: NOW_MS }
  let requests = 0
  const app = createApp({
    gateway: () => gateway,
    nowMs: () => clock.nowMs,
    freshId: () => `fresh-${++requests}`,
    fetch: () => assert.fail('no test of this rig needs the network'),
  })
  const send = async (route: string, options: SendOptions = {}): Promise<Response> => {
    const [method = '', path = ''] = route.split(' ')
    // The runtime states the peer of each request in `CF-Connecting-IP`.
    const peer = bindings.LOCAL_OPEN_READS === 'true' ? { 'CF-Connecting-IP': '127.0.0.1' } : {}
    const headers = new Headers({ Host: new URL(path, 'http://localhost').host, ...peer, ...options.headers })
    if (options.token !== undefined) headers.set('Authorization', `Bearer ${options.token}`)
    const { body } = options
    const init =
      body === undefined ? {} : { body: isBodyInit(body) ? body : JSON.stringify(body), duplex: 'half' as const }
    return app.request(path, { method, headers, ...init }, options.env ?? bindings)
  }
  return { gateway, clock, send }
}

function isBodyInit(body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
}

/** A key record for `keysJson`; its key is `tokenOf` its id. */
export interface KeyFields {
  readonly id: string
  readonly scopes: readonly Scope[]
  readonly [field: string]: unknown
}

export function tokenOf(id: string): string {
  return `fc_${sha256Hex(`the key of ${id}`)}`
}

export function keysJson(...keys: readonly KeyFields[]): string {
  const records = keys.map((key) => ({ hash: sha256Hex(tokenOf(key.id)), ...key }))
  return JSON.stringify({ version: 1, keys: records })
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A rig with one key of those scopes and fields; `send` shows it by itself. */
export function keyRig(scopes: readonly Scope[], fields: Record<string, unknown> = {}): Rig {
  const rig = makeRig({ KEYS_JSON: keysJson({ id: 'bot', scopes, ...fields }) })
  return { ...rig, send: (route, options = {}) => rig.send(route, { token: tokenOf('bot'), ...options }) }
}

/** A JWT of the base configuration. */
export function signJwt(scopes: readonly string[], claims: Record<string, unknown> = {}, secret = JWT_SECRET) {
  return new SignJWT({
    iss: BASE_ENV.JWT_ISSUER,
    aud: BASE_ENV.JWT_AUDIENCE,
    sub: 'alice',
    exp: NOW_MS / 1000 + 600,
    scope: scopes.join(' '),
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
}

/** The uniform error body. */
export interface ErrorBody {
  readonly error: string
  readonly code: string
  readonly request_id: string
  readonly [fact: string]: unknown
}

/** Checks what every error response must have, and returns its body. */
export async function readError(response: Response, status: number): Promise<ErrorBody> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  assert.equal(response.headers.get('Content-Type'), 'application/json')
  const body = JSON.parse(text) as ErrorBody
  assert.equal(typeof body.error, 'string')
  assert.ok(body.error.length > 0)
  assert.match(body.code, /^[a-z]+\.[a-z0-9_]+$/)
  assert.equal(body.request_id, response.headers.get('X-Request-Id'))
  return body
}
