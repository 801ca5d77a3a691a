import { PacketEncAlgo, ProtoFmt } from '../../../proto/enums.ts'
import { aesCipher, plainCipher, rsaCipher, type BodyCipher, type RsaKey } from '../../wire/cipher.ts'
import { digestMatches, type Frame } from '../../wire/frame.ts'
import { refuse } from '../handler.ts'
import { LOGIN_USER_ID, SERVER_VERSION, USER_ATTRIBUTION } from '../system/identity.ts'
import { refusalBody } from './answer.ts'
import { decodeBody, encodeBody } from './body-codec.ts'
import type { ConnectionHub } from './connection-hub.ts'
import { keyText } from './identity.ts'
import type { Peer } from './peer.ts'

/** An InitConnect body, after RSA decryption if it was encrypted. */
export interface OpenedInit {
  readonly plain: Uint8Array
  /** Whether the request was encrypted with RSA. */
  readonly wasEncrypted: boolean
}

/** The reply to InitConnect and the cipher of all later frames. */
export interface InitAnswer {
  readonly body: Uint8Array
  readonly isEncrypted: boolean
  readonly cipher: BodyCipher
}

const INVALID_BODY = -500

/**
 * Reads the body of InitConnect from its frame. The digest is always that of the plain body, so it shows whether the
 * body is encrypted with RSA. Null if neither the frame's bytes nor the decrypted bytes match the digest.
 */
export function openInit(frame: Frame, rsa: RsaKey | null, hub: ConnectionHub): OpenedInit | null {
  const { sha1 } = hub.crypto
  if (digestMatches(frame.header, frame.body, sha1)) return { plain: frame.body, wasEncrypted: false }
  const plain = rsa === null ? null : rsaCipher(rsa).decrypt(frame.body)
  return plain !== null && digestMatches(frame.header, plain, sha1) ? { plain, wasEncrypted: true } : null
}

/**
 * Answers InitConnect. `sequence` is the number of the connection, from which its keys derive. Without an RSA key
 * frames are never encrypted, whatever the client requests. With a key all frames are encrypted, unless the client
 * requests no encryption: then even the reply to an RSA-encrypted request is plain, as the official Python and Java
 * clients expect.
 *
 * With a key, a request without RSA encryption is refused, and the refusal is RSA-encrypted: users of the official
 * Python client without the key report a reply of one RSA block and "check sha error". So a client needs the key even
 * to request no encryption. The text of the refusal is ours, because OpenD's is not published.
 */
export function answerInit(
  hub: ConnectionHub,
  peer: Peer,
  sequence: number,
  frame: Frame,
  opened: OpenedInit,
  rsa: RsaKey | null,
): InitAnswer {
  const format = frame.header.bodyFormat
  const plainAnswer = (body: Uint8Array): InitAnswer => ({ body, isEncrypted: false, cipher: plainCipher })
  if (rsa !== null && !opened.wasEncrypted) {
    const refusal = refuse('this OpenD has an RSA key, and InitConnect was not encrypted with it')
    return { ...plainAnswer(refusalBody(hub, { format }, refusal)), isEncrypted: true }
  }
  const decoded = decodeBody('InitConnect.Request', format, opened.plain, hub.crypto.utf8)
  if (!decoded.ok) return plainAnswer(refusalBody(hub, { format }, refuse(decoded.detail, INVALID_BODY)))
  const { c2s } = decoded.value
  // With a key the default algorithm is Futu's own.
  const requested = c2s.packetEncAlgo ?? (rsa === null ? PacketEncAlgo.None : PacketEncAlgo.FTAES_ECB)
  if (!KNOWN_ALGOS.has(requested)) {
    return plainAnswer(refusalBody(hub, { format }, refuse(`unknown packetEncAlgo ${requested}`)))
  }
  const algo = rsa === null ? PacketEncAlgo.None : requested
  peer.isReady = true
  peer.receivesNotices = c2s.recvNotify ?? false
  peer.pushFormat = c2s.pushProtoFmt === ProtoFmt.Json ? ProtoFmt.Json : ProtoFmt.Protobuf
  const { utf8 } = hub.crypto
  const key = keyText(hub.settings.seed, sequence, 1)
  const iv = keyText(hub.settings.seed, sequence, 2)
  // The Python client uses CBC if an iv is present; the Java client needs an iv even without encryption.
  const givesIv = requested === PacketEncAlgo.None || requested === PacketEncAlgo.AES_CBC
  const s2c = {
    serverVer: SERVER_VERSION,
    loginUserID: LOGIN_USER_ID,
    connID: peer.connId,
    connAESKey: key,
    keepAliveInterval: hub.settings.keepAliveIntervalSeconds,
    ...(givesIv && { aesCBCiv: iv }),
    userAttribution: USER_ATTRIBUTION,
  }
  return {
    body: encodeBody('InitConnect.Response', format, { retType: 0, s2c }, utf8),
    isEncrypted: algo !== PacketEncAlgo.None,
    cipher: aesCipher(algo, utf8.encode(key), utf8.encode(iv), hub.crypto.aes128),
  }
}

const KNOWN_ALGOS: ReadonlySet<number> = new Set(Object.values(PacketEncAlgo))
