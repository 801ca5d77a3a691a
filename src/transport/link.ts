/** A two-way byte stream to OpenD, as the gateway object sees it. */
export interface Link {
  /** Queues bytes in order. After `close` it does nothing. */
  send(bytes: Uint8Array): void
  /** Closes the stream. No event follows. */
  close(): void
}

/** What happens on a link. `closed` comes at most once, is the last event, and does not follow a `close()` of ours. */
export interface LinkListener {
  opened(): void
  received(bytes: Uint8Array): void
  /** `detail` is a short reason in plain words. */
  closed(detail: string): void
}

/** Opens a link; its events arrive at the listener, never before this function returned. */
export type Connect = (listener: LinkListener) => Link
