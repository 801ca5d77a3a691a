import type { StreamName } from '../subscriptions/stream.ts'

/** What a client that was away gets of one stream. */
export interface StreamResume {
  /**
   * - `resumed`: everything after the position was replayed; of a value stream the last value
   * - `gone`: something after it is not kept, or cannot be put in order any more; what can be told was told
   * - `waits`: the stream is not set yet; it goes on from the position when it is
   */
  readonly state: 'resumed' | 'gone' | 'waits'
  /** Events replayed. */
  readonly replayed: number
}

/** What a resume did, by stream. */
export type ResumeReport = ReadonlyMap<StreamName, StreamResume>

/** The report as JSON, for a reply. */
export function resumeJson(report: ResumeReport): Readonly<Record<StreamName, StreamResume>> {
  return Object.fromEntries(report)
}
