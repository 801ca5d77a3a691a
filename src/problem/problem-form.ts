/** How a failure is told over HTTP. */
export interface Problem {
  readonly status: number
  /** A sentence a person can act on. */
  readonly error: string
  /** Facts for programs, beside `error`, `code` and `request_id`. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A failure without a case does not compile; this is for the compiler, and for a failure that RPC made up. */
export function unreachable(failure: never): never {
  throw new Error(`no answer for ${JSON.stringify(failure)}`)
}
