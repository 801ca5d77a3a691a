import { Authenticator } from '../auth/authenticator.ts'
import { succeed, type Result } from '../base/result.ts'
import { type Config, type Env, readConfig } from '../env.ts'
import { AccountBook } from './account-book.ts'
import { IsolateCache } from './isolate-cache.ts'

/** A configured deployment and what an isolate has learned while serving it. */
export interface Deployment {
  readonly config: Config
  readonly authenticator: Authenticator
  readonly accounts: AccountBook
  readonly quotes: IsolateCache
}

/**
 * The deployments of this isolate: one, unless the platform hands over another set of variables. Checking the
 * variables is done once for each set, not once for each request.
 */
export class Deployments {
  readonly #fetch: typeof fetch
  #known = new WeakMap<Env, Result<Deployment>>()
  #epoch: number | null = null

  /** `fetchKeys` is the platform's `fetch`, for the keys of a JWT issuer. */
  constructor(fetchKeys: typeof fetch) {
    this.#fetch = fetchKeys
  }

  /** The deployment of these variables. Failure: `server.misconfigured`. */
  of(env: Env): Result<Deployment> {
    let deployment = this.#known.get(env)
    if (deployment === undefined) {
      deployment = this.#read(env)
      this.#known.set(env, deployment)
    }
    return deployment
  }

  /** The gateway counts reloads. When its number grows, another isolate was told to forget, and so must this one. */
  noteEpoch(epoch: number): void {
    if (this.#epoch !== null && epoch > this.#epoch) this.forget()
    this.#epoch = Math.max(epoch, this.#epoch ?? epoch)
  }

  /** Forgets what was cached: parsed keys, the keys of the issuer, accounts, quotes. */
  forget(): void {
    this.#known = new WeakMap()
  }

  #read(env: Env): Result<Deployment> {
    const config = readConfig(env)
    if (!config.ok) return config
    const { keys, jwt } = config.value
    return succeed({
      config: config.value,
      authenticator: new Authenticator(keys, jwt, this.#fetch),
      accounts: new AccountBook(),
      quotes: new IsolateCache(),
    })
  }
}
