import { plainCipher, rsaCipher, type BodyCipher, type RsaKey } from '../../wire/cipher.ts'
import { Deframer } from '../../wire/deframer.ts'
import { BodyFormat, digestMatches, encodeFrame, HEADER_BYTES, type Frame } from '../../wire/frame.ts'
import { refuse } from '../handler.ts'
import { admitCall, refusalBody } from './answer.ts'
import { runCall } from './call-flow.ts'
import type { ConnectionHub } from './connection-hub.ts'
import { INIT_CONNECT } from './identity.ts'
import { answerInit, openInit } from './init-connect.ts'
import type { Peer } from './peer.ts'
import type { PushBody } from './push-body.ts'

/** The serial number of pushes, which clients ignore. */
const PUSH_SERIAL = 0

/** Offset of the SHA-1 in a frame's header. */
const DIGEST_OFFSET = 16

/**
 * One connection of the TCP port. It receives frames: first InitConnect, then calls under the negotiated cipher.
 *
 * A frame whose SHA-1 does not match its body closes the connection. What the real OpenD does is not established. A
 * corrupt body cannot be answered safely, and the serial number of its frame may be corrupt too.
 */
export class TcpSession {
  readonly #hub: ConnectionHub
  readonly #peer: Peer
  readonly #sequence: number
  readonly #rsa: RsaKey | null
  readonly #deframer = new Deframer()
  #cipher: BodyCipher = plainCipher

  constructor(hub: ConnectionHub, peer: Peer, sequence: number, rsa: RsaKey | null) {
    this.#hub = hub
    this.#peer = peer
    this.#sequence = sequence
    this.#rsa = rsa
    peer.framePush = (body) => this.#framePush(body)
  }

  receive(bytes: Uint8Array, nowMs: number): void {
    const cut = this.#deframer.push(bytes)
    for (const frame of cut.frames) {
      if (this.#peer.isClosed) return
      this.#peer.lastFrameMs = nowMs
      this.#frame(frame, nowMs)
    }
    if (!cut.ok) this.#drop(cut.detail, nowMs)
  }

  #frame(frame: Frame, nowMs: number): void {
    if (frame.header.protoId === INIT_CONNECT && !this.#peer.isReady) this.#init(frame, nowMs)
    else this.#call(frame, nowMs)
  }

  #init(frame: Frame, nowMs: number): void {
    const opened = openInit(frame, this.#rsa, this.#hub)
    if (opened === null) {
      this.#drop('the SHA-1 of InitConnect does not match its body', nowMs)
      return
    }
    const rsa = this.#rsa
    const seal = (body: Uint8Array): Uint8Array => this.#reply(frame, body, plainCipher)
    runCall(
      this.#hub,
      this.#peer,
      {
        protoId: INIT_CONNECT,
        body: opened.plain,
        admit: () => () => {
          const answer = answerInit(this.#hub, this.#peer, this.#sequence, frame, opened, rsa)
          this.#cipher = answer.cipher
          return answer.isEncrypted && rsa !== null
            ? this.#reply(frame, answer.body, rsaCipher(rsa))
            : seal(answer.body)
        },
        refuse: (retMsg) => seal(this.#refusal(frame, retMsg)),
        corruptDigest,
      },
      nowMs,
    )
  }

  #call(frame: Frame, nowMs: number): void {
    const cipher = this.#cipher
    const body = cipher.decrypt(frame.body)
    if (body === null || !digestMatches(frame.header, body, this.#hub.crypto.sha1)) {
      this.#drop('the SHA-1 of a request does not match its body', nowMs)
      return
    }
    const { protoId, bodyFormat } = frame.header
    runCall(
      this.#hub,
      this.#peer,
      {
        protoId,
        body,
        admit: (ownBody) => {
          const call = { protoId, format: bodyFormat, body: ownBody }
          const execution = admitCall(this.#hub, this.#peer, call, nowMs)
          return (atMs) => this.#reply(frame, execution(atMs), cipher)
        },
        refuse: (retMsg) => this.#reply(frame, this.#refusal(frame, retMsg), cipher),
        corruptDigest,
      },
      nowMs,
    )
  }

  #refusal(frame: Frame, retMsg: string): Uint8Array {
    return refusalBody(this.#hub, { format: frame.header.bodyFormat }, refuse(retMsg))
  }

  #reply(frame: Frame, body: Uint8Array, cipher: BodyCipher): Uint8Array {
    const { protoId, serial, bodyFormat } = frame.header
    const head = { protoId, serial, bodyFormat: bodyFormat === BodyFormat.Json ? bodyFormat : BodyFormat.Protobuf }
    return encodeFrame(head, cipher.encrypt(body), this.#hub.crypto.sha1(body))
  }

  #framePush(push: PushBody): Uint8Array {
    const { bytes, digest } = push.in(this.#peer.pushFormat, this.#hub.crypto)
    const head = { protoId: push.protoId, serial: PUSH_SERIAL, bodyFormat: this.#peer.pushFormat }
    return encodeFrame(head, this.#cipher.encrypt(bytes), digest)
  }

  #drop(reason: string, nowMs: number): void {
    this.#hub.drop(this.#peer, reason, nowMs)
  }
}

/** Inverts the first byte of a frame's SHA-1. */
function corruptDigest(frame: Uint8Array): Uint8Array {
  const corrupt = frame.slice()
  if (corrupt.length >= HEADER_BYTES) corrupt[DIGEST_OFFSET] = (corrupt[DIGEST_OFFSET] ?? 0) ^ 0xff
  return corrupt
}
