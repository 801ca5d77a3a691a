/** Anything in the log that could be a key or a JWT. An error's text may quote what it was given. */
const SECRETS = /\bfc_[0-9a-f]+|\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/gi

/** Logs an error that nobody expected, under the id that its caller was given. */
export function reportBug(error: unknown, requestId: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(JSON.stringify({ request_id: requestId, error: text.replace(SECRETS, '[redacted]') }))
}
