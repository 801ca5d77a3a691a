import { run } from 'node:test'
import { type TestEvent, spec } from 'node:test/reporters'
import { relative } from 'node:path'

/** Counts of tests, without the tests that only group others. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

export interface TestRunOptions {
  /** How many files run at the same time, each in its own process. */
  readonly concurrency: number
  /** A file that runs longer is killed and counts as one failed test. */
  readonly fileLimitMs: number
  /** Only tests whose names match one of these run; all tests if empty. */
  readonly namePatterns: readonly string[]
  /** File names are shown relative to this folder. */
  readonly root: string
}

/** Runs test files in the order given and prints every test, file by file. Adds the counts to `tally`. */
export async function runTestFiles(files: readonly string[], options: TestRunOptions, tally: Tally): Promise<void> {
  const report = spec()
  report.pipe(process.stdout, { end: false })
  const waiting = [...files]
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const events = await runFile(file, options)
      // With a name pattern most files have no matching test.
      if (options.namePatterns.length > 0 && events.some(isEmptyFile)) continue
      // Output is grouped by file, although several files run at once.
      for (const event of presented(file, events, options)) report.write(event)
      tallyUp(events, tally)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, work))
  await new Promise<void>((resolve) => report.on('end', resolve).end())
}

async function runFile(file: string, options: TestRunOptions): Promise<readonly TestEvent[]> {
  const { namePatterns } = options
  const stream = run({
    files: [file],
    // The signal ends the file's process even if it is in an endless loop, which a test's own time limit does not.
    signal: AbortSignal.timeout(options.fileLimitMs),
    ...(namePatterns.length > 0 && { testNamePatterns: namePatterns }),
  })
  const events: TestEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

/** The events to print: each file is preceded by its name, and the totals that Node adds per run are removed. */
function* presented(file: string, events: readonly TestEvent[], options: TestRunOptions): Generator<TestEvent> {
  const name = relative(options.root, file)
  yield { type: 'test:diagnostic', data: { message: name, nesting: 0, level: 'info' } }
  for (const event of events) {
    if (event.type === 'test:diagnostic' && event.data.file === undefined) continue
    if (event.type === 'test:summary') continue
    if (isEmptyFile(event)) yield failedAs(event, 'this file contains no test')
    else if (wasEnded(event)) yield failedAs(event, `killed: not finished after ${options.fileLimitMs / 1000} s`)
    else yield event
  }
}

/**
 * Adds a file's events to the tally. A test that only groups others does not count, unless its own code fails. A file
 * that crashes, is killed or contains no test counts as one failed test.
 */
export function tallyUp(events: readonly TestEvent[], tally: Tally): void {
  const groups = new Set<number | undefined>()
  for (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { details, parentId, testId, skip, todo } = event.data
    // A test is reported after all its subtests.
    groups.add(parentId)
    const isGroup = details.type === 'suite' || groups.has(testId)
    if (isEmptyFile(event)) tally.failed++
    else if (isSet(skip) || isSet(todo)) tally.skipped++
    else if (event.type === 'test:fail')
      tally.failed += isGroup && hasFailureType(event.data.details.error, 'subtestsFailed') ? 0 : 1
    else if (!isGroup) tally.passed++
  }
}

/** Node reports a file without tests as one passed test with the file's name. */
function isEmptyFile(event: TestEvent): event is Extract<TestEvent, { type: 'test:pass' }> {
  return event.type === 'test:pass' && event.data.nesting === 0 && event.data.name === event.data.file
}

/** Whether this is the file itself, ended by its time limit. */
function wasEnded(event: TestEvent): event is Extract<TestEvent, { type: 'test:fail' }> {
  if (event.type !== 'test:fail' || event.data.name !== event.data.file) return false
  return hasFailureType(event.data.details.error, 'testAborted')
}

/** The event as a failure with this text. */
function failedAs(event: Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>, message: string): TestEvent {
  const cause = new Error(message)
  // The stack is that of this program, which does not help.
  cause.stack = message
  // With this code, the reporter prints the cause only: the code marks an error that Node's runner wrapped around it.
  const error = Object.assign(new Error(message), { code: 'ERR_TEST_FAILURE', cause })
  return { type: 'test:fail', data: { ...event.data, details: { duration_ms: event.data.details.duration_ms, error } } }
}

function hasFailureType(error: Error, type: string): boolean {
  return 'failureType' in error && error.failureType === type
}

function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false
}
