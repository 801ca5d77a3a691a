import { watchLaunchers } from './launchers.ts'

/**
 * `npm run serve`: see `serve/main.ts`. Until the runtime listens, a signal ends the process at once; after that
 * `serve/stop.ts` ends it.
 */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

for (const [signal, number] of Object.entries(SIGNALS)) {
  // Shells expect this exit code from a program that a signal has ended.
  process.once(signal, () => process.exit(128 + number))
}
// Npm does not forward every signal, so the end of npm counts as one.
watchLaunchers(() => process.kill(process.pid, 'SIGTERM'))

try {
  const { serve } = await import('./serve/main.ts')
  await serve()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
