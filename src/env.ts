import { readAllowedOrigins } from './auth/allowed-origins.ts'
import { LOCAL_KEY_ID } from './auth/caller.ts'
import { type JwtSettings, type JwtVariables, readJwtSettings } from './auth/jwt-settings.ts'
import { type KeyTable, readKeyTable } from './auth/key-table.ts'
import { withoutSecrets } from './base/shown-text.ts'
import { type NativeRsaKey, rsaKey } from './transport/native-crypto.ts'
import { type OpendAddress, readOpendAddresses } from './transport/opend-address.ts'
import { type LinkSecrets, type LinkVariables, readLinkSecrets } from './transport/link-variables.ts'

/** The variables and secrets of a deployment, as the platform passes them. */
export interface Env extends JwtVariables, LinkVariables {
  /** Where OpenD is, see `OpendAddress`; several ways are separated by commas, in the order in which they are tried. */
  readonly OPEND_URL?: string | undefined
  /** The RSA private key of OpenD in PKCS#1 PEM. Without it the link is not encrypted. A secret. */
  readonly OPEND_RSA_KEY?: string | undefined
  /** The keys, in the form of futu-opend-rs's keys.json. Contains hashes, not keys. */
  readonly KEYS_JSON?: string | undefined
  /** Set by the local start command only: reads from this machine need no token while no caller is configured. */
  readonly LOCAL_OPEN_READS?: string | undefined
  /** With `scope`, /metrics needs a token with the scope `metrics`. The default is `open`. */
  readonly METRICS_AUTH?: string | undefined
  readonly LOG_LEVEL?: string | undefined
  /**
   * Origins whose pages may call REST and open push sockets, comma-separated. Pages of this host and of loopback
   * origins may always open push sockets.
   */
  readonly ALLOWED_ORIGINS?: string | undefined
}

/**
 * Every variable of `Env` with its meaning, in the order of the README. The local start command passes these to the
 * Worker and prints them in its help.
 */
export const VARIABLES: Readonly<Record<keyof Env, string>> = {
  OPEND_URL: 'where OpenD is: tcp://, ws://, wss:// or vpc://, connector:, or simulator: for the built-in one',
  OPEND_RSA_KEY: 'the RSA key that OpenD has (the text of the PKCS#1 PEM file)',
  OPEND_WS_KEY: "the key of OpenD's WebSocket port",
  OPEND_ACCESS_ID: 'the id of a service token, for a WebSocket port behind Cloudflare Access',
  OPEND_ACCESS_SECRET: 'the secret of that service token',
  OPEND_CONNECTORS: 'names of connectors in the order in which they are used, comma separated',
  OPEND_ALLOW_PLAINTEXT_TRADING: 'true or false: whether orders with real money may use a link that is not encrypted',
  KEYS_JSON: 'the keys that callers use (the text of a keys.json)',
  JWT_ISSUER: 'the iss that a JWT must carry',
  JWT_AUDIENCE: 'the aud that a JWT must carry',
  JWT_ALGORITHMS: 'allowed algorithms of JWTs, comma separated',
  JWT_JWKS_URL: 'the published keys of the issuer',
  JWT_SECRET: 'the secret shared with the issuer, instead of published keys',
  JWT_SCOPE_CLAIM: 'the claim that lists scopes; scope by default',
  JWT_DEFAULT_SCOPES: 'scopes of a JWT without the claim, comma separated',
  JWT_DEFAULT_LIMITS: 'limits of every JWT, JSON as in the limits of a key',
  ALLOWED_ORIGINS: 'origins of web pages that may connect, comma separated',
  METRICS_AUTH: 'scope or open: whether /metrics needs a token; scope by default, open in npm start',
  LOG_LEVEL: 'info, error or off: which requests have a line in the log',
  LOCAL_OPEN_READS: 'true or false: whether reads from this machine need no token',
}

/** Which requests have a line in the log: all, those with a status of 500 and more, or none. */
const LOG_LEVELS = ['info', 'error', 'off'] as const

/** One of the levels. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The RSA key of an encrypted link; null without encryption. */
export type LinkKey = NativeRsaKey | null

/** The variables, parsed and checked. */
export interface Config {
  /** In the order in which they are tried. Never empty. */
  readonly opendAddresses: readonly OpendAddress[]
  /** Used on links to OpenD's API port. */
  readonly linkKey: LinkKey
  readonly link: LinkSecrets
  /** Whether trade calls on real accounts may use a link that others can read. */
  readonly allowsPlaintextTrading: boolean
  readonly keys: KeyTable
  /** Null when JWTs are not used. */
  readonly jwt: JwtSettings | null
  /** Whether reads from this machine need no token. False when any caller except the local key is configured. */
  readonly localOpenReads: boolean
  readonly metricsNeedScope: boolean
  readonly logLevel: LogLevel
  /** In the form of an `Origin` header, such as `https://app.example.com`. */
  readonly allowedOrigins: ReadonlySet<string>
}

/** The configuration, or all mistakes in it as sentences for the operator's log. */
export type ConfigReading =
  | { readonly ok: true; readonly value: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Whether more than one caller can exist, so that OpenD's limits must be shared. Each JWT can be another caller. */
export function hasManyCallers({ keys, jwt }: Config): boolean {
  return jwt !== null || keys.length > 1
}

/**
 * Reads the variables. Any mistake makes the whole configuration invalid, because a half-read configuration would fail
 * open. The sentences are for the log, not for callers. Everything in them that looks like a secret is hidden, because
 * a key may have been pasted into the wrong variable.
 */
export function readConfig(env: Env): ConfigReading {
  const problems: string[] = []
  const opendAddresses = readOpendAddresses(env.OPEND_URL, problems)
  const linkKey = readLinkKey(env.OPEND_RSA_KEY, problems)
  const link = readLinkSecrets(env, problems)
  const allowsPlaintextTrading =
    readChoice(env, 'OPEND_ALLOW_PLAINTEXT_TRADING', ['false', 'true'], problems) === 'true'
  const keys = readKeyTable(env.KEYS_JSON, problems)
  const jwt = readJwtSettings(env, problems)
  const opensReads = readChoice(env, 'LOCAL_OPEN_READS', ['false', 'true'], problems) === 'true'
  const localOpenReads = opensReads && jwt === null && keys.every(({ id }) => id === LOCAL_KEY_ID)
  const metricsNeedScope = readChoice(env, 'METRICS_AUTH', ['scope', 'open'], problems) === 'scope'
  const logLevel = readChoice(env, 'LOG_LEVEL', LOG_LEVELS, problems)
  const allowedOrigins = readAllowedOrigins(env.ALLOWED_ORIGINS, problems)
  if (problems.length > 0) return { ok: false, problems: problems.map(withoutSecrets) }
  return {
    ok: true,
    value: {
      opendAddresses,
      linkKey,
      link,
      allowsPlaintextTrading,
      keys,
      jwt,
      localOpenReads,
      metricsNeedScope,
      logLevel,
      allowedOrigins,
    },
  }
}

/** A secret that was set as one text line contains `\n` in place of line ends. */
function readLinkKey(text: string | undefined, problems: string[]): LinkKey {
  if (!text) return null
  const key = rsaKey(text.replaceAll('\\n', '\n'))
  if (key === null) {
    problems.push(
      'OPEND_RSA_KEY must be an RSA private key in PKCS#1 PEM (-----BEGIN RSA PRIVATE KEY-----) without a passphrase.',
    )
  }
  return key
}

/** The value of a variable with a few allowed values; absent or empty means the first one. */
function readChoice<Value extends string>(
  env: Env,
  name: 'LOCAL_OPEN_READS' | 'METRICS_AUTH' | 'LOG_LEVEL' | 'OPEND_ALLOW_PLAINTEXT_TRADING',
  values: readonly [Value, ...Value[]],
  problems: string[],
): Value {
  const text = env[name] || values[0]
  const value = values.find((known) => known === text)
  if (value === undefined) problems.push(`${name} must be one of ${values.join(', ')}.`)
  return value ?? values[0]
}
