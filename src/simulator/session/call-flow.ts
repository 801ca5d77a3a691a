import type { ConnectionHub } from './connection-hub.ts'
import type { Fault } from './fault-script.ts'
import type { Execution } from './answer.ts'
import { hash32 } from './identity.ts'
import { hasLeastGap } from './latency.ts'
import type { Peer } from './peer.ts'
import { quotaExhausted, rateExceeded } from './texts.ts'
import { RATE_RULES } from './rate-rules.ts'

/** One request, with the functions that depend on its port. */
export interface FlowingCall {
  readonly protoId: number
  /** The request's plain body. The owner of the socket may reuse its memory after the call of `runCall`. */
  readonly body: Uint8Array
  /** Admits the request, given a body that stays valid. The execution returns the reply as one frame or message. */
  readonly admit: (body: Uint8Array) => Execution
  /** A reply frame that refuses the request with this text. Does not execute the request. */
  readonly refuse: (retMsg: string) => Uint8Array
  /** The same frame with a wrong digest. */
  readonly corruptDigest: (frame: Uint8Array) => Uint8Array
}

/**
 * Applies the fault script to one request. Executes the request when its reply is due, sends the reply and the pushes
 * that follow.
 */
export function runCall(hub: ConnectionHub, peer: Peer, call: FlowingCall, nowMs: number): void {
  if (peer.isMuted) return
  const fault = hub.faults.strike(call.protoId)
  if (strikeBefore(hub, peer, fault, nowMs)) return
  const isLate = fault?.kind === 'late' || fault?.kind === 'late-drop-reply'
  const waitMs = isLate ? fault.ms : hub.settings.replyTimes.nextMs(call.protoId)
  const lane = hasLeastGap(call.protoId) ? peer.lanes.orders : peer.lanes.reads
  const isDueNow = waitMs === 0 && lane.length === 0
  const execution = forcedRefusal(hub, call, fault, nowMs) ?? call.admit(isDueNow ? call.body : call.body.slice())
  const run = (atMs: number): void => {
    // OpenD has passed an order on, so it is carried out without its connection; another call has no effect any more.
    if (peer.isClosed && !hasLeastGap(call.protoId)) return
    deliver(hub, peer, call, execution(atMs), fault, atMs)
    hub.flush(atMs)
  }
  if (isDueNow) run(nowMs)
  else if (isLate) hub.schedule.hold({ atMs: nowMs + waitMs, bytes: call.body.length, run }, nowMs)
  else lane.add(hub.schedule, { dueMs: nowMs + waitMs, bytes: call.body.length, run }, nowMs)
}

/** Applies faults that act before the request is executed. Returns true if the request is not executed. */
function strikeBefore(hub: ConnectionHub, peer: Peer, fault: Fault | null, nowMs: number): boolean {
  switch (fault?.kind) {
    case 'drop-request':
      return true
    case 'cut-before':
      hub.drop(peer, 'fault: cut before', nowMs)
      return true
    case 'mute':
      peer.isMuted = true
      return true
    case 'restart':
      hub.dropAll('fault: restart', nowMs)
      return true
    case 'kick-login':
      hub.setLogin('kicked')
      return false
    case 'lose-login':
      hub.setLogin('lost')
      return false
    case 'restore-login':
      hub.setLogin('in')
      return false
    default:
      return false
  }
}

function forcedRefusal(hub: ConnectionHub, call: FlowingCall, fault: Fault | null, nowMs: number): Execution | null {
  if (fault?.kind === 'quota-exhausted') {
    const { quota } = hub.subscriptions
    const used = Math.max(quota, hub.subscriptions.used(nowMs))
    return () => call.refuse(quotaExhausted(used, quota))
  }
  if (fault?.kind === 'rate-exceeded') {
    const rule = RATE_RULES.get(call.protoId)
    return () => call.refuse(rateExceeded(rule?.name ?? `${call.protoId}`, rule?.limit ?? 10))
  }
  return null
}

/** Sends the reply as changed by the fault. */
function deliver(
  hub: ConnectionHub,
  peer: Peer,
  call: FlowingCall,
  reply: Uint8Array,
  fault: Fault | null,
  nowMs: number,
): void {
  switch (fault?.kind) {
    case 'delay':
      hub.schedule.hold({ atMs: nowMs + fault.ms, bytes: reply.length, run: () => peer.send(reply) }, nowMs)
      break
    case 'drop-reply':
    case 'late-drop-reply':
      break
    case 'cut-after':
      hub.drop(peer, 'fault: cut after', nowMs)
      break
    case 'cut-after-reply':
      peer.send(reply)
      hub.drop(peer, 'fault: cut after the reply', nowMs)
      break
    case 'half-frame':
      peer.send(reply.subarray(0, reply.length >> 1))
      hub.drop(peer, 'fault: half a frame', nowMs)
      break
    case 'garbage':
      peer.send(garbage(reply.length))
      break
    case 'wrong-sha1':
      peer.send(call.corruptDigest(reply))
      break
    case 'trickle':
      trickle(hub, peer, reply, fault.everyMs, nowMs)
      break
    default:
      peer.send(reply)
  }
}

function trickle(hub: ConnectionHub, peer: Peer, reply: Uint8Array, everyMs: number, nowMs: number): void {
  const lastMs = nowMs + (reply.length - 1) * everyMs
  if (peer.kind === 'websocket') {
    hub.schedule.hold({ atMs: lastMs, bytes: reply.length, run: () => peer.send(reply) }, nowMs)
    return
  }
  for (let i = 0; i < reply.length; i++) {
    const run = (): void => peer.send(reply.subarray(i, i + 1))
    hub.schedule.hold({ atMs: nowMs + i * everyMs, bytes: 1, run }, nowMs)
  }
}

/** Bytes that are not a valid frame on either port; the same for the same length. */
function garbage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xff : hash32(length, i) & 0xff))
}
