import type { ChildProcess } from 'node:child_process'

/**
 * How long a stop waits for calls in flight. It is longer than the deadline of a call. Open push sockets never end by
 * themselves, so they are cut after it.
 */
const PATIENCE_MS = 20_000

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * On a signal, the runtime stops to listen, answers the calls in flight and ends; then this process ends with the exit
 * code 0. A runtime that ends without a signal ends this process with the code 1, so that a supervisor starts it again.
 */
export function stopOnSignals(children: ReadonlySet<ChildProcess>): void {
  let isStopping = false
  for (const child of children) {
    child.prependOnceListener('exit', () => {
      if (!isStopping) process.stderr.write('The runtime ended unexpectedly.\n')
      process.exit(isStopping ? 0 : 1)
    })
  }
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    // Workerd drains its connections on this signal.
    for (const child of children) child.kill('SIGTERM')
    setTimeout(() => {
      process.stderr.write(`Connections that were open ${PATIENCE_MS / 1000} s after the signal are cut.\n`)
      process.exit(0)
    }, PATIENCE_MS)
  }
  for (const signal of SIGNALS) {
    // The handlers of Miniflare and of the start end the runtime at once.
    process.removeAllListeners(signal)
    process.on(signal, stop)
  }
}
