import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { BodyFormat } from '../../wire/frame.ts'
import { encodeBody } from './body-codec.ts'
import type { SimulatorCrypto } from './crypto.ts'

/** A plain body and its SHA-1. */
export interface SealedBody {
  readonly bytes: Uint8Array
  readonly digest: Uint8Array
}

/** A push message for any number of connections, encoded once per body format in use. */
export class PushBody<Name extends MessageName = MessageName> {
  readonly protoId: number
  readonly #name: Name
  readonly #value: MessageTypes[Name]
  readonly #encoded = new Map<number, SealedBody>()

  constructor(protoId: number, name: Name, value: MessageTypes[Name]) {
    this.protoId = protoId
    this.#name = name
    this.#value = value
  }

  in(format: number, crypto: SimulatorCrypto): SealedBody {
    const known = format === BodyFormat.Json ? format : BodyFormat.Protobuf
    let sealed = this.#encoded.get(known)
    if (sealed === undefined) {
      const bytes = encodeBody(this.#name, known, this.#value, crypto.utf8)
      sealed = { bytes, digest: crypto.sha1(bytes) }
      this.#encoded.set(known, sealed)
    }
    return sealed
  }
}
