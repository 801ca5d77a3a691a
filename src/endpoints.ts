import { type Scope, SCOPES } from './auth/scope.ts'
import { type CallFacts, CALLS, type CallTable, type OrderName, type OrderProtoId } from './calls.ts'
import { API_ROWS } from './endpoints/api-rows.ts'
import { type EndpointRow, TRADERS } from './endpoints/endpoint-row.ts'

/** An endpoint: its row, with the facts of its call in the table of calls. */
export interface ApiEndpoint extends EndpointRow {
  readonly protoId: number
  /** Where the call contains account ids, if it does. */
  readonly accounts?: CallFacts['accounts']
  /** The call can place, change or cancel an order, so the limits and the ledger apply. */
  readonly isOrder: boolean
  /** A Worker isolate may cache the answer for 100 ms. */
  readonly isIsolateCached: boolean
  /** The message may also come in the query of a GET: the call changes nothing. */
  readonly takesQuery: boolean
}

/** The endpoint of an order call. */
export interface OrderEndpoint extends ApiEndpoint {
  readonly protocol: OrderName
  readonly protoId: OrderProtoId
  readonly isOrder: true
}

/** Whether a row is that of an order call. Only these calls are in the order ledger. */
export function isOrderEndpoint(endpoint: ApiEndpoint): endpoint is OrderEndpoint {
  return endpoint.isOrder
}

/** The scopes for reading the order ledger. A caller sees its own entries; `admin` may see all. */
export const LEDGER_READERS = ['acc:read', ...TRADERS, 'admin'] as const

/** The scopes for halts. Scopes other than `admin` are for the caller's own key only. */
export const SWITCHERS = [...TRADERS, 'admin'] as const

/**
 * The endpoints of rows, each with the facts of its call. Throws for a call that the table does not have.
 */
export function endpointsOf(table: CallTable, rows: readonly EndpointRow[]): readonly ApiEndpoint[] {
  return rows.map((one) => {
    const call = table[one.protocol]
    if (call === undefined) throw new Error(`${one.path}: calls.ts has no row for ${one.protocol}`)
    const { protoId, kind, accounts, isIsolateCached = false } = call
    const named = accounts === undefined ? {} : { accounts }
    return {
      ...one,
      protoId,
      ...named,
      isOrder: kind === 'order',
      isIsolateCached,
      takesQuery: one.method === 'POST' && kind === 'read',
    }
  })
}

/** The API: every endpoint that becomes a call of OpenD. */
export const API_ENDPOINTS: readonly ApiEndpoint[] = endpointsOf(CALLS, API_ROWS)

/** An endpoint that is not a call of OpenD. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  readonly path: OperationPath
  /** One of them is enough. Without scopes no token is checked, except for `/metrics` with `METRICS_AUTH=scope`. */
  readonly scopes: readonly Scope[]
  readonly purpose: string
}

/** The paths of the operations. */
export type OperationPath =
  | '/api/me'
  | '/api/tokens'
  | '/api/tokens/{id}/revoke'
  | '/api/order-intents'
  | '/api/order-intents/{id}'
  | '/api/trading/halts'
  | '/api/trading/halt'
  | '/api/trading/resume'
  | '/api/trading/cancel-after'
  | '/api/hooks'
  | '/api/hooks/{id}'
  | '/api/hooks/{id}/pause'
  | '/api/hooks/{id}/resume'
  | '/api/hooks/{id}/rotate'
  | '/api/hooks/{id}/delete'
  | '/api/hooks/{id}/test'
  | '/api/hooks/{id}/deliveries'
  | '/api/hooks/{id}/deliveries/{delivery}'
  | '/api/hooks/{id}/deliveries/{delivery}/dry-run'
  | '/hooks/{id}'
  | '/hooks/{id}/{secret}'
  | '/metrics'
  | '/openapi.json'
  | '/health'
  | '/readyz'
  | '/ws'
  | '/connector'
  | '/api/admin/status'
  | '/api/admin/doctor'
  | '/api/admin/reload'
  | '/api/admin/shutdown'
  | '/api/admin/order-intents/{id}/resolve'
  | '/api/admin/keys'
  | '/api/admin/keys/{id}'
  | '/api/admin/keys/{id}/rotate'
  | '/api/admin/keys/{id}/revoke'
  | '/api/admin/key-file'
  | '/api/admin/audit'
  | '/api/admin/audit-file'

/** The order ledger, halts and cancel-afters, then the endpoints for operators and monitors, and the push socket. */
export const OPERATIONS: readonly Operation[] = [
  operation('GET', '/api/me', SCOPES, 'Who the caller is: key, scopes, accounts, limits and what is left of them'),
  operation('GET', '/api/tokens', SCOPES, 'Child tokens of the calling key'),
  operation('POST', '/api/tokens', SCOPES, 'Make a child token of the calling key, with less than its rights'),
  operation('POST', '/api/tokens/{id}/revoke', SCOPES, 'Revoke a child token of the calling key'),
  operation('GET', '/api/order-intents', LEDGER_READERS, 'Order calls in the ledger, newest first'),
  operation('GET', '/api/order-intents/{id}', LEDGER_READERS, 'One order call: its state and its reply'),
  operation('GET', '/api/trading/halts', SWITCHERS, "Halts and cancel-afters in force: the caller's, or all"),
  operation('POST', '/api/trading/halt', SWITCHERS, 'Stop new orders and changes of a key, an account or all'),
  operation('POST', '/api/trading/resume', SWITCHERS, 'End a halt'),
  operation('POST', '/api/trading/cancel-after', TRADERS, "Cancel the key's open orders unless renewed in time"),
  operation('GET', '/api/hooks', TRADERS, 'The hooks of the calling key'),
  operation('POST', '/api/hooks', TRADERS, 'Make a hook, which turns alerts into orders of the calling key'),
  operation('GET', '/api/hooks/{id}', TRADERS, 'One hook'),
  operation('POST', '/api/hooks/{id}', TRADERS, 'Change settings of a hook'),
  operation('POST', '/api/hooks/{id}/pause', TRADERS, 'Refuse the alerts of a hook until it is resumed'),
  operation('POST', '/api/hooks/{id}/resume', TRADERS, 'Carry out the alerts of a hook again'),
  operation('POST', '/api/hooks/{id}/rotate', TRADERS, 'Give a hook a new secret; the old one may overlap'),
  operation('POST', '/api/hooks/{id}/delete', TRADERS, 'Delete a hook with its deliveries'),
  operation('POST', '/api/hooks/{id}/test', TRADERS, 'What a body would lead to; nothing is stored or sent'),
  operation('GET', '/api/hooks/{id}/deliveries', TRADERS, 'What became of the alerts of a hook, newest first'),
  operation('GET', '/api/hooks/{id}/deliveries/{delivery}', TRADERS, 'One alert, and what became of it'),
  operation('POST', '/api/hooks/{id}/deliveries/{delivery}/dry-run', TRADERS, 'What an alert would lead to now'),
  operation('POST', '/hooks/{id}/{secret}', [], 'Take an alert; the secret is in the path'),
  operation('POST', '/hooks/{id}', [], "Take an alert; the secret is in the body, or the key's token in the header"),
  operation('GET', '/metrics', [], 'Counters and gauges for Prometheus'),
  operation('GET', '/openapi.json', [], 'The API for programs, in OpenAPI 3.1'),
  operation('GET', '/health', [], 'Whether the Worker runs'),
  operation('GET', '/readyz', [], 'Whether calls can be answered: link up, OpenD logged in'),
  operation('GET', '/ws', ['qot:read'], 'WebSocket for pushes'),
  operation('GET', '/connector', ['gateway'], 'WebSocket of the connector beside OpenD'),
  operation('GET', '/api/admin/status', ['admin'], 'State of the link to OpenD and of the login'),
  operation('GET', '/api/admin/doctor', ['admin'], 'What is right and wrong between the gateway and OpenD'),
  operation('POST', '/api/admin/reload', ['admin'], 'Clear the caches and reconnect to OpenD'),
  operation('POST', '/api/admin/shutdown', ['admin'], 'Finish the calls in flight and shut the gateway down'),
  operation(
    'POST',
    '/api/admin/order-intents/{id}/resolve',
    ['admin'],
    'Decide an order call whose outcome is unknown',
  ),
  operation('GET', '/api/admin/keys', ['admin'], 'All keys, without their hashes'),
  operation('POST', '/api/admin/keys', ['admin'], 'Make a key'),
  operation('GET', '/api/admin/keys/{id}', ['admin'], 'One key'),
  operation('POST', '/api/admin/keys/{id}', ['admin'], 'Change fields of a key'),
  operation('POST', '/api/admin/keys/{id}/rotate', ['admin'], 'Give a key a new secret; the old one may overlap'),
  operation('POST', '/api/admin/keys/{id}/revoke', ['admin'], 'Delete a key with its child tokens'),
  operation('GET', '/api/admin/key-file', ['admin'], 'The keys of the service as a keys.json'),
  operation('POST', '/api/admin/key-file', ['admin'], 'Store the keys of a keys.json'),
  operation('GET', '/api/admin/audit', ['admin'], 'Who did what: orders, keys, switches, admin calls, denials'),
  operation('GET', '/api/admin/audit-file', ['admin'], 'The audit as JSON Lines, for a check of its chain'),
]

function operation(
  method: Operation['method'],
  path: OperationPath,
  scopes: readonly Scope[],
  purpose: string,
): Operation {
  return { method, path, scopes, purpose }
}
