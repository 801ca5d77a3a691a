/** The answer of `/readyz`: null if the gateway is ready, else the reason. */
export type Readiness = string | null

/** How often `/readyz` is requested. */
const INTERVAL_MS = 1000

/** How long the gateway may be connecting before the watch reports it. */
const PATIENCE_MS = 5000

/** Turns the answers of `/readyz` into one message for each change of the link. */
export class LinkReport {
  /** The kind of the last reported reason; null if the link was up, undefined before the first report. */
  #reported: string | null | undefined
  #notReadySinceMs: number | null = null

  /** The message for an answer; null if the link has not changed. */
  lineFor(readiness: Readiness, nowMs: number): string | null {
    if (readiness === null) {
      this.#notReadySinceMs = null
      const message = this.#reported === null ? null : 'The link to OpenD is up.'
      this.#reported = null
      return message
    }
    this.#notReadySinceMs ??= nowMs
    const reason = causeIn(readiness)
    const isOnlyConnecting = reason.endsWith('is not up.') && nowMs - this.#notReadySinceMs < PATIENCE_MS
    const kind = kindOf(reason)
    if (isOnlyConnecting || kind === this.#reported) return null
    this.#reported = kind
    return reason
  }
}

/** Removes the connection stage in parentheses and the time of the next attempt, which change with every attempt. */
function causeIn(readiness: string): string {
  return readiness.replace(/ \([a-z_-]+\)/, '').replace(/ The next connection attempt [^.]*\./, '')
}

/** A reason without its numbers, because serial numbers and times differ in each attempt. */
function kindOf(reason: string): string {
  return reason.replaceAll(/\d+/g, '#')
}

/** Polls `/readyz` of a running gateway and prints each change with the time. The returned function stops it. */
export function watchLink(url: string, print: (line: string) => void): () => void {
  const report = new LinkReport()
  const poll = async (): Promise<void> => {
    const readiness = await readReadiness(url)
    const message = readiness === undefined ? null : report.lineFor(readiness, Date.now())
    if (message !== null) print(`${new Date().toTimeString().slice(0, 8)}  ${message}`)
  }
  let isPolling = false
  const timer = setInterval(() => {
    if (isPolling) return
    isPolling = true
    void poll().finally(() => (isPolling = false))
  }, INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Undefined if there was no valid answer. */
async function readReadiness(url: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10 * INTERVAL_MS) })
    const text = await response.text()
    if (response.status === 200) return null
    const { reason } = JSON.parse(text) as { readonly reason?: unknown }
    return typeof reason === 'string' ? reason : undefined
  } catch {
    return undefined
  }
}
