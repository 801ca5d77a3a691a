import { readBearer } from '../auth/bearer.ts'
import { type Caller, LOCAL_READER } from '../auth/caller.ts'
import { isFromThisMachine } from '../auth/loopback.ts'
import type { Scope } from '../auth/scope.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { Interface, KeyLabel } from './counters.ts'
import type { Deployment } from './deployment.ts'
import type { Exchange } from './exchange.ts'

/** The caller of an admitted request, and the deployment that serves it. */
export interface Admitted {
  readonly caller: Caller
  readonly deployment: Deployment
}

/**
 * Admits a request whose token is valid and has one of the scopes. `token` is by default that of the `Authorization`
 * header. Failures: `server.misconfigured` and every `auth.*` about tokens.
 */
export async function admit(
  exchange: Exchange,
  scopes: readonly Scope[],
  iface: Interface = 'rest',
  token: Result<string | null> = readBearer(exchange.request.headers.get('Authorization')),
): Promise<Result<Admitted>> {
  if (!exchange.deployment.ok) return exchange.deployment
  const deployment = exchange.deployment.value
  const caller = await authenticate(exchange, deployment, token)
  const admitted = caller.ok ? authorize(caller.value, scopes) : caller
  exchange.counters.countAuth(iface, admitted.ok ? 'allow' : 'reject', labelOf(token, caller))
  return admitted.ok ? succeed({ caller: admitted.value, deployment }) : admitted
}

/** Whether a request has a valid token, with any scopes. Counted like every other use of a token. */
export async function isKnownCaller({ request, deployment, counters, nowMs }: Exchange): Promise<boolean> {
  const token = readBearer(request.headers.get('Authorization'))
  if (!deployment.ok || !token.ok || token.value === null) return false
  const caller = await deployment.value.authenticator.identify(token.value, nowMs)
  counters.countAuth('rest', caller.ok ? 'allow' : 'reject', labelOf(token, caller))
  return caller.ok
}

async function authenticate(
  exchange: Exchange,
  deployment: Deployment,
  token: Result<string | null>,
): Promise<Result<Caller>> {
  if (!token.ok) return token
  if (token.value !== null) return deployment.authenticator.identify(token.value, exchange.nowMs)
  if (readsAreOpen(exchange, deployment)) return succeed(LOCAL_READER)
  return fail({ code: 'auth.missing_token' })
}

/** Whether this request may read without a token. */
export function readsAreOpen({ request }: Exchange, { config }: Deployment): boolean {
  return config.localOpenReads && isFromThisMachine(new URL(request.url), request.headers)
}

/** A request without a token gets `missing_token`, not a failure about the scopes of a token. */
function authorize(caller: Caller, scopes: readonly Scope[]): Result<Caller> {
  if (scopes.some((scope) => caller.scopes.has(scope))) return succeed(caller)
  return fail(caller === LOCAL_READER ? { code: 'auth.missing_token' } : { code: 'auth.insufficient_scope', scopes })
}

function labelOf(token: Result<string | null>, caller: Result<Caller>): KeyLabel {
  if (!caller.ok) return token.ok && token.value === null ? '<none>' : '<invalid>'
  if (caller.value.key !== null) return { keyId: caller.value.key.id }
  return caller.value === LOCAL_READER ? '<local>' : '<jwt>'
}
