/** The answer of `/readyz`: null when the gateway is ready, else the reason. */
export type Readiness = string | null

/** How often the gateway is asked. */
const INTERVAL_MS = 1000

/** A gateway may be connecting for so long before that is worth a line. */
const PATIENCE_MS = 5000

/** Turns the answers of `/readyz` into one line for each change of the link. */
export class LinkReport {
  /** The kind of the latest reason that was reported, null for a link that is up; undefined before the first. */
  #reported: string | null | undefined
  #notReadySinceMs: number | null = null

  /** The line for an answer; null when it changes nothing. */
  lineFor(readiness: Readiness, nowMs: number): string | null {
    if (readiness === null) {
      this.#notReadySinceMs = null
      const line = this.#reported === null ? null : 'The link to OpenD is up.'
      this.#reported = null
      return line
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

/** A link that tries goes through stages, named in parentheses, and waits longer each time; what matters is the cause. */
function causeIn(readiness: string): string {
  return readiness.replace(/ \([a-z_-]+\)/, '').replace(/ The next connection attempt [^.]*\./, '')
}

/** A reason without its numbers: serials and times make each attempt differ from the one before. */
function kindOf(reason: string): string {
  return reason.replaceAll(/\d+/g, '#')
}

/** Asks a running gateway for its readiness and prints each change, with the time. The returned function stops it. */
export function watchLink(url: string, print: (line: string) => void): () => void {
  const report = new LinkReport()
  const look = async (): Promise<void> => {
    const readiness = await readReadiness(url)
    const line = readiness === undefined ? null : report.lineFor(readiness, Date.now())
    if (line !== null) print(`${new Date().toTimeString().slice(0, 8)}  ${line}`)
  }
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => (isLooking = false))
  }, INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Undefined when there was no answer that can be read. */
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
