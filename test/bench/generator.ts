import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from '../../src/cli/build-worker.ts'
import type { LoadJob, LoadResult } from './load.ts'

/** The load generator's process. It is kept for all rounds, so that its own warm-up is over before the first. */
export interface Generator {
  run(job: LoadJob): Promise<LoadResult>
  stop(): void
}

/** Starts the load generator. A round rejects when a connection breaks or an answer is not 200. */
export function startGenerator(): Generator {
  const child = fork(join(ROOT, 'test/bench/load.ts'))
  return {
    run: async (job) => {
      child.send(job)
      const [result] = (await once(child, 'message')) as [LoadResult | { readonly error: string }]
      if ('error' in result) throw new Error(result.error)
      if (result.failures > 0) throw new Error(`${result.failures} failed, the first: ${result.firstFailure}`)
      return result
    },
    stop: () => child.disconnect(),
  }
}
