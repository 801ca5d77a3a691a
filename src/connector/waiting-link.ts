import type { Link } from '../transport/link.ts'

/** A link that waits for a connector. Nothing is sent before the link is open, so there is nothing to keep meanwhile. */
export class WaitingLink implements Link {
  readonly #onClosed: () => void
  #link: Link | null = null

  /** `onClosed` is called when the link is closed before a connector has come. */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed
  }

  /** A connector has come: its link takes over. */
  attach(link: Link): void {
    this.#link = link
  }

  send(bytes: Uint8Array): void {
    this.#link?.send(bytes)
  }

  close(): void {
    if (this.#link === null) this.#onClosed()
    else this.#link.close()
  }
}
