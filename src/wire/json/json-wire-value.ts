/** A scalar for the encoder: 64-bit integers are bigint, enums numbers, `bytes` a Uint8Array. */
export type WireScalar = boolean | number | bigint | string | Uint8Array

/** A value for the encoder. */
export type WireValue = WireScalar | WireMessage | readonly WireValue[]

/** A message for the encoder: by proto name, without absent fields. */
export interface WireMessage {
  readonly [name: string]: WireValue
}

/** A message while it is read. */
export type WireDraft = Record<string, WireValue>

/**
 * The placeholder for a refused value in a draft, so that its field does not count as missing too. A draft with a
 * placeholder is never encoded.
 */
export const REFUSED: WireValue = false

/** Whether a value is a message. */
export function isWireMessage(value: WireValue | undefined): value is WireMessage {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}
