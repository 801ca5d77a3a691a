import { readAllowedOrigins } from './auth/allowed-origins.ts'
import { LOCAL_KEY_ID } from './auth/caller.ts'
import { type JwtSettings, type JwtVariables, readJwtSettings } from './auth/jwt-settings.ts'
import { type KeyTable, readKeyTable } from './auth/key-table.ts'
import { withoutSecrets } from './base/without-secrets.ts'
import { type NativeRsaKey, rsaKey } from './transport/native-crypto.ts'

/** The variables and secrets of a deployment, as the platform hands them over. */
export interface Env extends JwtVariables {
  /** Where OpenD is: `tcp://host:port`, or `simulator:` for the embedded one. */
  readonly OPEND_URL?: string | undefined
  /** The RSA key that OpenD has too, PKCS#1 PEM; without one the link is not encrypted. A secret. */
  readonly OPEND_RSA_KEY?: string | undefined
  /** The keys, in the form of futu-opend-rs's keys.json. Holds hashes, not keys. */
  readonly KEYS_JSON?: string | undefined
  /** Set by the local start command only: reads from this machine need no token, while no caller is configured. */
  readonly LOCAL_OPEN_READS?: string | undefined
  /** `scope` closes /metrics to tokens without the `metrics` scope; `open` is the default. */
  readonly METRICS_AUTH?: string | undefined
  /**
   * Origins whose pages may call REST and open push sockets, comma-separated. Push sockets also open for pages of this host
   * and of loopback origins.
   */
  readonly ALLOWED_ORIGINS?: string | undefined
}

/**
 * Every variable of `Env` with its meaning, in the order of the README. The local start command passes exactly these on
 * and prints them in its help.
 */
export const VARIABLES: Readonly<Record<keyof Env, string>> = {
  OPEND_URL: 'where OpenD is: tcp://host:port, or simulator: for the built-in one',
  OPEND_RSA_KEY: 'the RSA key that OpenD has (the text of the PKCS#1 PEM file)',
  KEYS_JSON: 'the keys that callers use (the text of a keys.json)',
  JWT_ISSUER: 'the iss that a JWT must carry',
  JWT_AUDIENCE: 'the aud that a JWT must carry',
  JWT_ALGORITHMS: 'allowed algorithms of JWTs, comma separated',
  JWT_JWKS_URL: 'the published keys of the issuer',
  JWT_SECRET: 'the secret shared with the issuer, instead of published keys',
  JWT_SCOPE_CLAIM: 'the claim that lists scopes; scope by default',
  JWT_DEFAULT_LIMITS: 'limits of every JWT, JSON as in the limits of a key',
  ALLOWED_ORIGINS: 'origins of web pages that may connect, comma separated',
  METRICS_AUTH: 'scope or open: whether /metrics needs a token',
  LOCAL_OPEN_READS: 'true or false: whether reads from this machine need no token',
}

/** Where the gateway object connects to. */
export type Upstream =
  | { readonly kind: 'simulator' }
  | { readonly kind: 'tcp'; readonly hostname: string; readonly port: number }

/** How people read it: `tcp://host:port`, `simulator:`, or that there is none. */
export function upstreamText(upstream: Upstream | null): string {
  if (upstream === null) return 'not configured'
  return upstream.kind === 'tcp' ? `tcp://${upstream.hostname}:${upstream.port}` : 'simulator:'
}

/** A TCP upstream may be encrypted; the simulator on board needs no link. */
export type LinkKey = NativeRsaKey | null

/** The variables, read and checked. */
export interface Config {
  readonly upstream: Upstream
  /** The key of an encrypted link; null for one that is not. */
  readonly linkKey: LinkKey
  readonly keys: KeyTable
  /** Null when JWTs are not used. */
  readonly jwt: JwtSettings | null
  /** Reads of this machine need no token. False as soon as any caller is configured, other than the local key. */
  readonly localOpenReads: boolean
  readonly metricsNeedScope: boolean
  /** In the form of an `Origin` header: `https://app.example.com`. */
  readonly allowedOrigins: ReadonlySet<string>
}

/** The configuration, or every mistake in it as a sentence for the operator's log. */
export type ConfigReading =
  | { readonly ok: true; readonly value: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Whether more than one caller can exist: then none may take what the others need of OpenD. Every JWT may be another. */
export function hasManyCallers({ keys, jwt }: Config): boolean {
  return jwt !== null || keys.length > 1
}

/**
 * Reads the variables. With a single mistake there is no configuration at all: whoever runs on half of what was meant
 * runs open. The sentences are not for callers, and what looks like a secret is hidden in them: a key that was pasted
 * into the wrong place would be repeated otherwise.
 */
export function readConfig(env: Env): ConfigReading {
  const problems: string[] = []
  const upstream = readUpstream(env.OPEND_URL, problems)
  const linkKey = readLinkKey(env.OPEND_RSA_KEY, problems)
  const keys = readKeyTable(env.KEYS_JSON, problems)
  const jwt = readJwtSettings(env, problems)
  const opensReads = readChoice(env, 'LOCAL_OPEN_READS', ['false', 'true'], problems) === 'true'
  const localOpenReads = opensReads && jwt === null && keys.every(({ id }) => id === LOCAL_KEY_ID)
  const metricsNeedScope = readChoice(env, 'METRICS_AUTH', ['open', 'scope'], problems) === 'scope'
  const allowedOrigins = readAllowedOrigins(env.ALLOWED_ORIGINS, problems)
  if (upstream === null || problems.length > 0) return { ok: false, problems: problems.map(withoutSecrets) }
  return { ok: true, value: { upstream, linkKey, keys, jwt, localOpenReads, metricsNeedScope, allowedOrigins } }
}

function readUpstream(text: string | undefined, problems: string[]): Upstream | null {
  if (!text) {
    problems.push(
      'OPEND_URL is not set: set it to tcp://host:port of your OpenD, or to simulator: for the built-in one.',
    )
    return null
  }
  if (text === 'simulator:') return { kind: 'simulator' }
  const { protocol, hostname, port, username, pathname, search, hash } = URL.parse(text) ?? {}
  const isBare = !username && !search && !hash && (pathname === '' || pathname === '/')
  if (protocol === 'tcp:' && hostname && Number(port) > 0 && isBare) {
    // An IPv6 address keeps its brackets: `connect()` joins host and port with a colon.
    return { kind: 'tcp', hostname, port: Number(port) }
  }
  problems.push('OPEND_URL is neither tcp://host:port nor simulator:.')
  return null
}

/** A secret that was set on one line holds `\n` where the file had line ends. */
function readLinkKey(text: string | undefined, problems: string[]): LinkKey {
  if (!text) return null
  const key = rsaKey(text.replaceAll('\\n', '\n'))
  if (key === null) {
    problems.push(
      'OPEND_RSA_KEY is no RSA private key in PKCS#1 PEM (-----BEGIN RSA PRIVATE KEY-----) without passphrase.',
    )
  }
  return key
}

/** The value of a variable with a few known values; absent or empty means the first of them. */
function readChoice<Value extends string>(
  env: Env,
  name: 'LOCAL_OPEN_READS' | 'METRICS_AUTH',
  values: readonly [Value, ...Value[]],
  problems: string[],
): Value {
  const text = env[name] || values[0]
  const value = values.find((known) => known === text)
  if (value === undefined) problems.push(`${name} must be one of ${values.join(', ')}.`)
  return value ?? values[0]
}
