import type { Failure } from './failure.ts'

/** The outcome of an operation that a caller can make fail: a value, or a failure as data. */
export type Result<Value> = Success<Value> | Failed

/** The success of an operation, with its value. */
export interface Success<Value> {
  readonly ok: true
  readonly value: Value
}

/** The failure of an operation. */
export interface Failed {
  readonly ok: false
  readonly failure: Failure
}

/** Wraps a value. */
export function succeed<Value>(value: Value): Success<Value> {
  return { ok: true, value }
}

/** Wraps a failure. */
export function fail(failure: Failure): Failed {
  return { ok: false, failure }
}
