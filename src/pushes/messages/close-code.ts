/** A close of a push socket by the gateway. */
export interface Close {
  readonly code: number
  /** Text for people. A close frame has room for 123 bytes (RFC 6455 section 5.5.1). */
  readonly reason: string
}

/**
 * All closes of push sockets by the gateway. 1000 and 1013 are from the WebSocket registry; 4000 and above are for
 * private use (RFC 6455 section 7.4.2).
 *
 * | code | meaning | reconnect? |
 * |---|---|---|
 * | 1000 | the answer to a close by the client | if wanted |
 * | 1013 | too many sockets | yes, after a pause |
 * | 4401 | the token expired, or the client sent no token in time | with a token |
 * | 4403 | the key was revoked, or its rights were changed | no, or once if the reason is the change |
 * | 4408 | the client reads too slowly, or does not confirm what it reads | yes, with `resume` |
 * | 4409 | `auth` had the token of another caller | on a new socket for that caller |
 */
export const CLOSES = {
  answered: { code: 1000, reason: '' },
  crowdedOut: { code: 1013, reason: 'too many sockets without a token, and this was the oldest; connect again' },
  tokenExpired: { code: 4401, reason: 'the token has expired' },
  notKnown: { code: 4401, reason: 'send {"op":"auth","token":"..."} within 10 s of opening the socket' },
  keyRevoked: { code: 4403, reason: 'the key was revoked' },
  keyChanged: { code: 4403, reason: 'the rights of the key were changed; connect again to use the new ones' },
  notReading: { code: 4408, reason: 'too slow: what was sent has not been confirmed for 2 minutes' },
  neverConfirms: { code: 4408, reason: 'too much sent unconfirmed: answer pings, or send {"op":"ping"} now and then' },
  tooManyReplies: { code: 4408, reason: 'too slow: requests are sent but their replies are not read' },
  noRoom: { code: 4408, reason: 'too slow: too much data waits, and this client has the most' },
  otherCaller: {
    code: 4409,
    reason: 'the new token belongs to another caller; open a new socket for that caller',
  },
} as const satisfies Readonly<Record<string, Close>>
