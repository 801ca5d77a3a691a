import { type BodyCipher, plainCipher } from '../../wire/cipher.ts'
import { Deframer } from '../../wire/deframer.ts'
import { digestMatches, encodeFrame, type Frame, type Sha1 } from '../../wire/frame.ts'
import type { CreateFraming, Framing, OpendMessage, Received } from './framing.ts'

/** The framing of OpenD's TCP port: the 44-byte header of `src/wire/frame.ts`, with a SHA-1 of each plain body. */
export function tcpFraming(sha1: Sha1): CreateFraming {
  return () => new TcpFraming(sha1)
}

class TcpFraming implements Framing {
  readonly #sha1: Sha1
  readonly #deframer = new Deframer()
  #cipher: BodyCipher = plainCipher

  constructor(sha1: Sha1) {
    this.#sha1 = sha1
  }

  useCipher(cipher: BodyCipher): void {
    this.#cipher = cipher
  }

  frame({ protoId, serial, body }: OpendMessage): Uint8Array {
    return encodeFrame({ protoId, serial }, this.#cipher.encrypt(body), this.#sha1(body))
  }

  *receive(bytes: Uint8Array): Generator<Received> {
    const deframed = this.#deframer.push(bytes)
    for (const frame of deframed.frames) yield this.#open(frame)
    if (!deframed.ok) yield { ok: false, code: 'gateway.bad_frame', detail: deframed.detail }
  }

  /** Decrypts a frame and checks its digest. */
  #open({ header, body: sealed }: Frame): Received {
    const { protoId, serial } = header
    const body = this.#cipher.decrypt(sealed)
    const name = `frame ${protoId}/${serial}`
    if (body === null) {
      const detail = `the body of ${name} cannot be decrypted: OPEND_RSA_KEY must be the RSA key of OpenD`
      return { ok: false, code: 'gateway.bad_frame', detail }
    }
    return digestMatches(header, body, this.#sha1)
      ? { ok: true, message: { protoId, serial, body } }
      : { ok: false, code: 'gateway.bad_digest', detail: `the SHA-1 of ${name} does not match its body` }
  }
}
