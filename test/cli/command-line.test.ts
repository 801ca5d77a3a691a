import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CommandForm, readCommandLine } from '../../src/cli/command-line.ts'

const FORM: CommandForm<'port' | 'ws-port' | 'name' | 'fresh'> = {
  command: 'npm run thing --',
  about: 'Does a thing.',
  options: {
    port: { takes: 'N', about: 'a port' },
    'ws-port': { takes: 'N', about: 'another port' },
    name: { takes: 'PATTERN', short: 't', about: 'names' },
    fresh: { about: 'a switch' },
  },
}
const WITH_OPERANDS = { ...FORM, operands: { name: 'FILE ...', about: 'files' } }

function lineOf(form: typeof FORM, ...args: readonly string[]) {
  const reading = readCommandLine(form, args)
  assert.ok(reading.kind === 'run', JSON.stringify(reading))
  return reading.line
}

function problemOf(...args: readonly string[]): string {
  const reading = readCommandLine(FORM, args)
  assert.ok(reading.kind === 'refused', JSON.stringify(reading))
  return reading.problem
}

test('values, switches, short names and operands are read', () => {
  const line = lineOf(WITH_OPERANDS, 'a', '--port', '1', '--port=2', '-t', 'x', '--name=y', '--fresh', '--', '--b')
  assert.equal(line.text('port'), '2')
  assert.deepEqual(line.texts('name'), ['x', 'y'])
  assert.deepEqual([line.has('fresh'), line.has('ws-port')], [true, false])
  assert.equal(line.text('ws-port'), undefined)
  assert.deepEqual(line.operands, ['a', '--b'])
})

test('a negative number is a value, and so is anything after an equals sign', () => {
  assert.equal(lineOf(FORM, '--port', '-5').text('port'), '-5')
  assert.equal(lineOf(FORM, '--name=--x').text('name'), '--x')
})

test('an invalid command line is refused, with the nearest name', () => {
  assert.equal(problemOf('--prot', '1'), 'Unknown option --prot: did you mean --port?')
  assert.equal(problemOf('--wsport=1'), 'Unknown option --wsport: did you mean --ws-port?')
  assert.equal(problemOf('--hepl'), 'Unknown option --hepl: did you mean --help?')
  assert.equal(problemOf('--completely-different'), 'Unknown option --completely-different.')
  assert.equal(problemOf('-x'), 'Unknown option -x.')
  assert.equal(problemOf('--constructor'), 'Unknown option --constructor.')
  assert.match(problemOf('stray'), /Unexpected argument "stray"/)
  assert.equal(problemOf('--port'), '--port takes a value: --port N.')
  assert.equal(problemOf('--port', '--fresh'), '--port takes a value: --port N.')
  assert.equal(problemOf('--fresh=yes'), '--fresh takes no value.')
})

test('an option that npm consumed is named', () => {
  const env = { npm_lifecycle_event: 'thing', npm_config_ws_port: 'true' }
  const reading = readCommandLine(FORM, ['8080'], env)
  assert.ok(reading.kind === 'refused')
  assert.match(reading.problem, /npm consumed --ws-port\. .*npm run thing -- --ws-port/)
  assert.equal(readCommandLine(FORM, ['--ws-port', '8080'], env).kind, 'run', 'the option was given the right way too')
  assert.equal(readCommandLine(FORM, [], { npm_config_ws_port: '1' }).kind, 'run', 'npm did not run this')
})

test('the help lists every option, whatever other options are given', () => {
  for (const args of [['--help'], ['-h'], ['--port', '1', '--help']]) {
    const reading = readCommandLine(WITH_OPERANDS, args)
    assert.ok(reading.kind === 'help')
    assert.match(reading.text, /^usage: npm run thing -- \[options\] \[FILE \.\.\.\]\n\nDoes a thing\.\n/)
    for (const name of ['--port N', '--ws-port N', '-t, --name PATTERN', '--fresh', '-h, --help', 'FILE ...']) {
      assert.ok(reading.text.includes(`\n  ${name} `), name)
    }
  }
})
