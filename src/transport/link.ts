/** A two-way byte stream to OpenD. */
export interface Link {
  /** Queues bytes in order. After `close` it does nothing. */
  send(bytes: Uint8Array): void
  /** Closes the stream. No event follows. */
  close(): void
}

/** Receives the events of a link. `closed` is the last event, comes at most once, and does not follow `close()`. */
export interface LinkListener {
  opened(): void
  received(bytes: Uint8Array): void
  /** `detail` is a short reason in plain English. */
  closed(detail: string): void
}

/** Opens a link. The listener is not called before this function has returned. */
export type Connect = (listener: LinkListener) => Link
