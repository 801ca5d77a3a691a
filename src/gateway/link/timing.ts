/** How long a call may take, from the moment the gateway took it: the reply time of the official clients. */
export const CALL_DEADLINE_MS = 12_000

/**
 * How long a TCP connection may take to open. With the InitConnect time below it stays under the call deadline, so a
 * call that waited for the link is told which of the two stages failed.
 */
export const CONNECT_TIMEOUT_MS = 5_000

/** How long OpenD may take to answer InitConnect. */
export const INIT_TIMEOUT_MS = 5_000

/** Part of OpenD's keep-alive interval after which the next heartbeat is due; the official clients use it too. */
export const KEEP_ALIVE_FRACTION = 0.8

/** Bounds for the interval that OpenD states, so that a strange answer neither floods it nor lets the link die. */
export const KEEP_ALIVE_INTERVAL_MS = { least: 2_000, most: 30_000 } as const

/** First delay of the reconnect backoff and its ceiling. The ceiling is half of what a person calls "down". */
export const RECONNECT_DELAY_MS = { first: 250, most: 30_000 } as const

/** A link that stayed ready this long was a good one: the next failure starts the backoff anew. */
export const STABLE_LINK_MS = 10_000

/** A waiting call may bring the next connection attempt forward, but attempts stay at least this far apart. */
export const LEAST_ATTEMPT_GAP_MS = 1_000
