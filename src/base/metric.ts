/** One metric with its series. The help texts are kept beside the page that prints them. */
export interface MetricSample {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/** A value that goes up and down, without labels. */
export function gauge(name: string, value: number): MetricSample {
  return { name, type: 'gauge', values: [{ labels: {}, value }] }
}

/** A value that only grows, without labels. */
export function counter(name: string, value: number): MetricSample {
  return { name, type: 'counter', values: [{ labels: {}, value }] }
}
