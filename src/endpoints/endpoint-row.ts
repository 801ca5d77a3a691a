import type { ProtocolName } from '../../proto/messages.ts'
import type { Scope } from '../auth/scope.ts'
import type { CallName, OrderName } from '../calls.ts'
import type { WireMessage } from '../wire/json/json-wire-value.ts'

/** The description of an endpoint that is a call of OpenD. */
export interface EndpointRow<Name extends ProtocolName = ProtocolName> {
  readonly method: 'GET' | 'POST'
  readonly path: `/api/${string}`
  readonly group: 'System' | 'Quote' | 'Trade'
  /** One of them is enough. The first is the one in the API's list; the others are narrower additions. */
  readonly scopes: readonly [Scope, ...Scope[]]
  /** The call's name in the table of calls and in the schema, whose `C2S` is the body. */
  readonly protocol: Name
  readonly purpose: string
  /** The message of an endpoint that takes no body. */
  readonly fixedC2S?: WireMessage
  /** Most securities in one list; 100 by default. */
  readonly maxSecurities?: number
  /** Defaults of fields that the body lacks, by proto name. */
  readonly impliedFields?: WireMessage
  /** Proto names of fields of which at least one must be present, not empty, not 0 and not false. */
  readonly needsOneOf?: readonly string[]
  /** `sub_type_list` is accepted: those types are subscribed for the caller before the call. */
  readonly subscribesFirst?: true
  /** `?partial=true` is accepted: the answer leaves out the securities that OpenD refuses. */
  readonly hasPartial?: true
  /** `?dry_run=true` is accepted: all checks are made, and the call is not sent. */
  readonly hasDryRun?: true
  /** Fields with a fixed value on this path, by proto name. A body may repeat the value and cannot change it. */
  readonly fixedFields?: WireMessage
  /** The only fields that a body may have, by proto name; all fields of the message by default. */
  readonly takenFields?: readonly string[]
}

/** The scopes for order calls. The gateway then checks the environment of the account. */
export const TRADERS = ['trade:real', 'trade:simulate'] as const

/** Method and path, as in `GET /api/accounts`. */
export type Route = `${EndpointRow['method']} ${EndpointRow['path']}`

/** What a row may have beside the usual. */
export type Extras = Partial<EndpointRow<CallName>>

/** A call about OpenD itself, without a body. */
export function system(route: Route, protocol: CallName, purpose: string, fixedC2S: WireMessage) {
  return row(route, 'System', ['qot:read'], protocol, purpose, { fixedC2S })
}

/** A call about quotes. */
export function quote(route: Route, protocol: CallName, purpose: string, extras: Extras = {}) {
  return row(route, 'Quote', ['qot:read'], protocol, purpose, extras)
}

/** A change of the user's own settings: watchlists, price reminders, alerts. They are those of the login. */
export function setting(route: Route, protocol: CallName, purpose: string, extras: Extras = {}) {
  return row(route, 'Quote', ['qot:write'], protocol, purpose, extras)
}

/** A call about accounts that is not an order. */
export function account(route: Route, protocol: CallName, purpose: string, extras: Extras = {}) {
  return row(route, 'Trade', ['acc:read'], protocol, purpose, extras)
}

/** The call that unlocks or locks trading. */
export function unlock(route: Route, protocol: CallName, purpose: string) {
  return row(route, 'Trade', ['trade:real', 'trade:unlock'], protocol, purpose, {})
}

/** An order call. `trade:simulate` is enough here; the gateway then checks the environment of the account. */
export function order(route: Route, protocol: OrderName, purpose: string, extras: Extras) {
  return row(route, 'Trade', TRADERS, protocol, purpose, extras)
}

function row(
  route: Route,
  group: EndpointRow['group'],
  scopes: EndpointRow['scopes'],
  protocol: CallName,
  purpose: string,
  extras: Extras,
): EndpointRow<CallName> {
  const [method, path] = splitRoute(route)
  return { method, path, group, scopes, protocol, purpose, ...extras }
}

function splitRoute(route: Route): [EndpointRow['method'], EndpointRow['path']] {
  // The type guarantees a method, a blank and a path.
  return route.split(' ') as [EndpointRow['method'], EndpointRow['path']]
}
