import type { FieldFailure } from './field-problem.ts'
import { shownText } from './shown-text.ts'

/**
 * Every failure that a caller can get, as data. The union is closed: `problem/problem.ts` converts each member to a
 * status and a sentence with one exhaustive switch, so a new member does not compile until it is added there.
 *
 * `code` is stable and public (it is the `code` of the error body). The other members are data for the sentence. They
 * must not contain a secret, a key hash or another caller's data.
 */
export type Failure =
  | RequestFailure
  | AuthFailure
  | KeyFailure
  | HookFailure
  | TradeFailure
  | LimitFailure
  | OrderFailure
  | SwitchFailure
  | QuoteFailure
  | PushFailure
  | UpstreamFailure
  | OpendFailure
  | GatewayFailure
  | ServerFailure

/** Failures of the request itself. */
export type RequestFailure =
  /** `nearest` is a known path, for callers with a valid token; otherwise null. */
  | { readonly code: 'request.unknown_path'; readonly path: string; readonly nearest: string | null }
  | { readonly code: 'request.method_not_allowed'; readonly method: string; readonly allow: readonly string[] }
  | { readonly code: 'request.too_large'; readonly limitBytes: number }
  /** The client disconnected while it sent the body, or the body ended before its declared length. */
  | { readonly code: 'request.incomplete_body' }
  | { readonly code: 'request.invalid_utf8' }
  | { readonly code: 'request.malformed_json'; readonly detail: string }
  | FieldFailure
  | { readonly code: 'request.unexpected_body' }
  | { readonly code: 'request.upgrade_required' }

/** Failures of authentication and authorization. The first four are the outcomes of RFC 6750 section 3. */
export type AuthFailure =
  | { readonly code: 'auth.missing_token' }
  | { readonly code: 'auth.malformed_token' }
  | { readonly code: 'auth.invalid_token' }
  | { readonly code: 'auth.expired_token' }
  | { readonly code: 'auth.insufficient_scope'; readonly scopes: readonly string[] }
  /** `accIds` are the accounts of the call that the token may not use (decimal); empty where they are not known. */
  | { readonly code: 'auth.account_not_allowed'; readonly accIds?: readonly string[] }
  /** The key is limited to other client addresses. */
  | { readonly code: 'auth.address_not_allowed' }
  /** The rights or limits of the key changed during the call. The call had no effect. */
  | { readonly code: 'auth.key_changed' }
  /** Too many wrong tokens, from the client's network or in total: the token was not looked up. */
  | { readonly code: 'auth.too_many_failures'; readonly retryAfterMs: number }
  /** The caller is not a key, and only keys can make child tokens. */
  | { readonly code: 'auth.key_needed' }
  /** A JWT without limits, its own or configured ones, may not trade real accounts. */
  | { readonly code: 'auth.limits_missing' }
  | { readonly code: 'auth.origin_not_allowed' }
  /** The keys of the token's issuer could not be fetched, so the token could not be verified. */
  | { readonly code: 'auth.issuer_unavailable'; readonly detail: string }

/** Failures of the key service. `id` is the id in the request. */
export type KeyFailure =
  | { readonly code: 'key.unknown'; readonly id: string }
  | { readonly code: 'key.id_taken'; readonly id: string }
  /** Another key has the hash. Its id is not in the failure. */
  | { readonly code: 'key.hash_taken'; readonly id: string }
  /** `config`: the key is in `KEYS_JSON`; `child`: it is a child token, which can only be revoked. */
  | { readonly code: 'key.read_only'; readonly id: string; readonly reason: 'config' | 'child' }
  /** The maximum number of keys, of child tokens, or of characters of their records is reached. */
  | { readonly code: 'key.full'; readonly what: string; readonly most: number }
  /** A child token would have more than its parent; `exceeded` are the fields with the values that are too much. */
  | { readonly code: 'key.exceeds_parent'; readonly exceeded: readonly string[] }
  /** The stored keys cannot be read, so none of them is accepted. */
  | { readonly code: 'key.unreadable' }

/** Failures of hooks. The first is the same for an id that does not exist and for a wrong secret. */
export type HookFailure =
  | { readonly code: 'hook.unknown' }
  | { readonly code: 'hook.unknown_delivery' }
  /** Too many alerts wait to be carried out. This one was not stored. */
  | { readonly code: 'hook.busy'; readonly retryAfterMs: number }

/** Reasons why a trade call is not sent to OpenD. */
export type TradeFailure =
  | { readonly code: 'trade.unknown_account'; readonly accId: string }
  /** The link to OpenD is not encrypted, and the call is for a real account. It was not sent. */
  | { readonly code: 'trade.plaintext_link' }
  | { readonly code: 'trade.environment_mismatch'; readonly accId: string; readonly accountEnv: 'simulate' | 'real' }

/** An order limit refused the call; the last part of the code is its name. `text` has no data of other callers. */
export interface LimitFailure {
  readonly code: `limits.${
    | 'account'
    | 'market'
    | 'symbol'
    | 'side'
    | 'hours'
    | 'order_value'
    | 'rate'
    | 'daily_value'
    | 'halted'}`
  readonly text: string
  /** Time until the same call can pass; null when waiting does not help. */
  readonly retryAfterMs: number | null
}

/** Failures of order calls from the ledger; `intentId` is the id of the entry. */
export type OrderFailure =
  /** The idempotency key was used for a different order. */
  | { readonly code: 'order.idempotency_conflict'; readonly intentId: string }
  /** The first call with that key has no answer yet. */
  | { readonly code: 'order.in_flight'; readonly intentId: string }
  /** The reply was lost, and the reconciliation proved that the order does not exist: it may be sent again. */
  | { readonly code: 'order.absent'; readonly intentId: string }
  /** The reply to a change was lost, and its order has ended: it is unknown whether the change was made before. */
  | { readonly code: 'order.lapsed'; readonly intentId: string }
  | { readonly code: 'order.unknown_intent'; readonly intentId: string }
  /** The call could not be sent within the maximum time from its arrival to its frame. It was not sent. */
  | { readonly code: 'order.too_late' }
  /** The caller has the maximum number of ledger entries. The call was not sent. */
  | { readonly code: 'order.ledger_full' }
  /** The caller has the maximum number of orders whose exits wait, or all callers together have. Nothing was sent. */
  | { readonly code: 'order.too_many_exits'; readonly most: number }
  /** An operator tried to decide an entry whose outcome is known. */
  | { readonly code: 'order.already_decided'; readonly intentId: string; readonly state: string }

/** Reasons why a kill switch is not set. */
export type SwitchFailure =
  /** The caller's cancel-after has fired: it cancels until no earlier order is open. */
  | { readonly code: 'switch.fired' }
  /** The maximum number of callers have a halt or a cancel-after. */
  | { readonly code: 'switch.full' }

/** Reasons why a subscription, or a read that needs one, is refused. The numbers do not identify other callers. */
export type QuoteFailure =
  /** The caller has not subscribed the securities of a read. */
  | {
      readonly code: 'quote.not_subscribed'
      /** `Qot_Common.SubType` that the read needs. */
      readonly subType: number
      /** The securities without a subscription, as `HK.00700`. */
      readonly missing: readonly string[]
    }
  /** OpenD's subscription quota is used up, and there are no idle subscriptions to drop. */
  | {
      readonly code: 'quote.quota_exhausted'
      /** Units that the call needs and that are not subscribed yet. */
      readonly needed: number
      readonly free: number
      readonly total: number
      readonly usedByCaller: number
      readonly usedByOthers: number
      /** Time until dropped subscriptions free their units; null when there are none. */
      readonly retryAfterMs: number | null
    }
  /** The share of the quota of the caller's key is used up. */
  | {
      readonly code: 'quote.share_exceeded'
      readonly needed: number
      readonly held: number
      readonly share: number
    }

/** The reason why a push socket is not opened. */
export interface PushFailure {
  /** The caller has the maximum number of open sockets. */
  readonly code: 'push.too_many_sockets'
}

/** The call would exceed one of OpenD's own limits. It was not sent. */
export interface UpstreamFailure {
  readonly code: 'upstream.rate_limited'
  /** Calls of this kind that OpenD accepts within the window. */
  readonly limit: number
  readonly windowMs: number
  /** Time until the same call can be sent. */
  readonly retryAfterMs: number
}

/** OpenD replied with a refusal (-1, -500) or an internal failure (-100, -200, -400). */
export type OpendFailure =
  | (OpendReply & RefusedSecurities & { readonly code: 'opend.refused' })
  | (OpendReply & { readonly code: 'opend.failed' })

/** The securities that caused a refusal, as `HK.00700`; absent if it has another cause. */
export interface RefusedSecurities {
  /** The securities of the call that OpenD's text names. */
  readonly securities?: readonly string[]
  /** Options of the call that have expired: OpenD reports them as unknown. */
  readonly expired?: readonly string[]
}

/** The head of OpenD's response envelope. */
export interface OpendReply {
  readonly retType: number
  readonly retMsg: string | null
  readonly errCode: number | null
}

/**
 * A failure of the link to OpenD. The code names the stage that failed; `detail` is a short description (a text of
 * OpenD, a socket error); `retryInMs` is the time until the next attempt to connect.
 */
export type GatewayFailure = {
  readonly code: GatewayFailureCode
  readonly detail: string
  readonly retryInMs: number | null
}

/** The codes of the failures of the link. */
export type GatewayFailureCode =
  /** The TCP connection was refused or broke before it opened. */
  | 'gateway.connect_failed'
  /** The TCP connection did not open in time. */
  | 'gateway.connect_timeout'
  /** Connected, but InitConnect got no reply in time. */
  | 'gateway.init_timeout'
  /** OpenD refused InitConnect, or its answer is not an InitConnect reply. */
  | 'gateway.init_rejected'
  /** The link closed while the call waited for its reply. It is not known whether OpenD acted on the call. */
  | 'gateway.disconnected'
  /** OpenD sent bytes that are not its protocol, or a body length over the bound. */
  | 'gateway.bad_frame'
  /** A frame's SHA-1 did not match its body. */
  | 'gateway.bad_digest'
  /** OpenD did not answer a heartbeat in time. */
  | 'gateway.silent'
  /** The call was sent and had no reply before its deadline. It is not known whether OpenD acted on the call. */
  | 'gateway.call_timeout'
  /** The link did not come up before the call's deadline; the call was not sent. */
  | 'gateway.not_ready'
  /** The maximum number of calls is in flight. */
  | 'gateway.busy'
  /** An administrator parked the gateway; `POST /api/admin/reload` starts it again. */
  | 'gateway.parked'
  /** The Durable Object was restarted (eviction, deploy) during the call. */
  | 'gateway.object_restarted'
  /** OpenD's reply could not be decoded. */
  | 'gateway.bad_reply'

/** Faults of the gateway itself. */
export type ServerFailure =
  /** The reason is written to the log only, because it may contain a part of a secret. */
  | { readonly code: 'server.misconfigured' }
  | { readonly code: 'server.bug' }
  /** The storage failed to write what must be durable before an order is sent. The order was not sent. */
  | { readonly code: 'server.storage_failed' }

/** Creates a failure of the link; `retryInMs` if the time of the next attempt is known. */
export function linkFailure(code: GatewayFailureCode, detail: string, retryInMs: number | null = null): GatewayFailure {
  return { code, detail: shownText(detail), retryInMs }
}

/** The status fields of a reply of OpenD. */
interface ReplyHead {
  readonly retType: number
  readonly retMsg?: string | null | undefined
  readonly errCode?: number | null | undefined
}

/** Creates the failure for a reply of OpenD. Truncates its text, which is copied to the ledger and to error bodies. */
export function opendFailure(code: OpendFailure['code'], { retType, retMsg, errCode }: ReplyHead): OpendFailure {
  return { code, retType, retMsg: retMsg ? shownText(retMsg) : null, errCode: errCode ?? null }
}
