import { PacketEncAlgo } from '../../../proto/enums.ts'
import { aesCipher, type Aes128, type BodyCipher, type RsaKey } from '../../wire/cipher.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { KEEP_ALIVE_FRACTION, KEEP_ALIVE_INTERVAL_MS } from './timing.ts'

/** The connection data from OpenD's InitConnect reply. */
export interface Greeting {
  /** Unique per connection, about 2^62. */
  readonly connId: bigint
  readonly serverVersion: number
  readonly loginUserId: bigint
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
export function initConnectRequest(isEncrypted: boolean): Uint8Array {
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

/** The content of an InitConnect reply: the greeting, and the key of an encrypted connection as text. */
export interface GreetingRead {
  readonly ok: true
  readonly greeting: Greeting
  readonly aesKey: string
  readonly aesIv: string
}

/** Reads an InitConnect reply: the greeting, or OpenD's reason for the refusal. */
export function readGreeting(body: Uint8Array): GreetingRead | { readonly ok: false; readonly detail: string } {
  const decoded = decodeMessage('InitConnect.Response', body)
  if (!decoded.ok) return { ok: false, detail: `not an InitConnect reply: ${decoded.detail}` }
  const { retType, retMsg, s2c } = decoded.value
  if (retType !== 0 || s2c === undefined) return { ok: false, detail: retMsg ?? `ret_type ${retType}` }
  const intervalMs = Math.min(
    Math.max(s2c.keepAliveInterval * 1000, KEEP_ALIVE_INTERVAL_MS.least),
    KEEP_ALIVE_INTERVAL_MS.most,
  )
  return {
    ok: true,
    aesKey: s2c.connAESKey,
    aesIv: s2c.aesCBCiv ?? '',
    greeting: {
      connId: s2c.connID,
      serverVersion: s2c.serverVer,
      loginUserId: s2c.loginUserID,
      heartbeatMs: Math.floor(intervalMs * KEEP_ALIVE_FRACTION),
    },
  }
}

/** The RSA key shared with OpenD, and AES for everything after InitConnect. */
export interface Encryption {
  readonly rsa: RsaKey
  readonly aes128: Aes128
}

/** The cipher of a connection after its greeting. */
export function sessionCipher({ aesKey, aesIv }: GreetingRead, { aes128 }: Encryption): BodyCipher {
  return aesCipher(PacketEncAlgo.AES_CBC, asciiBytes(aesKey), asciiBytes(aesIv), aes128)
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
