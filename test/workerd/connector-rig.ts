import type { TestContext } from 'node:test'
import { ConnectorShell } from '../../src/cli/connector/shell.ts'
import { TEST_KEY, type TestWorker } from './harness.ts'
import { withinDeadline } from './socket-client.ts'

/** A running connector, and what it has logged. */
export interface TestConnector {
  readonly lines: readonly string[]
  /** Resolves when a line matches that is not one of the first `after`. */
  line(expected: RegExp, after?: number): Promise<string>
  stop(): void
}

/** Runs the connector's own shell in this process, until the end of the test. */
export async function startConnector(
  t: TestContext,
  worker: TestWorker,
  options: { readonly opendPort: number; readonly name?: string; readonly token?: string },
): Promise<TestConnector> {
  const { opendPort, name = 'home', token = TEST_KEY } = options
  const lines: string[] = []
  let changed = Promise.withResolvers<void>()
  const url = new URL(`/connector?name=${name}`, worker.url.href.replace(/^http/, 'ws'))
  const names = { edge: `the gateway as ${name}`, opend: `127.0.0.1:${opendPort}` }
  const opend = { host: '127.0.0.1', port: opendPort }
  const shell = new ConnectorShell({ kind: 'run', url: url.href, token, opend, names }, (line) => {
    lines.push(line)
    changed.resolve()
    changed = Promise.withResolvers<void>()
  })
  t.after(() => shell.stop())
  shell.start()
  const wait = async (expected: RegExp, after: number): Promise<string> => {
    for (;;) {
      const found = lines.slice(after).find((line) => expected.test(line))
      if (found !== undefined) return found
      await changed.promise
    }
  }
  const line = (expected: RegExp, after = 0): Promise<string> =>
    withinDeadline(wait(expected, after), () => `no line ${expected} in ${JSON.stringify(lines)}`)
  await line(/^connected to the gateway|cannot connect/)
  return { lines, line, stop: () => shell.stop() }
}
