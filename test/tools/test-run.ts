import { run } from 'node:test'
import { type TestEvent, spec } from 'node:test/reporters'
import { relative } from 'node:path'

/** Numbers of tests, without the tests that only group others. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

export interface TestRunOptions {
  /** Files that run at the same time, each in a process of its own. */
  readonly concurrency: number
  /** A file that runs longer is ended and counts as one failed test. */
  readonly fileLimitMs: number
  /** Only tests whose names match one of these run; all when empty. */
  readonly namePatterns: readonly string[]
  /** File names are shown relative to this folder. */
  readonly root: string
}

/** Runs test files in the order given and prints every test, file by file. Adds what happened to `tally`. */
export async function runTestFiles(files: readonly string[], options: TestRunOptions, tally: Tally): Promise<void> {
  const report = spec()
  report.pipe(process.stdout, { end: false })
  const waiting = [...files]
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const events = await runFile(file, options)
      // With a name pattern most files have nothing to run.
      if (options.namePatterns.length > 0 && events.some(isEmptyFile)) continue
      // A file's lines stay together although several files run at once.
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
    // The signal ends the file's process, even one that spins. A test's own time limit would not.
    signal: AbortSignal.timeout(options.fileLimitMs),
    ...(namePatterns.length > 0 && { testNamePatterns: namePatterns }),
  })
  const events: TestEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

/** The events to print: with the file's name ahead, without the totals that Node adds per run. */
function* presented(file: string, events: readonly TestEvent[], options: TestRunOptions): Generator<TestEvent> {
  const name = relative(options.root, file)
  yield { type: 'test:diagnostic', data: { message: name, nesting: 0, level: 'info' } }
  for (const event of events) {
    if (event.type === 'test:diagnostic' && event.data.file === undefined) continue
    if (event.type === 'test:summary') continue
    if (isEmptyFile(event)) yield failedAs(event, 'there is no test in this file')
    else if (wasEnded(event)) yield failedAs(event, `not done after ${options.fileLimitMs / 1000} s, so it was ended`)
    else yield event
  }
}

/**
 * Adds a file's events to the tally. A test that only groups others does not count, and fails only when it fails by
 * itself; a file that ends badly counts as one failed test, and so does a file without tests.
 */
export function tallyUp(events: readonly TestEvent[], tally: Tally): void {
  const groups = new Set<number | undefined>()
  for (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { details, parentId, testId, skip, todo } = event.data
    // A test is reported after all those inside it.
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
  // The stack of this program says nothing about the test.
  cause.stack = message
  // The reporter prints the cause alone when the code says that Node's runner made the error around it.
  const error = Object.assign(new Error(message), { code: 'ERR_TEST_FAILURE', cause })
  return { type: 'test:fail', data: { ...event.data, details: { duration_ms: event.data.details.duration_ms, error } } }
}

function hasFailureType(error: Error, type: string): boolean {
  return 'failureType' in error && error.failureType === type
}

function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false
}
