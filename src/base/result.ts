import type { Failure } from './failure.ts'

/** The outcome of something a caller can make fail: a value, or a failure as data. */
export type Result<Value> = Success<Value> | Failed

export interface Success<Value> {
  readonly ok: true
  readonly value: Value
}

export interface Failed {
  readonly ok: false
  readonly failure: Failure
}

export function succeed<Value>(value: Value): Success<Value> {
  return { ok: true, value }
}

export function fail(failure: Failure): Failed {
  return { ok: false, failure }
}
