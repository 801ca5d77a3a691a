import { PacketEncAlgo } from '../../../proto/enums.ts'
import { aesCipher, type Aes128, type BodyCipher, plainCipher, type RsaKey, rsaCipher } from '../../wire/cipher.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { CALLS } from '../../calls.ts'
import { KEEP_ALIVE_FRACTION, KEEP_ALIVE_INTERVAL_MS, WEBSOCKET_HEARTBEAT_MS } from './timing.ts'

/**
 * The greeting of a new connection: the first call, which OpenD must accept before any other, and the heartbeat that
 * follows. The two ports of OpenD have different ones; the session does not know which it has.
 */
export interface Handshake {
  /** The name of the first call, for texts. */
  readonly name: string
  /** The protocol id of the first call. */
  readonly protoId: number
  /** The cipher of the first call and of its reply. */
  readonly cipher: BodyCipher
  /** The call that OpenD must answer while the connection lives. */
  readonly heartbeat: number
  request(): Uint8Array
  /** Reads the reply: what OpenD stated, or its reason for the refusal. */
  read(body: Uint8Array): GreetingRead
}

/** The content of the reply to the first call, with the cipher of everything after it. */
export type GreetingRead =
  | { readonly ok: true; readonly greeting: Greeting; readonly cipher: BodyCipher }
  | { readonly ok: false; readonly detail: string }

/** The connection data from OpenD's reply to the first call. */
export interface Greeting {
  /** Unique per connection, about 2^62. */
  readonly connId: bigint
  /** Null on the WebSocket port, which does not state it. */
  readonly serverVersion: number | null
  /** Null on the WebSocket port. */
  readonly loginUserId: bigint | null
  /** Time between two heartbeats of the gateway, ms. */
  readonly heartbeatMs: number
}

/** Whether OpenD is logged in to the quote and the trade servers. */
export interface LoginState {
  readonly quote: boolean
  readonly trade: boolean
  /** `Common.ProgramStatusType`; null when OpenD does not report it. */
  readonly program: number | null
}

/** `clientVer`: major * 100 + minor of the API version that the gateway implements. */
const CLIENT_VERSION = 1011

/** Requests CBC, as the official clients do: its padding is known from their bytes, that of the other modes is not. */
function initConnectRequest(isEncrypted: boolean): Uint8Array {
  return encodeMessage('InitConnect.Request', {
    c2s: {
      clientVer: CLIENT_VERSION,
      clientID: 'opend-edge',
      recvNotify: true,
      packetEncAlgo: isEncrypted ? PacketEncAlgo.AES_CBC : PacketEncAlgo.None,
      pushProtoFmt: 0,
      programmingLanguage: 'TypeScript',
    },
  })
}

/** The greeting of OpenD's TCP port, InitConnect. Without `encryption` the connection is not encrypted. */
export function tcpHandshake(encryption: Encryption | null): Handshake {
  return {
    name: 'InitConnect',
    protoId: CALLS.InitConnect.protoId,
    cipher: encryption === null ? plainCipher : rsaCipher(encryption.rsa),
    heartbeat: CALLS.KeepAlive.protoId,
    request: () => initConnectRequest(encryption !== null),
    read: (body) => readInitConnect(body, encryption),
  }
}

/**
 * The greeting of OpenD's WebSocket port, InitWebSocket. OpenD has already done InitConnect there and encrypts nothing:
 * the WebSocket does. The port has no KeepAlive, so a read of OpenD's state is the heartbeat. `keyMd5` is the lower-case
 * hex MD5 of the port's key, or '' without one.
 */
export function webSocketHandshake(keyMd5: string): Handshake {
  return {
    name: 'InitWebSocket',
    protoId: CALLS.InitWebSocket.protoId,
    cipher: plainCipher,
    heartbeat: CALLS.GetGlobalState.protoId,
    request: () =>
      encodeMessage('InitWebSocket.Request', { c2s: { websocketKey: keyMd5, programmingLanguage: 'TypeScript' } }),
    read: readInitWebSocket,
  }
}

function readInitConnect(body: Uint8Array, encryption: Encryption | null): GreetingRead {
  const decoded = decodeMessage('InitConnect.Response', body)
  if (!decoded.ok) return { ok: false, detail: `not an InitConnect reply: ${decoded.detail}` }
  const { retType, retMsg, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) return { ok: false, detail: retMsg ?? `ret_type ${retType}` }
  return {
    ok: true,
    cipher: encryption === null ? plainCipher : sessionCipher(s2c.connAESKey, s2c.aesCBCiv ?? '', encryption.aes128),
    greeting: {
      connId: s2c.connID,
      serverVersion: s2c.serverVer,
      loginUserId: s2c.loginUserID,
      heartbeatMs: heartbeatMsOf(s2c.keepAliveInterval * 1000),
    },
  }
}

function readInitWebSocket(body: Uint8Array): GreetingRead {
  const decoded = decodeMessage('InitWebSocket.Response', body)
  if (!decoded.ok) return { ok: false, detail: `not an InitWebSocket reply: ${decoded.detail}` }
  const { retType, retMsg, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) return { ok: false, detail: retMsg ?? `ret_type ${retType}` }
  const greeting = { connId: s2c.connID ?? 0n, serverVersion: null, loginUserId: null }
  return {
    ok: true,
    cipher: plainCipher,
    greeting: { ...greeting, heartbeatMs: heartbeatMsOf(WEBSOCKET_HEARTBEAT_MS) },
  }
}

/** The time between two heartbeats, from the interval that OpenD states. */
function heartbeatMsOf(intervalMs: number): number {
  const { least, most } = KEEP_ALIVE_INTERVAL_MS
  return Math.floor(Math.min(Math.max(intervalMs, least), most) * KEEP_ALIVE_FRACTION)
}

/** The RSA key shared with OpenD, and AES for everything after InitConnect. */
export interface Encryption {
  readonly rsa: RsaKey
  readonly aes128: Aes128
}

/**
 * The cipher of a connection after InitConnect. An OpenD that ignores the requested mode sends no `aesCBCiv` and uses
 * its own ECB mode; the official Python client decides by the same sign.
 */
function sessionCipher(aesKey: string, aesIv: string, aes128: Aes128): BodyCipher {
  const algorithm = aesIv === '' ? PacketEncAlgo.FTAES_ECB : PacketEncAlgo.AES_CBC
  return aesCipher(algorithm, asciiBytes(aesKey), asciiBytes(aesIv), aes128)
}

/** OpenD's keys are 16 ASCII characters, used as bytes. */
function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** A heartbeat. OpenD closes a connection after 30 s without one. */
export function keepAliveRequest(nowMs: number): Uint8Array {
  return encodeMessage('KeepAlive.Request', { c2s: { time: BigInt(Math.floor(nowMs / 1000)) } })
}

/** A request for OpenD's state, which includes its login. */
export function globalStateRequest(): Uint8Array {
  return encodeMessage('GetGlobalState.Request', { c2s: { userID: 0n } })
}

/** The login state in a GetGlobalState reply; null when it has none. */
export function readLoginState(body: Uint8Array): LoginState | null {
  const decoded = decodeMessage('GetGlobalState.Response', body)
  const s2c = decoded.ok ? decoded.value.s2c : undefined
  if (s2c === undefined) return null
  return { quote: s2c.qotLogined, trade: s2c.trdLogined, program: s2c.programStatus?.type ?? null }
}
