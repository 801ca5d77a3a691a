import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallOutcome, Effect } from '../../../src/gateway/link/effect.ts'
import { webSocketHandshake } from '../../../src/gateway/link/handshake.ts'
import { GatewaySession } from '../../../src/gateway/link/session.ts'
import { webSocketFraming } from '../../../src/gateway/link/websocket-framing.ts'
import { SimulatedOpenD } from '../../../src/simulator/opend.ts'
import { md5Hex, nativeCrypto } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { encodeWebSocketReply, WebSocketCommand, WebSocketError } from '../../../src/wire/websocket-frame.ts'

const NOW_MS = Date.UTC(2026, 10, 20, 2)

/** A session and a simulated OpenD with a key, joined message by message over OpenD's WebSocket port. */
class Joined {
  nowMs = NOW_MS
  readonly session: GatewaySession
  readonly outcomes: CallOutcome[] = []
  readonly pushes: number[] = []
  /** Messages of OpenD that the session has not got yet. */
  readonly #waiting: Uint8Array[] = []
  readonly #connection
  /** The link that OpenD answers; null: it answers nothing more. */
  #linkId: number | null = null

  constructor(key: string) {
    const route = { framing: webSocketFraming, handshake: webSocketHandshake(md5Hex(key)), isExposed: false }
    this.session = new GatewaySession({ routes: [route], random: () => 0.5 }, NOW_MS, false)
    const opend = new SimulatedOpenD({ seed: 1, crypto: nativeCrypto, webSocketKeyMd5: md5Hex('right') })
    const sink = { send: (bytes: Uint8Array) => void this.#waiting.push(bytes), close: () => undefined }
    const connection = opend.open('websocket', sink, NOW_MS)
    assert.ok(!('refusal' in connection))
    this.#connection = connection
    this.perform(this.session.tick(NOW_MS))
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'connect') {
        this.#linkId = effect.linkId
        this.perform(this.session.opened(effect.linkId, this.nowMs))
      }
      if (effect.kind === 'send' && this.#linkId !== null) this.#connection.receive(effect.bytes, this.nowMs)
      if (effect.kind === 'outcome') this.outcomes.push(effect.outcome)
      if (effect.kind === 'push') this.pushes.push(effect.protoId)
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if (this.#linkId !== null) this.receive(next)
      }
    }
  }

  receive(message: Uint8Array): void {
    this.perform(this.session.received(this.#linkId ?? 0, message, this.nowMs))
  }

  call(protoId: number, body: Uint8Array): void {
    this.perform(this.session.call({ callId: 1, protoId, body, caller: '', rank: 'read' }, this.nowMs))
  }

  silence(): void {
    this.#linkId = null
  }
}

test('with the key of the port the link is up, and calls, pushes and packet ids work as over TCP', () => {
  const joined = new Joined('right')
  const { stage } = joined.session
  assert.ok(stage.name === 'ready')
  assert.ok(stage.greeting.connId > 0n, 'order calls carry the id of this connection')
  joined.call(1002, encodeMessage('GetGlobalState.Request', { c2s: { userID: 0n } }))
  const [outcome] = joined.outcomes
  assert.ok(outcome?.ok)
  assert.equal(decodeMessage('GetGlobalState.Response', outcome.body).ok, true)
  joined.receive(
    encodeWebSocketReply({ command: 3005, section: 0n, error: 0, errorText: '', body: Uint8Array.of(8, 0) }),
  )
  assert.deepEqual(joined.pushes, [3005])
})

test('a wrong key is a named failure with the text of OpenD', () => {
  const { session } = new Joined('wrong')
  assert.equal(session.stage.name, 'waiting')
  assert.equal(session.lastFailure?.code, 'gateway.init_rejected')
  assert.match(session.lastFailure.detail, /wrong websocket key/)
})

test('a reply with an error in its header is a refusal, even if its body reads as a success', () => {
  const joined = new Joined('right')
  joined.silence()
  joined.call(1005, encodeMessage('GetUserInfo.Request', { c2s: {} }))
  const success = encodeMessage('InitWebSocket.Response', { retType: 0 })
  const error = { error: WebSocketError.OpendTimeout, errorText: 'timeout' }
  for (const body of [success, new Uint8Array(0)]) {
    const [received] = webSocketFraming().receive(encodeWebSocketReply({ command: 1005, section: 9n, body, ...error }))
    assert.ok(received?.ok)
    const response = decodeMessage('InitWebSocket.Response', received.message.body)
    assert.ok(response.ok)
    assert.equal(response.value.retType, -100)
    assert.match(response.value.retMsg ?? '', /timeout/)
  }
})

test('the link ends when the port has lost its OpenD, and when the port is another one', () => {
  const lost = new Joined('right')
  const command = WebSocketCommand.OpenDisconnected
  lost.receive(encodeWebSocketReply({ command, section: 0n, error: 0, errorText: '', body: new Uint8Array(0) }))
  assert.equal(lost.session.lastFailure?.code, 'gateway.disconnected')
  const other = new Joined('right')
  other.receive(Uint8Array.from([0x46, 0x54, ...new Uint8Array(60)]))
  assert.equal(other.session.lastFailure?.code, 'gateway.bad_frame')
  assert.match(other.session.lastFailure.detail, /header of the TCP port/)
})

test('an OpenD that answers nothing more is found by the reads of its state', () => {
  const joined = new Joined('right')
  joined.silence()
  for (let i = 0; i < 40 && joined.session.stage.name === 'ready'; i++) {
    joined.nowMs += 1_000
    joined.perform(joined.session.tick(joined.nowMs))
  }
  assert.equal(joined.session.lastFailure?.code, 'gateway.silent')
})
