import { Authenticator } from '../auth/authenticator.ts'
import { fail, type Result, type Success } from '../base/result.ts'
import { type Config, type Env, readConfig } from '../env.ts'
import { IsolateCache } from './isolate-cache.ts'
import { reportMisconfiguration } from './report-bug.ts'

/**
 * How often a wrong configuration is logged: often enough for an operator who has just opened the log, and not with each
 * request of a stranger.
 */
const REPORT_INTERVAL_MS = 10_000

/** A configured deployment and what an isolate has learned while serving it. */
export interface Deployment {
  readonly config: Config
  readonly authenticator: Authenticator
  readonly quotes: IsolateCache
}

/** A deployment, or what is wrong with its variables. */
type Reading = Success<Deployment> | { readonly ok: false; readonly problems: readonly string[] }

/**
 * The deployments of this isolate: one, unless the platform hands over another set of variables. Checking the
 * variables is done once for each set, not once for each request.
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

  /** The deployment of these variables. Failure: `server.misconfigured`; what is wrong is logged. */
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

  /** The gateway counts reloads. When its number grows, another isolate was told to forget, and so must this one. */
  recordEpoch(epoch: number): void {
    if (this.#epoch !== null && epoch > this.#epoch) this.forget()
    this.#epoch = Math.max(epoch, this.#epoch ?? epoch)
  }

  /** Forgets what was cached: parsed keys, the keys of the issuer, quotes. */
  forget(): void {
    this.#known = new WeakMap()
  }

  #deploymentOf(config: Config): Deployment {
    return {
      config,
      authenticator: new Authenticator(config.keys, config.jwt, this.#fetch),
      quotes: new IsolateCache(),
    }
  }
}
