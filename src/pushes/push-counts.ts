/** What happened to pushes since the run began, for metrics. */
export interface PushCounts {
  /** Pushes sent to clients, snapshots and replays included; one push to two clients counts twice. */
  framesSent: number
  /** Values that were replaced by newer ones before they could be sent. */
  conflated: number
  /** Events that could not wait any longer for a slow client. */
  dropped: number
  /** `lagged` messages sent. */
  lagged: number
  /** Clients closed because they were too slow. */
  closedSlow: number
  /** Memory of what waits for all clients together, at most; frames that several wait for count for each. */
  waitingBytes: number
}

/** Counts at the beginning of a run. */
export function freshCounts(): PushCounts {
  return { framesSent: 0, conflated: 0, dropped: 0, lagged: 0, closedSlow: 0, waitingBytes: 0 }
}
