/**
 * What the audit records. `detail` holds few, short, plain values: never a token, a hash of one, or a body.
 *
 *     order    a change of state of an entry of the ledger
 *     key      a key or child token was made, changed, rotated, revoked or imported
 *     hook     a hook was made, changed, paused, resumed, deleted, or got another secret
 *     switch   a halt, its end, or a cancel-after
 *     admin    another call with the scope admin: reload, shutdown, an entry resolved by hand
 *     link     a connector came, went, or took over the link to OpenD
 *     denial   a call without a valid token or without the right, sampled under a flood
 */
export const AUDIT_KINDS = ['order', 'key', 'hook', 'switch', 'admin', 'link', 'denial'] as const

/** One of the kinds. */
export type AuditKind = (typeof AUDIT_KINDS)[number]

/** The interface over which a call came; `gateway` for what the gateway does by itself. */
export type AuditInterface = 'rest' | 'ws' | 'gateway'

/** An event as its source reports it. */
export interface AuditEvent {
  readonly kind: AuditKind
  readonly iface: AuditInterface
  /** The caller (`key:ann`), or `<missing>` and `<invalid>` for a request without a valid token. */
  readonly caller: string
  /** What was done: `POST /api/order`, `create`, `halt`, `reserved -> accepted`. */
  readonly action: string
  readonly outcome: 'allow' | 'reject'
  /** The code of the failure; null where the outcome is `allow`. */
  readonly code: string | null
  readonly requestId: string | null
  readonly intentId: string | null
  /** OpenD's connection and serial number of the frame that carried an order call, `connection/serial`. */
  readonly sentAs: string | null
  readonly orderId: string | null
  readonly accId: string | null
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
}

/** An event as it is stored. */
export interface AuditRow extends AuditEvent {
  /** 1 for the first row ever; no number is left out. */
  readonly seq: number
  /** Unix ms. */
  readonly atMs: number
  /** Denials that were not recorded since the row before, because there were too many. */
  readonly leftOut: number
  /** SHA-256 (hex) over the hash of the row before and this row: see `audit-chain.ts`. */
  readonly hash: string
}

/** An event with null for all that is not given. */
export function auditEvent(
  kind: AuditKind,
  event: Pick<AuditEvent, 'caller' | 'action'> & Partial<Omit<AuditEvent, 'kind'>>,
): AuditEvent {
  return {
    kind,
    iface: 'gateway',
    outcome: 'allow',
    code: null,
    requestId: null,
    intentId: null,
    sentAs: null,
    orderId: null,
    accId: null,
    detail: {},
    ...event,
  }
}
