import { TrdMarket } from '../../../proto/enums.ts'
import { CALLS } from '../../calls.ts'
import type { StreamName } from '../../subscriptions/stream.ts'
import { decodeToJson, type JsonField } from '../../wire/decode.ts'
import { encodeBase64 } from '../../wire/json/json-base64.ts'
import { protocolById } from '../../wire/schema.ts'
import type { PushEvent } from '../push-event.ts'
import { streamKindOf, type StreamKind } from '../stream-kind.ts'

/** The form of a push message: decoded as `data`, or as OpenD's bytes in `body_b64`. */
export type BodyForm = 'json' | 'base64'

/** An item that can wait for a client. */
export interface Outgoing {
  /** The position in which it was added, over items of all kinds. */
  readonly order: number
  /** True for a push, false for a control message. */
  readonly isFrame: boolean
  text(form: BodyForm): string
}

/** Approximate memory of a frame without its texts: the object and its map entries. */
const FRAME_OVERHEAD_BYTES = 512

/**
 * Memory of a frame's body and texts for each byte of its body: the body itself, and JSON of up to 4.2 characters for
 * each byte (measured: an order book), which take 2 bytes each when a name is Chinese.
 */
const WEIGHT_PER_BODY_BYTE = 10

/** One push event as sent to clients. Its texts are created on first use and shared by all clients. */
export class PushFrame implements Outgoing {
  readonly order: number
  readonly stream: StreamName
  readonly kind: StreamKind
  readonly seq: number
  /** A high estimate of its memory. */
  readonly weightBytes: number
  readonly isFrame = true
  readonly isSnapshot = false
  /** Time of its earliest K-line or intraday point; null for other events. */
  readonly #earliest: string | null
  readonly #body: Uint8Array
  readonly #responseName: string
  readonly #head: PushFrameHead
  #json: string | null = null
  #base64: string | null = null

  /** `order` increases over the events of all streams, `seq` over those of the stream. */
  constructor(event: PushEvent, seq: number, order: number) {
    this.order = order
    this.stream = event.stream
    this.kind = streamKindOf(event.stream)
    this.seq = seq
    this.#body = event.body
    this.#responseName = protocolById(event.protoId)?.response ?? ''
    this.#head = headOf(event, seq)
    this.#earliest = earliestOf(event)
    this.weightBytes = FRAME_OVERHEAD_BYTES + WEIGHT_PER_BODY_BYTE * event.body.length
  }

  text(form: BodyForm): string {
    if (form === 'json') return (this.#json ??= this.#write({ data: contentOf(this.#responseName, this.#body) }))
    return (this.#base64 ??= this.#write({ body_b64: encodeBase64(this.#body) }))
  }

  /**
   * Whether this frame replaces an older one of the same value stream without loss. It is false only for K-lines and
   * intraday points: when a new bar begins, the last value of the bar before must be sent too.
   */
  replaces(older: PushFrame): boolean {
    // All times of a stream have the same format, most significant part first.
    return this.#earliest === null || older.#earliest === null || this.#earliest <= older.#earliest
  }

  #write(content: { readonly data: JsonField } | { readonly body_b64: string }): string {
    return JSON.stringify({ ...this.#head, ...content })
  }
}

/** A frame that is sent again: as the current value, or to a client that missed it. */
export class Repeat implements Outgoing {
  readonly order: number
  readonly frame: PushFrame
  /** Whether it is a current value and not a new event. Clients get it as `"snapshot":true`. */
  readonly isSnapshot: boolean
  readonly isFrame = true

  constructor(frame: PushFrame, order: number, isSnapshot: boolean) {
    this.order = order
    this.frame = frame
    this.isSnapshot = isSnapshot
  }

  text(form: BodyForm): string {
    const text = this.frame.text(form)
    return this.isSnapshot ? `{"snapshot":true,${text.slice(1)}` : text
  }
}

/** The members before a frame's content. A member that does not apply is left out. */
interface PushFrameHead {
  readonly type: PushEvent['type']
  readonly proto_id: number
  readonly stream: StreamName
  readonly seq: number
  readonly sec_key?: string
  readonly sub_type?: number
  readonly rehab_type?: number
  readonly acc_id?: string
  readonly trd_market?: string
}

const MARKET_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TrdMarket)
    .filter(([, number]) => number !== TrdMarket.Unknown)
    .map(([name, number]) => [number, name]),
)

function headOf(event: PushEvent, seq: number): PushFrameHead {
  const { type, protoId, stream } = event
  const head = { type, proto_id: protoId, stream, seq }
  switch (type) {
    case 'quote': {
      const { secKey, subType, rehabType } = event
      const quote = { ...head, sec_key: secKey, sub_type: subType }
      return rehabType === null ? quote : { ...quote, rehab_type: rehabType }
    }
    case 'trade': {
      const market = MARKET_NAMES.get(event.trdMarket)
      const trade = { ...head, acc_id: event.accId.toString() }
      return market === undefined ? trade : { ...trade, trd_market: market }
    }
    case 'notify':
      return event.secKey === null ? head : { ...head, sec_key: event.secKey }
  }
}

function earliestOf(event: PushEvent): string | null {
  if (event.type !== 'quote') return null
  // OpenD's list is in ascending order.
  if (event.protoId === CALLS.Qot_UpdateKL.protoId) return event.s2c.klList?.[0]?.time ?? null
  return event.protoId === CALLS.Qot_UpdateRT.protoId ? (event.s2c.rtList?.[0]?.time ?? null) : null
}

function contentOf(responseName: string, body: Uint8Array): JsonField {
  const response = decodeToJson(responseName, body)
  // `readPush` has already decoded the same bytes.
  if (!response.ok) throw new Error(`a push that decoded once does not decode again: ${response.detail}`)
  return response.value['s2c'] ?? null
}
