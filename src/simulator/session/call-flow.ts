import type { Desk } from './connection-hub.ts'
import type { Fault } from './fault-script.ts'
import { hash32 } from './identity.ts'
import type { Peer } from './peer.ts'
import { quotaExhausted, rateExceeded } from './texts.ts'
import { RATE_RULES } from './rate-rules.ts'

/** One request, with the ways to answer it that depend on the port it came in by. */
export interface FlowingCall {
  readonly protoId: number
  /** Does what the request asks and returns the reply as one frame or message. */
  readonly answer: () => Uint8Array
  /** A reply frame that refuses with this text, without doing anything. */
  readonly refuse: (retMsg: string) => Uint8Array
  /** The same frame with a digest that is not its body's. */
  readonly spoilDigest: (frame: Uint8Array) => Uint8Array
}

/** Takes one request through the faults of the script, to its answer and the pushes that follow. */
export function runCall(desk: Desk, peer: Peer, call: FlowingCall, nowMs: number): void {
  if (peer.isMuted) return
  const fault = desk.faults.strike(call.protoId)
  if (strikeBefore(desk, peer, fault, nowMs)) return
  const reply = forcedRefusal(desk, call, fault, nowMs) ?? call.answer()
  deliver(desk, peer, call, reply, fault, nowMs)
  desk.flush(nowMs)
}

/** Faults that come before the request is acted on. True when the request goes no further. */
function strikeBefore(desk: Desk, peer: Peer, fault: Fault | null, nowMs: number): boolean {
  switch (fault?.kind) {
    case 'drop-request':
      return true
    case 'cut-before':
      desk.drop(peer, 'fault: cut before', nowMs)
      return true
    case 'mute':
      peer.isMuted = true
      return true
    case 'restart':
      desk.dropAll('fault: restart', nowMs)
      return true
    case 'kick-login':
      desk.setLogin('kicked')
      return false
    case 'lose-login':
      desk.setLogin('lost')
      return false
    case 'restore-login':
      desk.setLogin('in')
      return false
    default:
      return false
  }
}

function forcedRefusal(desk: Desk, call: FlowingCall, fault: Fault | null, nowMs: number): Uint8Array | null {
  if (fault?.kind === 'quota-exhausted') {
    const { quota } = desk.subscriptions
    return call.refuse(quotaExhausted(Math.max(quota, desk.subscriptions.used(nowMs)), quota))
  }
  if (fault?.kind === 'rate-exceeded') {
    const rule = RATE_RULES.get(call.protoId)
    return call.refuse(rateExceeded(rule?.name ?? `${call.protoId}`, rule?.limit ?? 10))
  }
  return null
}

/** Sends the reply, in the way the fault leaves it. */
function deliver(
  desk: Desk,
  peer: Peer,
  call: FlowingCall,
  reply: Uint8Array,
  fault: Fault | null,
  nowMs: number,
): void {
  switch (fault?.kind) {
    case 'delay':
      desk.schedule.add(nowMs + fault.ms, () => peer.send(reply))
      break
    case 'drop-reply':
      break
    case 'cut-after':
      desk.drop(peer, 'fault: cut after', nowMs)
      break
    case 'cut-after-reply':
      peer.send(reply)
      desk.drop(peer, 'fault: cut after the reply', nowMs)
      break
    case 'half-frame':
      peer.send(reply.subarray(0, reply.length >> 1))
      desk.drop(peer, 'fault: half a frame', nowMs)
      break
    case 'garbage':
      peer.send(garbage(reply.length))
      break
    case 'wrong-sha1':
      peer.send(call.spoilDigest(reply))
      break
    case 'trickle':
      trickle(desk, peer, reply, fault.everyMs, nowMs)
      break
    default:
      peer.send(reply)
  }
}

function trickle(desk: Desk, peer: Peer, reply: Uint8Array, everyMs: number, nowMs: number): void {
  const lastMs = nowMs + (reply.length - 1) * everyMs
  if (peer.kind === 'websocket') {
    desk.schedule.add(lastMs, () => peer.send(reply))
    return
  }
  for (let i = 0; i < reply.length; i++) {
    desk.schedule.add(nowMs + i * everyMs, () => peer.send(reply.subarray(i, i + 1)))
  }
}

/** Bytes that are no frame of either port, the same ones for the same length. */
function garbage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xff : hash32(length, i) & 0xff))
}
