import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundleProblems, MAX_GZIP_BYTES } from './bundle-rules.ts'
import { buildWorker } from '../../src/cli/build-worker.ts'

/** Builds the Worker as a deployment does and checks the result. Prints its size last. */
const outDir = mkdtempSync(join(tmpdir(), 'opend-edge-bundle-'))
try {
  await buildWorker(outDir)
  const code = readFileSync(join(outDir, 'index.js'), 'utf8')
  const gzipBytes = gzipSync(code).length
  const problems = bundleProblems(code, gzipBytes)
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.stdout.write(`${kibibytes(gzipBytes)} KiB gzip of ${kibibytes(MAX_GZIP_BYTES)} allowed\n`)
  process.exitCode = problems.length > 0 ? 1 : 0
} finally {
  rmSync(outDir, { recursive: true })
}

function kibibytes(bytes: number): string {
  return (bytes / 1024).toFixed(1)
}
