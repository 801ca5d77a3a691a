import type { Failed } from '../../base/result.ts'
import { describe } from '../../problem/problem.ts'
import type { StreamName } from '../../subscriptions/stream.ts'
import type { ClientOp, MessageId } from './client-message.ts'
import { resumeJson, type ResumeReport } from '../outbox/resume-report.ts'

/** A reply's outcome: facts for the client, or the failure. */
export type ReplyOutcome = { readonly ok: true; readonly facts?: Readonly<Record<string, unknown>> } | Failed

/**
 * The reply to a client's message: `{"type":"reply","op":...,"id":...,"ok":true,...}`, or `"ok":false` with the members
 * of a REST error body. `op` and `id` are left out when they could not be read. Pass it to `PushHub.sendControl`.
 */
export function replyTo(op: ClientOp | null, id: MessageId | null, outcome: ReplyOutcome): object {
  const head = { type: 'reply', ...(op === null ? {} : { op }), ...(id === null ? {} : { id }), ok: outcome.ok }
  if (outcome.ok) return { ...head, ...outcome.facts }
  const { error, facts } = describe(outcome.failure)
  return { ...head, error, code: outcome.failure.code, ...facts }
}

/** Facts of a reply to `subscribe`, `unsubscribe` and `accounts`: the streams, and which of them were resumed. */
export function streamFacts(streams: Iterable<StreamName>, resumed: ResumeReport): Readonly<Record<string, unknown>> {
  return { streams: [...streams], ...(resumed.size === 0 ? {} : { resumed: resumeJson(resumed) }) }
}

/** The content of the first message on a socket. */
export interface Hello {
  /** Name of this run of the hub. The `seq` numbers of different runs cannot be compared. */
  readonly runId: string
  /** Public name of the key. */
  readonly caller: string
  readonly heartbeatSeconds: number
  readonly form: 'json' | 'base64'
  readonly isBatched: boolean
  readonly conflateMs: number
  readonly nowMs: number
}

/** The first message on a socket. Pass it to `PushHub.sendControl`. */
export function helloMessage({ runId, caller, heartbeatSeconds, form, isBatched, conflateMs, nowMs }: Hello): object {
  return {
    type: 'hello',
    run: runId,
    caller,
    heartbeat_s: heartbeatSeconds,
    body: form,
    batch: isBatched,
    conflate_ms: conflateMs,
    at_ms: nowMs,
  }
}

/**
 * Reports that the link to OpenD came up or was lost. While it is down, values are not updated. Pass it to
 * `PushHub.sendControl`.
 */
export function gatewayMessage(isUp: boolean, nowMs: number): object {
  return { type: 'gateway', up: isUp, at_ms: nowMs }
}
