import type { Failed } from '../base/result.ts'
import { describe } from '../problem/problem.ts'
import type { StreamName } from '../subscriptions/stream.ts'
import type { ClientOp, MessageId } from './client-message.ts'
import { resumeJson, type ResumeReport } from './resume-report.ts'

/** A reply's outcome: facts for the client, or why the message was refused. */
export type ReplyOutcome = { readonly ok: true; readonly facts?: Readonly<Record<string, unknown>> } | Failed

/**
 * The reply to a client's message: `{"type":"reply","op":...,"id":...,"ok":true,...}`, or with `"ok":false` what an
 * error body of the REST API has. `op` and `id` are left out when they could not be read. Give it to `PushHub.tell`.
 */
export function replyTo(op: ClientOp | null, id: MessageId | null, outcome: ReplyOutcome): object {
  const head = { type: 'reply', ...(op === null ? {} : { op }), ...(id === null ? {} : { id }), ok: outcome.ok }
  if (outcome.ok) return { ...head, ...outcome.facts }
  const { error, facts } = describe(outcome.failure)
  return { ...head, error, code: outcome.failure.code, ...facts }
}

/** Facts of a reply to `subscribe`, `unsubscribe` and `accounts`: the streams, and which of them went on from where. */
export function streamFacts(streams: Iterable<StreamName>, resumed: ResumeReport): Readonly<Record<string, unknown>> {
  return { streams: [...streams], ...(resumed.size === 0 ? {} : { resumed: resumeJson(resumed) }) }
}

/** What a client is told first. */
export interface Hello {
  /** Name of the hub's life: `seq` numbers of another run cannot be compared with those of this one. */
  readonly run: string
  /** Public name of the key. */
  readonly caller: string
  readonly heartbeatSeconds: number
  readonly form: 'json' | 'base64'
  readonly isBatched: boolean
  readonly conflateMs: number
  readonly nowMs: number
}

/** The first message on a socket. Give it to `PushHub.tell`. */
export function helloMessage({ run, caller, heartbeatSeconds, form, isBatched, conflateMs, nowMs }: Hello): object {
  return {
    type: 'hello',
    run,
    caller,
    heartbeat_s: heartbeatSeconds,
    body: form,
    batch: isBatched,
    conflate_ms: conflateMs,
    at_ms: nowMs,
  }
}

/** Tells that the link to OpenD came up or was lost; while it is down, values are those of before. Give it to `PushHub.tell`. */
export function gatewayMessage(isUp: boolean, nowMs: number): object {
  return { type: 'gateway', up: isUp, at_ms: nowMs }
}
