import type { MetricSample } from '../../base/metric.ts'

/** The content type of the Prometheus text format, version 0.0.4. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4'

/** The help text of each metric. */
export const METRIC_HELP: Readonly<Record<string, string>> = {
  futu_auth_events_total:
    'Tokens checked, by interface, outcome and key. A key appears as kh_ and 8 hex digits of the SHA-256 of its id.',
  opend_edge_http_requests_total: 'Requests answered, by endpoint and status.',
  opend_edge_http_request_seconds:
    'Time from the arrival of a request to its answer, by endpoint; research reads share <research>.',
  opend_edge_gateway_up: 'Whether the link to OpenD is up.',
  opend_edge_gateway_stage: 'The stage of the link: 1 for the present one, 0 for the others.',
  opend_edge_gateway_stage_age_seconds: 'Time since the present stage of the link began.',
  opend_edge_gateway_logged_in:
    'Whether OpenD was logged in to its quote and trade servers at the last check. No series while that is not known.',
  opend_edge_connectors: 'Connectors, by state: active carries the link to OpenD, standby waits.',
  opend_edge_connector_takeovers_total: 'Links to OpenD that came up over another connector than the one before.',
  opend_edge_gateway_account_pushes:
    'Whether OpenD has confirmed order and fill pushes of every trading account on the link that is up.',
  opend_edge_gateway_pending_calls: 'Calls that wait for the link or for a reply of OpenD.',
  opend_edge_gateway_pending_oldest_seconds: 'For how long the oldest of these calls has waited; 0 without one.',
  opend_edge_gateway_attempts_total: 'Attempts to connect to OpenD, failed ones included.',
  opend_edge_gateway_connects_total: 'Connections to OpenD that were established.',
  opend_edge_gateway_links_lost_total: 'Established connections to OpenD that were lost.',
  opend_edge_gateway_replies_unmatched_total: 'Replies from OpenD for which no call was waiting.',
  opend_edge_gateway_calls_total: 'Calls of the link that ended, by outcome: answered by OpenD, or failed.',
  opend_edge_upstream_window_calls:
    "Calls that count against OpenD's limit now, by call. For limits of accounts: those of the account with the most.",
  opend_edge_upstream_window_limit: 'Calls that OpenD allows in 30 s, by call. No series without a recent call.',
  opend_edge_upstream_waiting_calls: "Calls that wait because of OpenD's own limits.",
  opend_edge_storage_bytes: 'Size of the SQLite storage of the gateway object.',
  opend_edge_upstream_calls_total:
    "Calls to OpenD that ended, by call and outcome: answered, lost, limited by OpenD's limits, or not sent.",
  opend_edge_gateway_pushes_total: 'Pushes received from OpenD, by push.',
  opend_edge_gateway_push_last_timestamp_seconds: 'When the last such push was received, Unix time.',
  opend_edge_gateway_notices_total: 'Notices of OpenD about itself, by type and content.',
  futu_auth_limit_rejects_total:
    'Order calls refused by a limit of the key or a halt, by interface, key and limit. Keys appear as kh_ and hex digits.',
  opend_edge_hook_deliveries_total: 'Alerts of hooks by what became of them.',
  opend_edge_orders_total:
    'Order calls, by outcome. A call whose reply was lost counts as unknown, and again when its outcome is known.',
  opend_edge_exits_waiting: 'Orders whose exits wait: for a fill, for a price, or for their own fill.',
  opend_edge_orders_in_flight: 'Order calls that are in the ledger and have no outcome yet, without the unknown ones.',
  opend_edge_orders_unknown: 'Order calls whose reply was lost and whose outcome is not known yet.',
  opend_edge_orders_unknown_oldest_seconds: 'Age of the oldest of these order calls; 0 without one.',
  opend_edge_switches_armed: 'Cancel-afters whose time has not come.',
  opend_edge_switch_tasks_running: 'Halts and expired cancel-afters that are still cancelling orders.',
  opend_edge_switch_task_oldest_seconds: 'Age of the oldest halt or cancel-after that is still cancelling orders.',
  opend_edge_order_contradictions_total: 'Orders that exist although they were reported as absent or rejected.',
  opend_edge_storage_failing: 'Whether the storage of the gateway object refuses writes. Orders are refused meanwhile.',
  opend_edge_storage_failures_total: 'Writes of orders, halts and cancel-afters that the storage refused.',
  opend_edge_switches_stored: 'Whether every halt and cancel-after is stored; 0 while the storage fails.',
  opend_edge_switch_cancels_total: 'Cancels sent by halts and cancel-afters, by outcome.',
  opend_edge_reads_total: 'Calls answered by the gateway object, by source of the answer.',
  opend_edge_subscribers: 'Callers over REST and push sockets that have a subscription.',
  opend_edge_subscriptions_held: 'Subscriptions of all callers and sockets together.',
  opend_edge_subscriptions_upstream: 'Subscriptions at OpenD, including those that are no longer used.',
  opend_edge_subscriptions_lingering: 'Subscriptions at OpenD that are no longer used.',
  opend_edge_subscription_changes_waiting: 'Subscriptions of callers that wait for OpenD.',
  opend_edge_subscription_quota: 'Subscriptions that OpenD allows the login. No series until OpenD has reported it.',
  opend_edge_subscription_quota_free:
    'Subscriptions that were left of it when OpenD last reported it, less those made since. No series until then.',
  opend_edge_push_sockets: 'Open push sockets.',
  opend_edge_push_streams: 'Push streams in memory, for connected and resuming clients.',
  opend_edge_push_kept_bytes: 'Estimated memory of the pushes that are stored for resuming clients.',
  opend_edge_push_waiting_bytes: 'Estimated memory of the pushes that wait for slow clients.',
  opend_edge_push_frames_sent_total: 'Pushes sent to clients. A push to two clients counts twice.',
  opend_edge_push_frames_conflated_total: 'Values that were replaced by a newer one before they were sent.',
  opend_edge_push_events_dropped_total: 'Ticks, orders and fills that were dropped because a client was too slow.',
  opend_edge_push_lagged_total: 'Messages to clients that events were dropped.',
  opend_edge_push_sockets_closed_slow_total: 'Sockets closed because their clients were too slow.',
  futu_ws_filtered_pushes_total:
    'Order and fill pushes that open sockets did not get because their keys lack the scope, by scope and key.',
}

/** The samples in the Prometheus text format, each metric with its help and type. */
export function renderMetrics(samples: readonly MetricSample[]): string {
  const families = Map.groupBy(samples, ({ name }) => familyOf(name))
  return [...families].map(([family, members]) => renderFamily(family, members)).join('')
}

/** The family of a series: the three series of a histogram share one, which has the help and the type. */
export function familyOf(name: string): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, '')
  return HISTOGRAMS.has(base) ? base : name
}

const HISTOGRAMS: ReadonlySet<string> = new Set(['opend_edge_http_request_seconds'])

function renderFamily(family: string, members: readonly MetricSample[]): string {
  const help = METRIC_HELP[family]
  const type = HISTOGRAMS.has(family) ? 'histogram' : (members[0]?.type ?? 'untyped')
  const head = help === undefined ? [] : [`# HELP ${family} ${help}`]
  return `${[...head, `# TYPE ${family} ${type}`, ...members.flatMap(renderSample)].join('\n')}\n`
}

function renderSample({ name, values }: MetricSample): readonly string[] {
  const lines: string[] = []
  for (const { labels, value } of values) lines.push(`${name}${renderLabels(labels)} ${value}`)
  return lines
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => ESCAPES[char] ?? char)
}
