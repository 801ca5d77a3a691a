import { createInterface } from 'node:readline'

/**
 * Reads `+pid` and `-pid`, one per line, from the process that started it. When that process ends, for any reason, its
 * end of the pipe closes, and this process kills the remaining pids.
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
    // The process has already ended.
  }
}
