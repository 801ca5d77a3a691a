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

/** The first moment of the session clock at which the market shows `marketMs`; null when it never does. */
export function sessionTimeMs(clock: MarketClock, marketMs: number): number | null {
  switch (clock.kind) {
    case 'real':
      return marketMs
    case 'frozen':
      return null
    case 'fast':
      return Math.ceil(clock.sinceMs + (marketMs - clock.fromMs) / clock.factor)
  }
}

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
