/** A failure as an HTTP response. */
export interface ErrorAnswer {
  readonly status: number
  /** For people: what is wrong and what to do. */
  readonly error: string
  /** Facts for programs, beside `error`, `code` and `request_id`. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes a switch that lacks a case a type error. Throws on a code that is not in the union, which RPC may bring. */
export function unreachable(failure: never): never {
  throw new Error(`no answer for ${JSON.stringify(failure)}`)
}
