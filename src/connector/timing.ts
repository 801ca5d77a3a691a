import { CloseCode } from './messages.ts'

/** Times of the connector, ms. */
export const CONNECTOR_TIMING = {
  /** How long the WebSocket may take to open. */
  dialMs: 10_000,
  /** Between two pings. A proxy that ends idle connections does so after 60 s or more. */
  pingMs: 15_000,
  /** How long after a ping a message must come: a half-open connection is found within 25 s. */
  answerMs: 10_000,
  /** How long OpenD may take to accept. Less than the gateway waits for a connection, so that it gets the reason. */
  opendDialMs: 4_000,
  /** Between two probes of OpenD while there is no link. */
  probeMs: 15_000,
  /** The wait after a refusal that a person has to mend, such as a wrong token. */
  refusedMs: 60_000,
} as const

/** Why the WebSocket of a connector ended, as far as it is known. */
export interface EdgeEnd {
  readonly detail: string
  /** The close code of an open WebSocket. */
  readonly code?: number
  /** The HTTP status of one that was not opened. */
  readonly status?: number
}

/** The reason of an end, with what to do where it is known. */
export function reasonOfEnd({ detail, code, status }: EdgeEnd): string {
  if (code === CloseCode.NotAllowed) return `the gateway does not accept the token any more: give a valid one (--token)`
  if (code === CloseCode.Replaced) {
    return 'another connector with the same name has connected: give each one its own --name'
  }
  if (code === CloseCode.Full) return 'the gateway has too many connectors: stop one that is not needed'
  if (status === 401) return `the gateway refuses the token: give a valid one with the scope gateway (${detail})`
  if (status === 403) return `the token is not allowed to connect: it needs the scope gateway (${detail})`
  return detail
}
