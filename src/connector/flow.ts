import { REPORT_EVERY_BYTES } from './messages.ts'

/** Bytes that were sent over a link and that the other side has not passed on yet. */
export class UnreadBytes {
  #sent = 0
  #read = 0

  get size(): number {
    return this.#sent - this.#read
  }

  sent(bytes: number): void {
    this.#sent += bytes
  }

  /** Takes the reader's total. One that exceeds what was sent, or that shrinks, has no effect. */
  read(total: number): void {
    if (total > this.#read && total <= this.#sent) this.#read = total
  }
}

/** Bytes that were received over a link and passed on, with the reports to their sender. */
export class ReadReports {
  #read = 0
  #reported = 0

  /** Adds bytes that were passed on. Returns the total if it is to be reported now. */
  add(bytes: number): number | null {
    this.#read += bytes
    if (this.#read - this.#reported < REPORT_EVERY_BYTES) return null
    this.#reported = this.#read
    return this.#read
  }
}
