import { type AuditEvent, auditEvent } from '../audit/audit-event.ts'
import type { Failure } from '../base/failure.ts'
import type { Presented } from '../auth/authenticator.ts'
import { type Caller, LOCAL_READER } from '../auth/caller.ts'
import { networkOf } from '../auth/client-network.ts'
import { isFromThisMachine } from '../auth/loopback.ts'
import { slowDown } from '../auth/wrong-tokens.ts'
import type { Scope } from '../auth/scope.ts'
import type { KeyActor } from '../keys/key-store.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import { withoutSecrets } from '../base/shown-text.ts'
import type { Interface, KeyLabel } from './operations/counters.ts'
import type { Deployment } from './deployment.ts'
import type { Exchange } from './exchange.ts'
import { readHeaderToken } from './header-token.ts'

/** Characters of the path in a denial; those of the table are shorter than 100. */
const MOST_PATH_CHARS = 1_000

/** The caller of an admitted request, and the deployment that serves it. */
export interface Admitted {
  readonly caller: Caller
  readonly deployment: Deployment
}

/**
 * Admits a request whose token is valid and has one of the scopes. `token` is by default that of the headers. Failures:
 * `server.misconfigured` and every `auth.*` about tokens.
 *
 * The record of a key of the service is read from the gateway object. Calls that the object checks again anyway may use
 * a record of a few seconds ago, see `admitCall`.
 */
export function admit(
  exchange: Exchange,
  scopes: readonly Scope[],
  iface: Interface = 'rest',
  token: Result<string | null> = readHeaderToken(exchange),
): Promise<Result<Admitted>> {
  return admitWith(exchange, scopes, iface, token, true)
}

/** As `admit`, for calls that carry the mark of their key to the gateway object, which checks the key again. */
export function admitCall(
  exchange: Exchange,
  scopes: readonly Scope[],
  iface: Interface = 'rest',
  token: Result<string | null> = readHeaderToken(exchange),
): Promise<Result<Admitted>> {
  return admitWith(exchange, scopes, iface, token, exchange.needsFreshKey)
}

/** The caller of a request, as the audit records it. */
export function actorOf({ requestId }: Exchange, { caller }: Admitted): KeyActor {
  return { caller: caller.id, requestId }
}

/** The mark that a call carries to the gateway object; null for a caller whose key cannot change meanwhile. */
export function callMarkOf({ key, keyMark }: Caller): string | null {
  return key?.source === 'service' ? keyMark : null
}

async function admitWith(
  exchange: Exchange,
  scopes: readonly Scope[],
  iface: Interface,
  token: Result<string | null>,
  isFresh: boolean,
): Promise<Result<Admitted>> {
  if (!exchange.deployment.ok) return exchange.deployment
  const deployment = exchange.deployment.value
  const caller = await authenticate(exchange, deployment, token, isFresh)
  const admitted = caller.ok ? authorize(caller.value, scopes) : caller
  exchange.counters.countAuth(iface, admitted.ok ? 'allow' : 'reject', labelOf(token, caller))
  const who = caller.ok ? caller.value.id : strangerLabel(token)
  exchange.who = who
  if (!admitted.ok) {
    exchange.counters.addDenial(denialOf(exchange, iface, who, admitted.failure), exchange.nowMs)
  }
  return admitted.ok ? succeed({ caller: admitted.value, deployment }) : admitted
}

/** Whether a request has a valid token, with any scopes. Counted like every other use of a token. */
export async function isKnownCaller(exchange: Exchange): Promise<boolean> {
  const { deployment, counters } = exchange
  const token = readHeaderToken(exchange)
  if (!deployment.ok || !token.ok || token.value === null) return false
  const caller = await identify(exchange, deployment.value, token.value, false)
  counters.countAuth('rest', caller.ok ? 'allow' : 'reject', labelOf(token, caller))
  return caller.ok
}

async function authenticate(
  exchange: Exchange,
  deployment: Deployment,
  token: Result<string | null>,
  isFresh: boolean,
): Promise<Result<Caller>> {
  if (!token.ok) return token
  if (token.value !== null) return identify(exchange, deployment, token.value, isFresh)
  if (readsAreOpen(exchange, deployment)) return succeed(LOCAL_READER)
  return fail({ code: 'auth.missing_token' })
}

/**
 * The caller of a token. A network that has sent many wrong tokens gets 429 instead of the next 401, and its tokens are
 * not looked up; a token that this isolate knows passes.
 */
async function identify(
  exchange: Exchange,
  { authenticator, storedKeys, wrongTokens }: Deployment,
  token: string,
  isFresh: boolean,
): Promise<Result<Caller>> {
  const { nowMs, gateway, request } = exchange
  const address = request.headers.get('CF-Connecting-IP')
  const lookupOf = (waitMs: number): Presented['lookup'] => {
    return async (hash) => {
      const found = await storedKeys.find(hash, nowMs, isFresh, (asked) =>
        waitMs > 0 ? Promise.resolve(slowDown(waitMs)) : gateway.keyByHash(asked),
      )
      if (!found.ok) return found
      if (found.value.isCached) exchange.usedCachedKey = true
      return succeed(found.value.record)
    }
  }
  return wrongTokens.identify(authenticator, token, { nowMs, address, network: networkOf(address), lookupOf })
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

/** A caller without a valid token. */
function strangerLabel(token: Result<string | null>): '<none>' | '<invalid>' {
  return token.ok && token.value === null ? '<none>' : '<invalid>'
}

function labelOf(token: Result<string | null>, caller: Result<Caller>): KeyLabel {
  if (!caller.ok) return strangerLabel(token)
  if (caller.value.key !== null) return { keyId: caller.value.key.id }
  return caller.value === LOCAL_READER ? '<local>' : '<jwt>'
}

/**
 * A call without a valid token, or whose token lacks the scope. Its path has no query, which could contain a token, and a
 * token that was pasted into the path is removed before the event leaves the isolate.
 */
function denialOf({ request, requestId }: Exchange, iface: Interface, caller: string, failure: Failure): AuditEvent {
  const action = withoutSecrets(`${request.method} ${new URL(request.url).pathname}`.slice(0, MOST_PATH_CHARS))
  const scopes = failure.code === 'auth.insufficient_scope' ? failure.scopes.join(' ') : null
  return auditEvent('denial', {
    iface,
    caller,
    action,
    requestId,
    outcome: 'reject',
    code: failure.code,
    detail: scopes === null ? {} : { scopes },
  })
}
