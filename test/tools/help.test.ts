import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ROOT } from '../../src/cli/build-worker.ts'

const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** The project's own scripts, without those that only install or run a third-party tool. */
const OURS = Object.entries(scripts).filter(([name, command]) => command.endsWith('.ts') && !name.startsWith('pre'))

function run(command: string, ...args: readonly string[]) {
  const [, file = ''] = /^node (\S+)$/.exec(command) ?? []
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  return spawnSync(process.execPath, [file, ...args], { cwd: ROOT, encoding: 'utf8', env, timeout: 60_000 })
}

test('the list contains every script of the project', () => {
  assert.deepEqual(OURS.map(([name]) => name).toSorted(), [
    'audit',
    'bench',
    'check',
    'connector',
    'doctor',
    'hooks',
    'keys',
    'opend',
    'proto',
    'serve',
    'simulate',
    'start',
    'test',
  ])
})

for (const [name, command] of OURS) {
  test(`npm run ${name} prints its help, and refuses an option that it does not have`, () => {
    const help = run(command, '--help')
    assert.deepEqual([help.status, help.stderr], [0, ''])
    const typed = name === 'test' || name === 'start' ? `npm ${name} --` : `npm run ${name} --`
    assert.ok(help.stdout.startsWith(`usage: ${typed} [options]`), help.stdout)
    const unknown = run(command, '--halp')
    assert.deepEqual(
      [unknown.status, unknown.stdout, unknown.stderr],
      [2, '', `Unknown option --halp: did you mean --help?\nSee ${typed} --help\n`],
    )
  })
}

test('a bench and a test file that do not exist are refused', () => {
  const bench = run('node test/bench/main.ts', 'rely')
  assert.deepEqual([bench.status, bench.stderr.split('\n')[0]], [2, 'There is no bench rely: did you mean relay?'])
  assert.equal(run('node test/tools/test.ts', 'test/nowhere').status, 2)
  assert.equal(run('node test/tools/check.ts', 'stray').status, 2)
  assert.equal(run('node test/tools/simulate.ts', '--schedules', 'many').status, 2)
})
