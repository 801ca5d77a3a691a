/** The WebSocket of a connector, as the gateway has accepted it. */
export interface ConnectorSocket {
  readonly name: string
  /** The caller whose token opened it, as `Caller.id`. */
  readonly caller: string
  readonly connectedAtMs: number
  send(message: string | Uint8Array): void
  close(code: number, reason: string): void
  /** When the last heartbeat came, Unix ms; null before the first. */
  heardAtMs(): number | null
}

/** What happens to connectors, for the audit and the log. */
export type ConnectorEvent =
  | {
      readonly kind: 'connected' | 'disconnected'
      readonly name: string
      readonly caller: string
      readonly reason: string
    }
  /** A link came up over another connector than the one before. */
  | { readonly kind: 'take_over'; readonly name: string; readonly caller: string; readonly reason: string }

/** A connector as the status shows it. */
export interface ConnectorView {
  readonly name: string
  readonly state: 'active' | 'standby'
  readonly sinceMs: number
  /** Whether its OpenD accepts connections, as last reported; null before the first report. */
  readonly isOpendUp: boolean | null
  /** Why its OpenD cannot be reached; '' if it can. */
  readonly reason: string
}
