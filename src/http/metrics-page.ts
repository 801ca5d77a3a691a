import type { MetricSample } from '../../durable-objects/gateway-rpc.ts'

/** The content type of the Prometheus text format, version 0.0.4. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4'

/** What each metric says, for the people who read the page. */
const HELP: Readonly<Record<string, string>> = {
  futu_auth_events_total:
    'Tokens looked at, by door, outcome and key. A key shows as kh_ and 8 hex digits of SHA-256 of its id.',
  opend_edge_http_requests_total: 'Requests answered, by endpoint and status.',
  opend_edge_gateway_up: 'Whether the link to OpenD is up.',
  opend_edge_gateway_logged_in: 'Whether OpenD was logged in for quotes and trading when last asked.',
  opend_edge_gateway_pending_calls: 'Calls that wait for a reply of OpenD.',
  opend_edge_gateway_connects_total: 'Links to OpenD that came up.',
  opend_edge_gateway_links_lost_total: 'Links to OpenD that were lost.',
  opend_edge_gateway_pushes_total: 'Pushes received from OpenD.',
  opend_edge_gateway_replies_unmatched_total: 'Replies of OpenD that no call was waiting for.',
  opend_edge_gateway_calls_total: 'Calls settled, by outcome.',
  futu_auth_limit_rejects_total:
    'Order calls refused by a limit of their key or a halt, by door, key and gate. Keys show as kh_ and hex digits, too.',
  opend_edge_orders_total:
    'Order calls by what became of them. One whose reply was lost counts as unknown, and again when it is found.',
  opend_edge_orders_unknown: 'Orders whose reply was lost and of which nobody knows yet whether they exist.',
  opend_edge_push_sockets: 'Push sockets that are open.',
}

/** The samples in the Prometheus text format, each metric with its help and type. */
export function renderMetrics(samples: readonly MetricSample[]): string {
  return samples.map(renderSample).join('')
}

function renderSample({ name, type, values }: MetricSample): string {
  const help = HELP[name]
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
