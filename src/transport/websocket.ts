import type { Connect, Link, LinkListener } from './link.ts'

/** How a WebSocket is opened. The platform's `fetch` with an `Upgrade` header, because it can send other headers too. */
export type OpenWebSocket = (url: string, headers: Readonly<Record<string, string>>) => Promise<Opened>

/** A WebSocket that accepts messages, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly socket: ClientSocket }
  | { readonly ok: false; readonly detail: string }

/** The part of the platform's WebSocket that a link uses. */
export interface ClientSocket {
  accept(): void
  send(bytes: Uint8Array): void
  close(code: number, reason: string): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
  addEventListener(type: 'error', listener: () => void): void
}

/** The close code of an ordinary end. */
const NORMAL = 1000

/** Opens links to a WebSocket address: each `received` event is one binary message. */
export function webSocketConnector(
  url: string,
  headers: Readonly<Record<string, string>>,
  open: OpenWebSocket = fetchWebSocket,
): Connect {
  return (listener) => new WebSocketLink(open(url, headers), listener)
}

class WebSocketLink implements Link {
  readonly #listener: LinkListener
  #socket: ClientSocket | null = null
  #hasEnded = false

  constructor(opening: Promise<Opened>, listener: LinkListener) {
    this.#listener = listener
    opening.then(
      (opened) => (opened.ok ? this.#start(opened.socket) : this.#end(opened.detail)),
      (error: unknown) => this.#end(error instanceof Error ? error.message : 'the connection failed'),
    )
  }

  send(bytes: Uint8Array): void {
    if (this.#hasEnded) return
    try {
      this.#socket?.send(bytes)
    } catch {
      this.#end('the socket is closed')
    }
  }

  close(): void {
    this.#hasEnded = true
    this.#release()
  }

  #start(socket: ClientSocket): void {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      if (this.#hasEnded) return
      if (data instanceof ArrayBuffer) this.#listener.received(new Uint8Array(data))
      else this.#end('a text message, which OpenD does not send')
    })
    socket.addEventListener('close', ({ code, reason }) =>
      this.#end(`the peer closed the WebSocket (${code}${reason === '' ? '' : `, ${reason}`})`),
    )
    socket.addEventListener('error', () => this.#end('the WebSocket failed'))
    socket.accept()
    // Closed while it was opening.
    if (this.#hasEnded) this.#release()
    else this.#listener.opened()
  }

  #end(detail: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#listener.closed(detail)
    this.#release()
  }

  #release(): void {
    try {
      this.#socket?.close(NORMAL, '')
    } catch {
      // It is closed already.
    }
  }
}

/** Opens a WebSocket with the platform's `fetch`. A redirect is refused: the headers hold a secret of this host only. */
async function fetchWebSocket(url: string, headers: Readonly<Record<string, string>>): Promise<Opened> {
  const response = await fetch(url.replace(/^ws/, 'http'), {
    headers: { ...headers, Upgrade: 'websocket' },
    redirect: 'manual',
  })
  const socket = response.webSocket
  if (socket !== null && socket !== undefined) {
    // Messages as bytes, also where the platform's default is a Blob.
    socket.binaryType = 'arraybuffer'
    return { ok: true, socket }
  }
  await response.body?.cancel()
  return { ok: false, detail: refusalText(response.status) }
}

/** Why an upgrade was refused, as far as its status says. */
function refusalText(status: number): string {
  const refused = `the upgrade was refused with status ${status}`
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) {
    return `${refused}: check OPEND_ACCESS_ID and OPEND_ACCESS_SECRET`
  }
  if (status === 400 || status === 426) {
    return `${refused}: a tunnel over QUIC can drop the Upgrade header, cloudflared --protocol http2 keeps it`
  }
  if (status === 502 || status === 530) return `${refused}: the tunnel does not reach OpenD`
  return refused
}
