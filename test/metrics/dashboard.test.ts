import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from '../docs/pages.ts'
import { parseExposition, type Family } from './exposition.ts'
import { wholePage } from './whole-page.ts'

/** The members of a dashboard that Grafana needs to import it. */
interface Dashboard {
  readonly __inputs: readonly { readonly name: string; readonly type: string; readonly pluginId: string }[]
  readonly __requires: readonly { readonly type: string; readonly id: string }[]
  readonly id: null
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly version: number
  readonly time: { readonly from: string; readonly to: string }
  readonly refresh: string
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] }
  readonly annotations: { readonly list: readonly unknown[] }
  readonly panels: readonly Panel[]
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: DataSource
  readonly fieldConfig?: { readonly defaults: { readonly unit: string }; readonly overrides: readonly unknown[] }
  readonly options?: object
  readonly targets?: readonly { readonly refId: string; readonly datasource: DataSource; readonly expr: string }[]
}

interface DataSource {
  readonly type: string
  readonly uid: string
}

const DASHBOARD = JSON.parse(textOf('src/docs/grafana-dashboard.json')) as Dashboard
const CHARTS = DASHBOARD.panels.filter(({ type }) => type !== 'row')

/** Prometheus adds these to every series of a target. */
const OF_SCRAPE: ReadonlySet<string> = new Set(['instance', 'job'])

/** A metric in a query, with its matchers. */
const SELECTOR = /\b((?:futu|opend_edge)_\w+)(?:\{([^}]*)\})?/g

test('the dashboard has what Grafana needs to import it', () => {
  const { __inputs, __requires, id, uid, title, schemaVersion, version, time, refresh, templating, annotations } =
    DASHBOARD
  assert.deepEqual(
    __inputs.map(({ name, type, pluginId }) => [name, type, pluginId]),
    [['DS_PROMETHEUS', 'datasource', 'prometheus']],
  )
  const required = new Set(__requires.map(({ id: name }) => name))
  assert.deepEqual(required, new Set(['grafana', 'prometheus', ...CHARTS.map(({ type }) => type)]))
  assert.equal(id, null, 'Grafana gives an imported dashboard its id')
  assert.deepEqual([uid, title, typeof schemaVersion, typeof version], ['opend-edge', 'opend-edge', 'number', 'number'])
  assert.deepEqual([time.from, time.to, refresh, annotations.list], ['now-6h', 'now', '30s', []])
  assert.deepEqual(
    templating.list.map(({ name }) => name),
    ['instance'],
  )
})

test('every panel is complete, has its own id and a place of its own', () => {
  const ids = DASHBOARD.panels.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  const cells = new Set<string>()
  for (const { title, gridPos } of DASHBOARD.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, `${title} is wider than the page`)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!cells.has(`${x},${y}`), `${title} lies over another panel`)
        cells.add(`${x},${y}`)
      }
    }
  }
  const source = { type: 'prometheus', uid: '${DS_PROMETHEUS}' }
  for (const { title, datasource, fieldConfig, options, targets = [] } of CHARTS) {
    assert.deepEqual(datasource, source, title)
    assert.ok(fieldConfig?.defaults.unit !== undefined && options !== undefined, title)
    assert.ok(targets.length > 0, title)
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
    for (const target of targets) assert.deepEqual(target.datasource, source, title)
  }
})

test('every metric and label of a query is on the page of a busy gateway', async () => {
  const families = parseExposition(await wholePage())
  const queries = CHARTS.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const variables = DASHBOARD.templating.list.map(({ definition }) => definition)
  assert.ok(queries.length > 40)
  for (const query of [...queries, ...variables]) {
    const used = [...query.matchAll(SELECTOR)]
    assert.ok(used.length > 0, query)
    const labels = used.map(([, name = '', matchers = '']) => {
      const known = labelsOf(families, name)
      assert.ok(known !== null, `${query}: there is no ${name}`)
      for (const [, label = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)) {
        assert.ok(known.has(label) || OF_SCRAPE.has(label), `${query}: ${name} has no label ${label}`)
      }
      return known
    })
    for (const [, by = ''] of query.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of by.split(', '))
        assert.ok(
          labels.some((one) => one.has(label)),
          `${query}: no metric has ${label}`,
        )
    }
  }
})

test('the labels of the legends are those that the query keeps', async () => {
  const families = parseExposition(await wholePage())
  for (const { title, targets = [] } of CHARTS) {
    for (const { expr, legendFormat = '' } of targets as readonly { expr: string; legendFormat?: string }[]) {
      const by = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ')
      const name = SELECTOR.exec(expr)?.[1] ?? ''
      SELECTOR.lastIndex = 0
      const kept = by === undefined ? (labelsOf(families, name) ?? new Set()) : new Set(by)
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok(kept.has(label), title)
    }
  }
})

test('what an operator must see has a panel', () => {
  const queries = CHARTS.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n')
  for (const metric of [
    ...['opend_edge_orders_total', 'futu_auth_limit_rejects_total', 'opend_edge_http_request_seconds_bucket'],
    ...['opend_edge_gateway_up', 'opend_edge_upstream_window_calls', 'opend_edge_gateway_pushes_total'],
    ...['opend_edge_subscriptions_upstream', 'opend_edge_orders_unknown_oldest_seconds'],
  ]) {
    assert.ok(queries.includes(metric), metric)
  }
})

/** The labels of all series with that name; null if the page has none. */
function labelsOf(families: readonly Family[], name: string): ReadonlySet<string> | null {
  const series = families.flatMap((family) => family.series).filter((one) => one.name === name)
  return series.length === 0 ? null : new Set(series.flatMap(({ labels }) => Object.keys(labels)))
}
