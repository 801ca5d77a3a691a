import type { FieldFailure } from './field-problem.ts'
import { shownText } from './shown-text.ts'

/**
 * Every failure a caller can meet, as data. The union is closed: `problem/problem.ts` turns each member into a
 * status and a sentence with one exhaustive switch, and a new member does not compile until it is there.
 *
 * `code` is stable and public (it is the `code` of the error body). The other members are facts for the sentence;
 * none of them may hold a secret, a key hash or another caller's data.
 */
export type Failure =
  | RequestFailure
  | AuthFailure
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

/** What is wrong with the request itself. */
export type RequestFailure =
  /** `nearest` is a path of the table, for callers with a token that is right; null otherwise. */
  | { readonly code: 'request.unknown_path'; readonly path: string; readonly nearest: string | null }
  | { readonly code: 'request.method_not_allowed'; readonly method: string; readonly allow: readonly string[] }
  | { readonly code: 'request.too_large'; readonly limitBytes: number }
  /** The client went away while it sent the body, or the body ended before its declared length. */
  | { readonly code: 'request.incomplete_body' }
  | { readonly code: 'request.invalid_utf8' }
  | { readonly code: 'request.malformed_json'; readonly detail: string }
  | FieldFailure
  | { readonly code: 'request.unexpected_body' }
  | { readonly code: 'request.upgrade_required' }

/** Who is asking, and may they. The first four are the outcomes of RFC 6750 section 3. */
export type AuthFailure =
  | { readonly code: 'auth.missing_token' }
  | { readonly code: 'auth.malformed_token' }
  | { readonly code: 'auth.invalid_token' }
  | { readonly code: 'auth.expired_token' }
  | { readonly code: 'auth.insufficient_scope'; readonly scopes: readonly string[] }
  | { readonly code: 'auth.account_not_allowed' }
  /** A JWT without limits of its own or configured ones may not trade real accounts. */
  | { readonly code: 'auth.limits_missing' }
  | { readonly code: 'auth.origin_not_allowed' }
  /** The keys of the token's issuer could not be fetched, so nothing can be said about the token. */
  | { readonly code: 'auth.issuer_unavailable'; readonly detail: string }

/** Why a trade call is not sent upstream. */
export type TradeFailure =
  | { readonly code: 'trade.unknown_account'; readonly accId: string }
  | { readonly code: 'trade.environment_mismatch'; readonly accId: string; readonly accountEnv: 'simulate' | 'real' }

/** An order limit said no; the last part of the code is the gate. `text` is for the caller, without numbers of others. */
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
  /** When the same call may pass; null when waiting does not help. */
  readonly retryAfterMs: number | null
}

/** What the ledger says about an order call; `intentId` names its entry. */
export type OrderFailure =
  /** The idempotency key stands for another order already. */
  | { readonly code: 'order.idempotency_conflict'; readonly intentId: string }
  /** The first call with that key has not been answered yet. */
  | { readonly code: 'order.in_flight'; readonly intentId: string }
  /** The reply was lost, and the order was looked for and is surely not there: it may be sent again. */
  | { readonly code: 'order.absent'; readonly intentId: string }
  /** The reply to a change was lost, and its order has ended: whether the change was made in between cannot be told. */
  | { readonly code: 'order.lapsed'; readonly intentId: string }
  | { readonly code: 'order.unknown_intent'; readonly intentId: string }
  /** The call could not be sent within the time that an order call has from its arrival to its frame. Nothing was sent. */
  | { readonly code: 'order.too_late' }
  /** The ledger keeps as many entries of this caller as it may. Nothing was sent. */
  | { readonly code: 'order.ledger_full' }
  /** An operator wants to decide an entry whose outcome is known. */
  | { readonly code: 'order.already_decided'; readonly intentId: string; readonly state: string }

/** Why a switch is not set. */
export type SwitchFailure =
  /** The time of the caller's cancel-after has come: it cancels until no order made before is open. */
  | { readonly code: 'switch.fired' }
  /** As many callers as there is room for have halted themselves, or armed a cancel-after. */
  | { readonly code: 'switch.full' }

/** Why a subscription, or a read that needs one, is refused. The numbers are counts; none of them names another caller. */
export type QuoteFailure =
  /** A read of securities that the caller has not subscribed. */
  | {
      readonly code: 'quote.not_subscribed'
      /** `Qot_Common.SubType` that the read needs. */
      readonly subType: number
      /** The securities without it, as `HK.00700`. */
      readonly missing: readonly string[]
    }
  /** OpenD's subscription quota is used up, and nobody's idle subscriptions could be taken back. */
  | {
      readonly code: 'quote.quota_exhausted'
      /** Units the call needs and nobody holds yet. */
      readonly needed: number
      readonly free: number
      readonly total: number
      readonly usedByCaller: number
      readonly usedByOthers: number
      /** When dropped subscriptions give their units back; null when none is about to. */
      readonly retryAfterMs: number | null
    }
  /** The caller's key may hold only a part of the quota. */
  | {
      readonly code: 'quote.share_exceeded'
      readonly needed: number
      readonly held: number
      readonly share: number
    }

/** Why a push socket is not opened. */
export interface PushFailure {
  /** The caller has as many open sockets as one may have. */
  readonly code: 'push.too_many_sockets'
}

/** The gateway keeps OpenD's own limits, so that OpenD never has to refuse. Nothing was sent. */
export interface UpstreamFailure {
  readonly code: 'upstream.rate_limited'
  /** Calls of this kind that OpenD takes within the window. */
  readonly limit: number
  readonly windowMs: number
  /** When the same call can be sent. */
  readonly retryAfterMs: number
}

/** OpenD answered, and its answer is a refusal (-1, -500) or a failure of its own (-100, -200, -400). */
export type OpendFailure =
  | (OpendReply & RefusedSecurities & { readonly code: 'opend.refused' })
  | (OpendReply & { readonly code: 'opend.failed' })

/** Securities that a refusal is about, as `HK.00700`; absent where it is about none. */
export interface RefusedSecurities {
  /** Those of the call that OpenD's text names. */
  readonly securities?: readonly string[]
  /** Options of the call whose last day has passed: OpenD calls them unknown. */
  readonly expired?: readonly string[]
}

/** The head of OpenD's response envelope. */
export interface OpendReply {
  readonly retType: number
  readonly retMsg: string | null
  readonly errCode: number | null
}

/**
 * Why the link to OpenD could not carry a call. Each code names the stage that failed; `detail` is a short fact
 * in plain words (an OpenD text, a socket error), `retryInMs` says when the next connection attempt starts.
 */
export type GatewayFailure = {
  readonly code: GatewayFailureCode
  readonly detail: string
  readonly retryInMs: number | null
}

/** The stages of the link, each with its own name for what went wrong. */
export type GatewayFailureCode =
  /** The TCP connection was refused or broke before it opened. */
  | 'gateway.connect_failed'
  /** The TCP connection did not open in time. */
  | 'gateway.connect_timeout'
  /** Connected, but InitConnect got no reply in time. */
  | 'gateway.init_timeout'
  /** OpenD answered InitConnect with a refusal, or with something that is no InitConnect reply. */
  | 'gateway.init_rejected'
  /** The link closed while the call was waiting for its reply. Whether OpenD acted on it is not known. */
  | 'gateway.disconnected'
  /** OpenD sent bytes that are not its protocol, or a body length over the bound. */
  | 'gateway.bad_frame'
  /** A frame's SHA-1 did not match its body. */
  | 'gateway.bad_digest'
  /** OpenD went quiet: no byte for longer than the keep-alive allows. */
  | 'gateway.silent'
  /** The call was sent and no reply came before its deadline. Whether OpenD acted on it is not known. */
  | 'gateway.call_timeout'
  /** The link did not come up before the call's deadline; nothing was sent. */
  | 'gateway.not_ready'
  /** More calls in flight than the bound. */
  | 'gateway.busy'
  /** An administrator parked the gateway; `POST /api/admin/reload` brings it back. */
  | 'gateway.parked'
  /** The Durable Object was restarted (eviction, deploy) while it held the call. */
  | 'gateway.object_restarted'
  /** OpenD's reply does not decode as the message it should be. */
  | 'gateway.bad_reply'

/** Our own faults. */
export type ServerFailure =
  /** What is wrong goes to the log only: it may repeat a part of a secret. */
  | { readonly code: 'server.misconfigured' }
  | { readonly code: 'server.bug' }
  /** The storage does not take what must be durable before an order may leave. Nothing was sent. */
  | { readonly code: 'server.storage_failed' }

/** A failure of the link; `retryInMs` where the next connection attempt is known. */
export function linkFailure(code: GatewayFailureCode, detail: string, retryInMs: number | null = null): GatewayFailure {
  return { code, detail: shownText(detail), retryInMs }
}

/** What a reply of OpenD states beside its content. */
interface ReplyHead {
  readonly retType: number
  readonly retMsg?: string | null | undefined
  readonly errCode?: number | null | undefined
}

/** The failure that a reply of OpenD is. Its message is cut: the ledger and every error body repeat it. */
export function opendFailure(code: OpendFailure['code'], { retType, retMsg, errCode }: ReplyHead): OpendFailure {
  return { code, retType, retMsg: retMsg ? shownText(retMsg) : null, errCode: errCode ?? null }
}
