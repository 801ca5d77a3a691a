import { watchLaunchers } from './launchers.ts'

/**
 * `npm start`: see `start/main.ts`. This file comes first and imports nothing large, so that the process ends with npm
 * from its first moments on: loading the rest takes a second. Ending means `process.exit`, since Miniflare ends the
 * runtime in an exit handler.
 */

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

for (const [signal, number] of Object.entries(SIGNALS)) {
  // Shells expect this code of a program that a signal has ended.
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
