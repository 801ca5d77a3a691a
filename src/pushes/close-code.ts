/** How a push socket is closed from our side. */
export interface Close {
  readonly code: number
  /** For people; a close frame has room for 123 bytes of it (RFC 6455 section 5.5.1). */
  readonly reason: string
}

/**
 * Every way in which the gateway closes a push socket. 1000 and 1013 are of the WebSocket registry, those from 4000 on
 * are ours (RFC 6455 section 7.4.2).
 *
 * | code | meaning | come back? |
 * |---|---|---|
 * | 1000 | the answer to a close of the client's own | as it likes |
 * | 1013 | too many sockets | yes, after a pause |
 * | 4401 | the token expired, or none was shown in time | with a token |
 * | 4403 | the key was revoked | no |
 * | 4408 | the client reads too slowly, or does not say that it reads | yes, with `resume` |
 * | 4409 | `auth` brought the token of another caller | open a socket for that caller |
 */
export const CLOSES = {
  answered: { code: 1000, reason: '' },
  crowdedOut: { code: 1013, reason: 'too many sockets without a token, and this was the oldest; connect again' },
  tokenExpired: { code: 4401, reason: 'the token has expired' },
  notKnown: { code: 4401, reason: 'send {"op":"auth","token":"..."} within 10 s of opening the socket' },
  keyRevoked: { code: 4403, reason: 'the key was revoked' },
  notReading: { code: 4408, reason: 'too slow: what was sent has not been confirmed for 2 minutes' },
  neverConfirms: { code: 4408, reason: 'too much sent unconfirmed: answer pings, or send {"op":"ping"} now and then' },
  tooManyReplies: { code: 4408, reason: 'too slow: requests are sent but their replies are not read' },
  noRoom: { code: 4408, reason: 'too slow: too much waits, and most of it for this client' },
  otherCaller: { code: 4409, reason: 'the new token is of another caller; open a socket of its own' },
} as const satisfies Readonly<Record<string, Close>>
