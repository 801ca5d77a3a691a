/**
 * How the market's time follows from the session's. Two clocks are needed: heartbeats, rate limits and delays run in
 * the real seconds of the clients, whatever the market does.
 */
export type MarketClock =
  /** The market lives now. */
  | { readonly kind: 'real' }
  /** The market stands still at one moment. */
  | { readonly kind: 'frozen'; readonly atMs: number }
  /** The market showed `fromMs` when the session clock showed `sinceMs`, and runs `factor` times as fast. */
  | { readonly kind: 'fast'; readonly factor: number; readonly fromMs: number; readonly sinceMs: number }

/** The market's time in Unix ms at `nowMs` of the session clock. */
export function marketTimeMs(clock: MarketClock, nowMs: number): number {
  switch (clock.kind) {
    case 'real':
      return nowMs
    case 'frozen':
      return clock.atMs
    case 'fast':
      return Math.floor(clock.fromMs + (nowMs - clock.sinceMs) * clock.factor)
  }
}
