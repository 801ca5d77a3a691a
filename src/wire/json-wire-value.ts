/** A scalar as the encoder takes it: 64-bit integers are bigint, enums numbers, `bytes` bytes. */
export type WireScalar = boolean | number | bigint | string | Uint8Array

/** A value as the encoder takes it. */
export type WireValue = WireScalar | WireMessage | readonly WireValue[]

/** A message as the encoder takes it: by proto name, without the fields that are not given. */
export interface WireMessage {
  readonly [name: string]: WireValue
}

/** A message while it is read. */
export type WireDraft = Record<string, WireValue>

/**
 * Stands in a draft where a value was refused, so that its field does not count as missing too. A draft with one is
 * never encoded.
 */
export const REFUSED: WireValue = false

/** Whether a value is a message. */
export function isWireMessage(value: WireValue | undefined): value is WireMessage {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}
