import type { MetricSample } from '../base/metric.ts'

/** The content type of the Prometheus text format, version 0.0.4. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4'

/** What each metric says, for the people who read the page. */
export const METRIC_HELP: Readonly<Record<string, string>> = {
  futu_auth_events_total:
    'Tokens looked at, by door, outcome and key. A key shows as kh_ and 8 hex digits of SHA-256 of its id.',
  opend_edge_http_requests_total: 'Requests answered, by endpoint and status.',
  opend_edge_gateway_up: 'Whether the link to OpenD is up.',
  opend_edge_gateway_logged_in: 'Whether OpenD was logged in for quotes and trading when last asked.',
  opend_edge_gateway_account_pushes:
    'Whether OpenD has confirmed order and fill pushes of every trading account on the link that is up.',
  opend_edge_gateway_pending_calls: 'Calls that wait for a reply of OpenD.',
  opend_edge_gateway_attempts_total: 'Attempts to connect to OpenD, failed ones included.',
  opend_edge_gateway_connects_total: 'Links to OpenD that came up.',
  opend_edge_gateway_links_lost_total: 'Links to OpenD that were up and are gone.',
  opend_edge_gateway_pushes_total: 'Pushes received from OpenD.',
  opend_edge_gateway_replies_unmatched_total: 'Replies of OpenD that no call was waiting for.',
  opend_edge_gateway_calls_total: 'Calls settled, by outcome.',
  futu_auth_limit_rejects_total:
    'Order calls refused by a limit of their key or a halt, by door, key and gate. Keys show as kh_ and hex digits, too.',
  opend_edge_orders_total:
    'Order calls by what became of them. One whose reply was lost counts as unknown, and again when it is found.',
  opend_edge_orders_unknown: 'Orders whose reply was lost and of which nobody knows yet whether they exist.',
  opend_edge_switches_armed: 'Cancel-after switches whose time has not come.',
  opend_edge_switch_tasks_running: 'Halts and fired switches of which some order may be open still.',
  opend_edge_switch_task_oldest_seconds: 'How long the oldest of those has been due.',
  opend_edge_order_contradictions_total:
    'Orders that exist although their callers were told that they are absent or rejected.',
  opend_edge_storage_failing: 'Whether the storage of the gateway object refuses writes; orders are refused meanwhile.',
  opend_edge_storage_failures_total: 'Writes of orders and switches that the storage refused.',
  opend_edge_switches_stored: 'Whether the storage holds every halt and switch; 0 while it fails.',
  opend_edge_switch_cancels_total: 'Cancels sent by halts and switches, by outcome.',
  opend_edge_upstream_waiting_calls: "Calls that wait until OpenD's own limits let them go.",
  opend_edge_reads_total: 'Calls answered by the gateway object, by where the answer came from.',
  opend_edge_subscribers: 'Virtual connections with a subscription: callers over REST, and sockets.',
  opend_edge_subscriptions_held: 'Subscriptions, each counted as often as it is held.',
  opend_edge_subscriptions_upstream: 'Subscriptions at OpenD, lingering ones included.',
  opend_edge_subscriptions_lingering: 'Subscriptions at OpenD that nobody holds any more.',
  opend_edge_push_sockets: 'Push sockets that are open.',
  opend_edge_push_streams: 'Sequences of pushes that are kept, for those who listen or come back.',
  opend_edge_push_kept_bytes: 'Memory of kept pushes, estimated.',
  opend_edge_push_waiting_bytes: 'Memory of pushes that wait for slow clients, estimated.',
  opend_edge_push_frames_sent_total: 'Pushes sent to clients; one push to two clients counts twice.',
  opend_edge_push_frames_conflated_total: 'Values that a newer one replaced before they were sent.',
  opend_edge_push_events_dropped_total: 'Ticks, orders and fills that a slow client did not get.',
  opend_edge_push_lagged_total: 'Times that a client was told so.',
  opend_edge_push_sockets_closed_slow_total: 'Sockets closed because their clients were too slow.',
}

/** The samples in the Prometheus text format, each metric with its help and type. */
export function renderMetrics(samples: readonly MetricSample[]): string {
  return samples.map(renderSample).join('')
}

function renderSample({ name, type, values }: MetricSample): string {
  const help = METRIC_HELP[name]
  const lines = help === undefined ? [] : [`# HELP ${name} ${help}`]
  lines.push(`# TYPE ${name} ${type}`)
  for (const { labels, value } of values) lines.push(`${name}${renderLabels(labels)} ${value}`)
  return `${lines.join('\n')}\n`
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => ESCAPES[char] ?? char)
}
