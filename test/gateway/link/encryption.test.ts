import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallOutcome, Effect } from '../../../src/gateway/link/effect.ts'
import { GatewaySession } from '../../../src/gateway/link/session.ts'
import { SimulatedOpenD } from '../../../src/simulator/opend.ts'
import { aes128, md5Hex, rsaKey, sha1, utf8 } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { plainRoute } from './plain-route.ts'
import { freshRsaKey } from './fresh-rsa-key.ts'

const NOW_MS = Date.UTC(2026, 10, 20, 2)
const ORIGIN = { caller: '', rank: 'read' } as const

/** A gateway session and a simulated OpenD joined byte by byte; returns what a call ends with. */
function callThrough(gatewayPem: string | null, opendPem: string): { outcome: CallOutcome | null; wire: Uint8Array[] } {
  const crypto = { sha1, aes128, rsaKey, utf8, md5Hex }
  const opend = new SimulatedOpenD({ seed: 1, crypto, rsaKeyPem: opendPem })
  const rsa = gatewayPem === null ? null : rsaKey(gatewayPem)
  const session = new GatewaySession({ routes: [plainRoute(rsa && { rsa, aes128 })], random: () => 0.5 }, NOW_MS, false)
  const toGateway: Uint8Array[] = []
  const wire: Uint8Array[] = []
  const sink = { send: (bytes: Uint8Array) => void toGateway.push(bytes), close: () => undefined }
  const connection = opend.open('tcp', sink, NOW_MS)
  assert.ok(!('refusal' in connection))
  const outcomes: CallOutcome[] = []
  const perform = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'connect') queue.push(() => session.opened(effect.linkId, NOW_MS))
      if (effect.kind === 'send') {
        wire.push(effect.bytes)
        connection.receive(effect.bytes, NOW_MS)
      }
      if (effect.kind === 'released') perform(session.call({ ...effect, ...ORIGIN }, NOW_MS))
      if (effect.kind === 'outcome') outcomes.push(effect.outcome)
    }
  }
  const queue: (() => readonly Effect[])[] = []
  const body = encodeMessage('GetGlobalState.Request', { c2s: { userID: 0n } })
  perform(session.call({ callId: 1, protoId: 1002, body, ...ORIGIN }, NOW_MS))
  while (outcomes.length === 0 && (queue.length > 0 || toGateway.length > 0)) {
    const next = queue.shift()
    const bytes = next === undefined ? toGateway.shift() : undefined
    perform(next?.() ?? session.received(1, bytes ?? new Uint8Array(), NOW_MS))
  }
  return { outcome: outcomes[0] ?? null, wire }
}

test('with the key that OpenD has, calls pass and nothing of them is readable on the wire', () => {
  const pem = freshRsaKey()
  const { outcome, wire } = callThrough(pem, pem)
  assert.ok(outcome?.ok === true)
  assert.equal(decodeMessage('GetGlobalState.Response', outcome.body).ok, true)
  for (const frame of wire) {
    assert.equal(Buffer.from(frame).includes('opend-edge'), false)
    assert.equal(frame.length > 44 + 8, true, 'a call of two bytes leaves as whole blocks')
  }
})

test('with another key the link ends in a sentence about the key', () => {
  const { outcome } = callThrough(freshRsaKey(), freshRsaKey())
  // OpenD cannot read our InitConnect either; whichever side gives up first, the call has not been answered.
  assert.notEqual(outcome?.ok, true)
})
