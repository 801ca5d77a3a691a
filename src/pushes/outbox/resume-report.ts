import type { StreamName } from '../../subscriptions/stream.ts'

/** The result of a resume for one stream. */
export interface StreamResume {
  /**
   * - `resumed`: all events after the position were replayed; for a value stream, the last value
   * - `gone`: events after the position are lost or can no longer be sent in order; the retained ones were replayed
   * - `waits`: the stream is not set yet; it resumes from the position when it is set
   */
  readonly state: 'resumed' | 'gone' | 'waits'
  /** Events replayed. */
  readonly replayed: number
}

/** The results of a resume, by stream. */
export type ResumeReport = ReadonlyMap<StreamName, StreamResume>

/** The report as JSON, for a reply. */
export function resumeJson(report: ResumeReport): Readonly<Record<StreamName, StreamResume>> {
  return Object.fromEntries(report)
}
