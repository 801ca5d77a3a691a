import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { BUILT_WORKER, buildTestWorker } from '../workerd/built-worker.ts'
import { OFFLINE_ENV, ROOT } from '../../src/cli/build-worker.ts'
import { commandLine, type CommandForm, refuseCommandLine, userFolder } from '../../src/cli/command-line.ts'
import { runTestFiles, type Tally } from './test-run.ts'

/**
 * `npm test`: runs all tests, those in named files and folders (`npm test -- test/wire`), or those with a matching name
 * (`npm test -- -t deframer`). Ends with one line, `N passed, N failed`, and fails if a test fails.
 */

/** A file that takes longer hangs: the slowest one runs ten thousand simulated schedules in a minute or two. */
const DEFAULT_FILE_LIMIT_SECONDS = 300
/** Tests in this folder start the real Worker. They run last, so that unit tests report a broken function first. */
const WORKERD_TESTS = join(ROOT, 'test', 'workerd')

const FORM: CommandForm<'test-name-pattern' | 'test-concurrency' | 'file-limit-seconds'> = {
  command: 'npm test --',
  about: 'Runs all tests, or those in the files and folders named. Ends with one line, N passed, N failed.',
  options: {
    'test-name-pattern': { takes: 'TEXT', short: 't', about: 'only tests with a matching name; may be given twice' },
    'test-concurrency': { takes: 'N', about: 'files that run at the same time; the number of processors by default' },
    'file-limit-seconds': {
      takes: 'N',
      about: `kills a file after this time; ${DEFAULT_FILE_LIMIT_SECONDS} by default`,
    },
  },
  operands: { name: 'FILE or FOLDER ...', about: 'such as test/wire' },
}

const line = commandLine(FORM)
const options = {
  concurrency: wholeNumber('test-concurrency', availableParallelism()),
  fileLimitMs: wholeNumber('file-limit-seconds', DEFAULT_FILE_LIMIT_SECONDS) * 1000,
  namePatterns: line.texts('test-name-pattern'),
  root: ROOT,
}
Object.assign(process.env, OFFLINE_ENV)

const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
const folders =
  line.operands.length === 0 ? [join(ROOT, 'test')] : line.operands.map((path) => resolve(userFolder(), path))
const files = [...new Set(folders.flatMap(testFilesOf))]
const isWorkerdTest = (file: string): boolean => file.startsWith(WORKERD_TESTS)
await runTestFiles(
  files.filter((file) => !isWorkerdTest(file)),
  options,
  tally,
)
await runWorkerdTests(files.filter(isWorkerdTest))
if (tally.passed + tally.failed + tally.skipped === 0) stop('No test matches this name.')
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''
process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed${skipped}\n`)
process.exitCode = tally.failed > 0 ? 1 : 0

/** Builds the Worker once for all tests that start it. */
async function runWorkerdTests(workerdFiles: readonly string[]): Promise<void> {
  if (workerdFiles.length === 0) return
  const outDir = mkdtempSync(join(tmpdir(), 'opend-edge-test-'))
  try {
    await buildTestWorker(outDir)
    process.env[BUILT_WORKER] = outDir
    await runTestFiles(workerdFiles, options, tally)
  } catch (error) {
    process.stdout.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
    tally.failed++
  } finally {
    rmSync(outDir, { recursive: true })
  }
}

function testFilesOf(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  const found = stats?.isFile() ? [path] : testFilesIn(path)
  return found.length > 0 ? found : refuseCommandLine(FORM, `${path} contains no test file.`)
}

function testFilesIn(folder: string): readonly string[] {
  return globSync('**/*.test.ts', { cwd: folder })
    .map((file) => join(folder, file))
    .toSorted()
}

function wholeNumber(name: 'test-concurrency' | 'file-limit-seconds', otherwise: number): number {
  const text = line.text(name) ?? String(otherwise)
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  return refuseCommandLine(FORM, `--${name} ${text} is invalid: expected a positive whole number.`)
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
