import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallOutcome, Effect } from '../../../src/gateway/link/effect.ts'
import type { Framing, OpendMessage, Received } from '../../../src/gateway/link/framing.ts'
import { GatewaySession } from '../../../src/gateway/link/session.ts'
import { type BodyCipher, plainCipher } from '../../../src/wire/cipher.ts'
import { decodeWebSocketRequest, encodeWebSocketRequest } from '../../../src/wire/websocket-frame.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { plainRoute } from './plain-route.ts'

/** Messages with OpenD's WebSocket header, one in each chunk: nothing of the TCP port's frames. */
class OneMessageAChunk implements Framing {
  #cipher: BodyCipher = plainCipher

  useCipher(cipher: BodyCipher): void {
    this.#cipher = cipher
  }

  frame({ protoId, serial, body }: OpendMessage): Uint8Array {
    return encodeWebSocketRequest({ command: protoId, section: BigInt(serial), body: this.#cipher.encrypt(body) })
  }

  *receive(bytes: Uint8Array): Generator<Received> {
    const read = decodeWebSocketRequest(bytes)
    if (read === null) yield { ok: false, code: 'gateway.bad_frame', detail: 'no header' }
    else yield { ok: true, message: { protoId: read.command, serial: Number(read.section), body: read.body } }
  }
}

const NOW_MS = 1_000_000

/** A session over that framing, with an OpenD that answers InitConnect, and every other call with its own body. */
class Echo {
  readonly session = new GatewaySession(
    { routes: [{ ...plainRoute(), framing: () => new OneMessageAChunk() }], random: () => 0.5 },
    NOW_MS,
    false,
  )
  readonly outcomes: CallOutcome[] = []
  readonly #framing = new OneMessageAChunk()

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'connect') this.perform(this.session.opened(effect.linkId, NOW_MS))
      else if (effect.kind === 'send') this.#answer(effect.linkId, effect.bytes)
      else if (effect.kind === 'outcome') this.outcomes.push(effect.outcome)
    }
  }

  #answer(linkId: number, bytes: Uint8Array): void {
    for (const received of this.#framing.receive(bytes)) {
      assert.ok(received.ok)
      const { protoId, serial, body } = received.message
      const reply = protoId === 1001 ? greeting() : body
      this.perform(this.session.received(linkId, this.#framing.frame({ protoId, serial, body: reply }), NOW_MS))
    }
  }
}

function greeting(): Uint8Array {
  const s2c = { serverVer: 1011, loginUserID: 77n, connID: 5n, connAESKey: '0'.repeat(16), keepAliveInterval: 10 }
  return encodeMessage('InitConnect.Response', { retType: 0, s2c })
}

test('a session works over another framing than that of the TCP port', () => {
  const echo = new Echo()
  echo.perform(echo.session.tick(NOW_MS))
  assert.equal(echo.session.stage.name, 'ready')
  const body = Uint8Array.of(1, 2, 3)
  echo.perform(echo.session.call({ callId: 1, protoId: 3004, body, caller: '', rank: 'read' }, NOW_MS))
  assert.deepEqual(
    echo.outcomes.map((outcome) => outcome.ok && [...outcome.body]),
    [[1, 2, 3]],
  )
})

test('a failure of the framing ends the link with its code', () => {
  const echo = new Echo()
  echo.perform(echo.session.tick(NOW_MS))
  echo.session.received(1, Uint8Array.of(0), NOW_MS)
  assert.equal(echo.session.lastFailure?.code, 'gateway.bad_frame')
})
