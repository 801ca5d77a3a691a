import { createInterface } from 'node:readline'

/**
 * Reads `+pid` and `-pid`, one a line, from the process that started it. When that process has ended, however it ended,
 * its end of the pipe is closed, and the processes that are left are killed.
 */
const pids = new Set<number>()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

for await (const text of createInterface({ input: process.stdin })) {
  const pid = Number(text.slice(1))
  if (text.startsWith('+')) pids.add(pid)
  else pids.delete(pid)
}
for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
