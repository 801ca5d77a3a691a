/**
 * One timer for the earliest thing due. It is only moved forward: who needs waking later asks again when it rings. The
 * alarm does the same when the object was gone meanwhile.
 */
export class WakeTimer {
  readonly #run: () => void
  #set: { readonly handle: ReturnType<typeof setTimeout>; readonly atMs: number } | null = null

  constructor(run: () => void) {
    this.#run = run
  }

  /** Runs at that time, Unix ms, or sooner when an earlier time was asked for. Null asks for nothing. */
  by(atMs: number | null): void {
    if (atMs === null || (this.#set !== null && this.#set.atMs <= atMs)) return
    if (this.#set !== null) clearTimeout(this.#set.handle)
    const handle = setTimeout(
      () => {
        this.#set = null
        this.#run()
      },
      Math.max(0, atMs - Date.now()),
    )
    this.#set = { handle, atMs }
  }
}
