/** How long a call may take after the gateway accepted it. The official clients use the same time. */
export const CALL_DEADLINE_MS = 12_000

/**
 * How long a TCP connection may take to open. Together with the InitConnect time below it is less than the call
 * deadline, so a call that waited for the link ends with the failure of the stage that failed.
 */
export const CONNECT_TIMEOUT_MS = 5_000

/** How long OpenD may take to answer InitConnect. */
export const INIT_TIMEOUT_MS = 5_000

/** Fraction of OpenD's keep-alive interval after which a heartbeat is due. The official clients use the same. */
export const KEEP_ALIVE_FRACTION = 0.8

/** Bounds for OpenD's keep-alive interval: a wrong value must not cause a flood of heartbeats or a dead link. */
export const KEEP_ALIVE_INTERVAL_MS = { least: 2_000, most: 30_000 } as const

/** The interval of heartbeats on the WebSocket port, which states none. It is that of the TCP port by default. */
export const WEBSOCKET_HEARTBEAT_MS = 10_000

/** First delay of the reconnect backoff, and its ceiling. */
export const RECONNECT_DELAY_MS = { first: 250, most: 30_000 } as const

/** After a link was ready for this long, the next failure restarts the backoff. */
export const STABLE_LINK_MS = 10_000

/** Least time between two attempts to connect, also when a waiting call brings the next one forward. */
export const LEAST_ATTEMPT_GAP_MS = 1_000
