import { Authenticator } from '../auth/authenticator.ts'
import { RemoteKeys } from '../auth/remote-keys.ts'
import { WrongTokens } from '../auth/wrong-tokens.ts'
import { fail, type Result, type Success } from '../base/result.ts'
import { type Config, type Env, readConfig } from '../env.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import { IsolateCache } from './reads/isolate-cache.ts'
import { reportMisconfiguration } from './operations/log.ts'

/** Most hooks that are remembered: 20 for each of 50 keys. */
const MAX_KNOWN_HOOKS = 1_000

/**
 * Least time between two log entries about a wrong configuration: an operator who opens the log soon sees one, and
 * requests of strangers cannot fill the log.
 */
const REPORT_INTERVAL_MS = 10_000

/** A configured deployment with the caches of this isolate. */
export interface Deployment {
  readonly config: Config
  readonly authenticator: Authenticator
  readonly quotes: IsolateCache
  readonly storedKeys: RemoteKeys
  readonly wrongTokens: WrongTokens
  /** Ids of hooks of which an alert had the right secret. They are not public. */
  readonly knownHooks: BoundedMap<string, true>
}

/** A deployment, or what is wrong with its variables. */
type Reading = Success<Deployment> | { readonly ok: false; readonly problems: readonly string[] }

/**
 * The deployments of this isolate: one, unless the platform passes another set of variables. Each set is checked once,
 * not at each request.
 */
export class Deployments {
  readonly #fetch: typeof fetch
  #known = new WeakMap<Env, Reading>()
  #reportedAtMs = -Infinity
  #epoch: number | null = null

  /** `fetchKeys` is the platform's `fetch`, for the keys of a JWT issuer. */
  constructor(fetchKeys: typeof fetch) {
    this.#fetch = fetchKeys
  }

  /** The deployment of these variables. Failure: `server.misconfigured`, whose causes are logged. */
  of(env: Env, nowMs: number): Result<Deployment> {
    let known = this.#known.get(env)
    if (known === undefined) {
      const config = readConfig(env)
      known = config.ok ? { ok: true, value: this.#deploymentOf(config.value) } : config
      this.#known.set(env, known)
    }
    if (known.ok) return known
    if (Math.abs(nowMs - this.#reportedAtMs) >= REPORT_INTERVAL_MS) {
      this.#reportedAtMs = nowMs
      reportMisconfiguration(known.problems)
    }
    return fail({ code: 'server.misconfigured' })
  }

  /**
   * Takes the gateway's number of reloads. When it has grown, a reload came through another isolate: clears the caches.
   */
  recordEpoch(epoch: number): void {
    if (this.#epoch !== null && epoch > this.#epoch) this.forget()
    this.#epoch = Math.max(epoch, this.#epoch ?? epoch)
  }

  /** Clears the caches: parsed keys, the keys of the issuer, quotes. */
  forget(): void {
    this.#known = new WeakMap()
  }

  #deploymentOf(config: Config): Deployment {
    return {
      config,
      authenticator: new Authenticator(config.keys, config.jwt, this.#fetch),
      quotes: new IsolateCache(),
      storedKeys: new RemoteKeys(),
      wrongTokens: new WrongTokens(),
      knownHooks: new BoundedMap(MAX_KNOWN_HOOKS),
    }
  }
}
