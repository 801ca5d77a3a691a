import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const RUNNER = fileURLToPath(new URL('./test.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'opend-edge-runner-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs test files with these contents and returns the output of the runner. */
function run(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const target = mkdtempSync(join(folder, 'case-'))
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(join(target, `${name}.test.mjs`), `import { test, describe, it } from 'node:test'\n${body}`)
    writeFileSync(join(target, `${name}.test.ts`), `import './${name}.test.mjs'`)
  }
  // Inside a test file Node treats the new run as one of its own subtests.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const { stdout, status } = spawnSync(process.execPath, [RUNNER, ...args, target], { encoding: 'utf8', env })
  return { stdout, status, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

test('tests are counted, and tests that only group others are not', () => {
  const { lastLine, status } = run({
    a: `
      test('alone', () => {})
      test('parent', async (t) => { await t.test('child', () => {}); await t.test('child', () => {}) })
      describe('suite', () => { it('one', () => {}); it('left out', { skip: true }, () => {}) })
    `,
    b: `test('alone', () => {})`,
  })
  assert.deepEqual({ lastLine, status }, { lastLine: '5 passed, 0 failed, 1 skipped', status: 0 })
})

test('a failure is counted where it happened, and the run fails', () => {
  const { lastLine, status, stdout } = run({
    a: `
      test('parent', async (t) => { await t.test('good', () => {}); await t.test('bad', () => { throw new Error('no') }) })
      test('fails itself', async (t) => { await t.test('good', () => {}); throw new Error('no') })
    `,
  })
  assert.deepEqual({ lastLine, status }, { lastLine: '2 passed, 2 failed', status: 1 })
  assert.match(stdout, /failing tests/)
})

test('a file that breaks, hangs, or tests nothing is a failure', () => {
  const files = {
    broken: `import './nowhere.mjs'`,
    late: `test('good', () => {}); setTimeout(() => { throw new Error('late') })`,
    spinning: `test('never done', () => { for (;;); })`,
    nothing: '',
  }
  const { lastLine, status, stdout } = run(files, '--file-limit-seconds', '2')
  assert.deepEqual({ lastLine, status }, { lastLine: '1 passed, 4 failed', status: 1 })
  assert.match(stdout, /this file contains no test/)
  assert.match(stdout, /killed: not finished after 2 s/)
})

test('a name pattern selects tests, and a pattern without a match is a failure', () => {
  const files = { a: `test('first', () => {}); test('second', () => {})`, b: `test('third', () => {})` }
  assert.equal(run(files, '-t', 'second').lastLine, '1 passed, 0 failed')
  assert.equal(run(files, '-t', 'fourth').status, 1)
})
