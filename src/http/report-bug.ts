import { withoutSecrets } from '../base/without-secrets.ts'

/**
 * Most characters of one error in the log: a message, which may contain a reply of OpenD, and the first stack frames.
 */
const MAX_LOGGED_CHARS = 4_000

/** Logs an unexpected error with the id of its request. */
export function reportBug(error: unknown, requestId: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const logged = withoutSecrets(text.slice(0, MAX_LOGGED_CHARS))
  console.error(JSON.stringify({ request_id: requestId, error: logged }))
}

/** Logs the problems of the configuration. They are not shown anywhere else. */
export function reportMisconfiguration(problems: readonly string[]): void {
  console.error(JSON.stringify({ error: 'the configuration is wrong', problems }))
}
