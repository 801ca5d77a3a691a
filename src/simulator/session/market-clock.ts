/**
 * How the market's time derives from the session's time. There are two clocks, because heartbeats, rate limits and
 * delays run in the real seconds of the clients, at any speed of the market.
 */
export type MarketClock =
  /** The market runs in real time. */
  | { readonly kind: 'real' }
  /** The market stays at one time. */
  | { readonly kind: 'frozen'; readonly atMs: number }
  /** The market time was `fromMs` when the session clock showed `sinceMs`, and runs `factor` times as fast. */
  | { readonly kind: 'fast'; readonly factor: number; readonly fromMs: number; readonly sinceMs: number }

/** The first time of the session clock at which the market time is `marketMs`; null if that never happens. */
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
