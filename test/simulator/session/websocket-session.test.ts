import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { parseFaultScript } from '../../../src/simulator/session/fault-script.ts'
import type { SimulatedConnection } from '../../../src/simulator/session/opend-session.ts'
import { md5Hex } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { decodeWebSocketReply, encodeWebSocketRequest, type WebSocketReply } from '../../../src/wire/websocket-frame.ts'
import { Bench } from './tcp-client.ts'

/** A client of the WebSocket port that keeps the messages it gets. */
class WebSocketClient {
  readonly connection: SimulatedConnection
  readonly replies: WebSocketReply[] = []
  closed: string | null = null
  readonly #bench: Bench
  #section = 1n

  constructor(bench: Bench) {
    this.#bench = bench
    const opened = bench.opend.open(
      'websocket',
      {
        send: (bytes) => {
          const reply = decodeWebSocketReply(bytes)
          if (reply !== null) this.replies.push(reply)
        },
        close: (reason) => {
          this.closed = reason
        },
      },
      bench.nowMs,
    )
    assert.ok(!('refusal' in opened))
    this.connection = opened
  }

  /** Sends one request; returns the reply with its section, or null. */
  ask(command: number, body: Uint8Array): WebSocketReply | null {
    const section = ++this.#section
    this.connection.receive(encodeWebSocketRequest({ command, section, body }), this.#bench.nowMs)
    return this.replies.find((reply) => reply.section === section) ?? null
  }

  init(websocketKey: string): WebSocketReply | null {
    return this.ask(
      1,
      encodeMessage('InitWebSocket.Request', { c2s: { websocketKey, programmingLanguage: 'JavaScript' } }),
    )
  }
}

function decoded<Name extends MessageName>(name: Name, reply: WebSocketReply | null): MessageTypes[Name] {
  const result = decodeMessage(name, reply?.body ?? new Uint8Array(0))
  assert.ok(result.ok, result.ok ? '' : result.detail)
  return result.value
}

const STATE = encodeMessage('GetGlobalState.Request', { c2s: { userID: 0n } })
const KEY_MD5 = md5Hex('secret123')

test('InitWebSocket gives the connection id that GetGlobalState repeats; no heartbeat is needed', () => {
  const bench = new Bench()
  const client = new WebSocketClient(bench)
  const { s2c } = decoded('InitWebSocket.Response', client.init(''))
  assert.ok((s2c?.connID ?? 0n) >= 1n << 62n)
  assert.equal(s2c?.serverTime, BigInt(bench.nowMs / 1000))
  bench.pass(300_000)
  assert.equal(decoded('GetGlobalState.Response', client.ask(1002, STATE)).s2c?.connID, s2c?.connID)
  assert.equal(client.closed, null)
})

test('the key opens the port; a wrong one is a frame error with a body and ASCII text', () => {
  const bench = new Bench({ webSocketKeyMd5: KEY_MD5 })
  assert.equal(new WebSocketClient(bench).init(KEY_MD5)?.error, 0)
  for (const shown of ['', md5Hex('other')]) {
    const client = new WebSocketClient(bench)
    const refused = client.init(shown)
    assert.ok(refused !== null && refused.error !== 0)
    assert.match(refused.errorText, /^[ -~]{1,20}$/)
    assert.equal(decoded('InitWebSocket.Response', refused).retType, -1)
    // Without InitWebSocket the port answers, and serves nothing.
    assert.equal(decoded('GetGlobalState.Response', client.ask(1002, STATE)).retType, -1)
  }
})

test('every refusal has a body: unknown ids, bodies that do not decode, calls too early, InitConnect', () => {
  const client = new WebSocketClient(new Bench())
  assert.equal(decoded('GetGlobalState.Response', client.ask(1002, STATE)).retType, -1)
  client.init('')
  assert.equal(decoded('KeepAlive.Response', client.ask(9999, STATE)).retType, -1)
  assert.equal(decoded('KeepAlive.Response', client.ask(2, STATE)).retType, -1)
  assert.equal(decoded('Qot_Sub.Response', client.ask(3001, Uint8Array.of(0xff))).retType, -500)
  const init = encodeMessage('InitConnect.Request', { c2s: { clientVer: 1, clientID: 'x' } })
  assert.equal(decoded('InitConnect.Response', client.ask(1001, init)).retType, -1)
  assert.equal(client.closed, null)
})

test('pushes use a section that no request has', () => {
  const bench = new Bench()
  const client = new WebSocketClient(bench)
  client.init('')
  bench.opend.setLogin('lost')
  assert.deepEqual(
    client.replies.filter(({ command }) => command === 1003).map(({ section, error }) => [section, error]),
    [[0n, 0]],
  )
})

test('a message that is no packet closes the connection', () => {
  for (const message of [new Uint8Array(0), new Uint8Array(19), new Uint8Array(40)]) {
    const bench = new Bench()
    const client = new WebSocketClient(bench)
    client.connection.receive(message, bench.nowMs)
    assert.notEqual(client.closed, null)
  }
})

test('both ports share subscriptions quota and connections, and faults strike here too', () => {
  const bench = new Bench()
  const client = new WebSocketClient(bench)
  client.init('')
  const request = encodeMessage('Qot_Sub.Request', {
    c2s: { securityList: [{ market: 1, code: '00700' }], subTypeList: [1], isSubOrUnSub: true },
  })
  assert.equal(decoded('Qot_Sub.Response', client.ask(3001, request)).retType, 0)
  assert.equal(bench.login().call('Qot_GetSubInfo', {}).s2c?.totalUsedQuota, 1)
  const script = parseFaultScript('[{"id":1002,"nth":1,"do":"drop-reply"},{"id":1002,"nth":2,"do":"cut-before"}]')
  assert.ok(script.ok)
  bench.opend.setFaults(script.rules)
  assert.equal(client.ask(1002, STATE), null)
  assert.equal(client.closed, null)
  assert.equal(client.ask(1002, STATE), null)
  assert.notEqual(client.closed, null)
})
