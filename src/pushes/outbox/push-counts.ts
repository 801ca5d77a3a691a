/** Counts of pushes since the run began, for metrics. */
export interface PushCounts {
  /** Pushes sent to clients, including snapshots and replays. One push to two clients counts twice. */
  framesSent: number
  /** Values that were replaced by newer ones before they could be sent. */
  conflated: number
  /** Events that were dropped for a slow client. */
  dropped: number
  /** `lagged` messages sent. */
  lagged: number
  /** Clients closed because they were too slow. */
  closedSlow: number
  /** Most memory of the items that wait for all clients. A shared frame counts for each client. */
  waitingBytes: number
}

/** The counts at the start of a run. */
export function freshCounts(): PushCounts {
  return { framesSent: 0, conflated: 0, dropped: 0, lagged: 0, closedSlow: 0, waitingBytes: 0 }
}
