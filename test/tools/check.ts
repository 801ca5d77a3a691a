import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { OFFLINE_ENV, ROOT } from '../../src/cli/build-worker.ts'
import { commandLine } from '../../src/cli/command-line.ts'

/**
 * `npm run check`: the checks of the repository that are not tests of behaviour. Prints one line per step, and the full
 * output of a failed step. Ends with one line, `N passed, N failed`, and fails if a step fails.
 */

commandLine({
  command: 'npm run check --',
  about: 'Runs the checks that are not tests of behaviour. Prints the full output of a failed step.',
  options: {},
})

interface Step {
  readonly name: string
  /** A program of node_modules/.bin, or `node` for the Node that runs this program. */
  readonly command: readonly [string, ...string[]]
  /** Whether to print the last line of its output when it passes. */
  readonly hasNote?: true
}

/** A step that runs longer hangs: the slowest one takes seconds. */
const STEP_LIMIT_MS = 5 * 60_000

/** The slow steps come first, so that they run in parallel with the others. */
const STEPS: readonly Step[] = [
  { name: 'bundle', command: ['node', 'test/tools/check-bundle.ts'], hasNote: true },
  { name: 'house rules', command: ['node', 'test/tools/test.ts', 'test/rules'], hasNote: true },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'] },
  { name: 'types: Worker', command: ['tsc', '-p', 'tsconfig.worker.json'] },
  { name: 'types: pure folders', command: ['tsc', '-p', 'tsconfig.pure.json'] },
  { name: 'types: tools and tests', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'generated files', command: ['node', 'proto/compile.ts', '--check'] },
  { name: 'format', command: ['oxfmt', '--check'] },
]

/** Steps write to a pipe and cannot detect a terminal, so this program decides about colours. */
const COLOUR = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { FORCE_COLOR: undefined, NO_COLOR: '1' }
const NAME_WIDTH = Math.max(...STEPS.map((step) => step.name.length))

const waiting = [...STEPS]
let failed = 0
const work = async (): Promise<void> => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const startMs = performance.now()
    const { ok, output } = await runCommand(step.command)
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(5)
    const note = step.hasNote && ok ? `  ${output.trimEnd().split('\n').at(-1)}` : ''
    const line = `${ok ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(NAME_WIDTH)}  ${seconds} s${note}`
    process.stdout.write(ok ? `${line}\n` : `${line}\n\n${output.trimEnd()}\n\n`)
    if (!ok) failed++
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work))
process.stdout.write(`\n${STEPS.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0

async function runCommand([program, ...args]: Step['command']): Promise<{ ok: boolean; output: string }> {
  const path = program === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', program)
  const child = spawn(path, args, {
    cwd: ROOT,
    env: { ...process.env, ...OFFLINE_ENV, ...COLOUR },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_LIMIT_MS,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `\nended by ${signal} after ${STEP_LIMIT_MS / 1000} s`
      resolve({ ok: code === 0, output: output + ending })
    })
  })
}
