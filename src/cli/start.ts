import { watchLaunchers } from './launchers.ts'

/**
 * `npm start`: see `start/main.ts`. Loading the rest takes a second. This file imports nothing large, so the signal
 * handlers and the launcher watch run from the first moment. They call `process.exit`, because Miniflare ends the
 * runtime in an exit handler.
 */

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

for (const [signal, number] of Object.entries(SIGNALS)) {
  // Shells expect this exit code from a program that a signal has ended.
  process.once(signal, () => process.exit(128 + number))
}
watchLaunchers(() => process.exit(0))

try {
  const { start } = await import('./start/main.ts')
  await start()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
