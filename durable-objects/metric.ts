import type { MetricSample } from './gateway-rpc.ts'

/** A value that goes up and down, without labels. */
export function gauge(name: string, value: number): MetricSample {
  return { name, type: 'gauge', values: [{ labels: {}, value }] }
}

/** A value that only grows, without labels. */
export function counter(name: string, value: number): MetricSample {
  return { name, type: 'counter', values: [{ labels: {}, value }] }
}
