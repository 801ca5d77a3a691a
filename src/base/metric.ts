/** One metric with its series. The help texts are in the module of the metrics page. */
export interface MetricSample {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/** A gauge without labels. Null for a value that is not known: the metric then has no series. */
export function gauge(name: string, value: number | null): MetricSample {
  return { name, type: 'gauge', values: value === null ? [] : [{ labels: {}, value }] }
}

/** A counter without labels. */
export function counter(name: string, value: number): MetricSample {
  return { name, type: 'counter', values: [{ labels: {}, value }] }
}
