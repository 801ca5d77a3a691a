import { withoutSecrets } from '../base/without-secrets.ts'

/** Characters of one error in the log: a message and the frames that matter. The message may repeat a reply of OpenD. */
const MAX_LOGGED_CHARS = 4_000

/** Logs an error that nobody expected, under the id that its caller was given. */
export function reportBug(error: unknown, requestId: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const logged = withoutSecrets(text.slice(0, MAX_LOGGED_CHARS))
  console.error(JSON.stringify({ request_id: requestId, error: logged }))
}

/** Logs what is wrong with the configuration; the only place where an operator reads it. */
export function reportMisconfiguration(problems: readonly string[]): void {
  console.error(JSON.stringify({ error: 'the configuration is wrong', problems }))
}
