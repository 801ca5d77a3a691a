import { readSocketCaller } from '../src/auth/socket-caller.ts'

/** What stays with a socket while the object sleeps. */
interface SocketAttachment {
  readonly callerId: string
  /** Unix time in ms at which its token ends, or null. */
  readonly expiresAtMs: number | null
}

/** Close codes of ours, from the range the WebSocket standard leaves to applications (RFC 6455 section 7.4.2). */
const CLOSE_EXPIRED = 4401

/** The platform's own limit of hibernating sockets of one object. */
const MAX_SOCKETS = 32_768

/**
 * Opens a push socket for the caller that the Worker vouched for. The socket hibernates: it costs nothing while it is
 * quiet, and survives an eviction of the object.
 */
export function acceptPushSocket(ctx: DurableObjectState, request: Request): Response {
  if (ctx.getWebSockets().length >= MAX_SOCKETS) return new Response(null, { status: 503 })
  const { id, expiresAtMs } = readSocketCaller(request.headers)
  const { 0: client, 1: server } = new WebSocketPair()
  ctx.acceptWebSocket(server)
  server.serializeAttachment({ callerId: id, expiresAtMs } satisfies SocketAttachment)
  return new Response(null, { status: 101, webSocket: client })
}

/** Closes the sockets whose tokens have ended. */
export function closeExpiredSockets(ctx: DurableObjectState, nowMs: number): void {
  for (const socket of ctx.getWebSockets()) {
    // Only `acceptPushSocket` attaches anything.
    const { expiresAtMs } = socket.deserializeAttachment() as SocketAttachment
    if (expiresAtMs !== null && expiresAtMs <= nowMs) socket.close(CLOSE_EXPIRED, 'the token has expired')
  }
}
