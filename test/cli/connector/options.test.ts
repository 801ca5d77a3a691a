import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readCommandLine } from '../../../src/cli/command-line.ts'
import { writeBundle } from '../../../src/cli/connector/bundle.ts'
import { CONNECTOR_FORM, type ConnectorCommand, connectorCommand } from '../../../src/cli/connector/options.ts'

function commandOf(args: string, environment: Readonly<Record<string, string>> = {}): ConnectorCommand {
  const reading = readCommandLine(CONNECTOR_FORM, args.split(' '))
  assert.ok(reading.kind === 'run')
  return connectorCommand(reading.line, environment)
}

function runOf(args: string, environment: Readonly<Record<string, string>> = {}) {
  const read = commandOf(args, environment)
  assert.ok(read.ok && read.command.kind === 'run', JSON.stringify(read))
  return read.command
}

test('a gateway and a token are enough: OpenD is on this machine, and the name is its name', () => {
  const command = runOf('--edge https://edge.example.com --token fc_1')
  assert.match(command.url, /^wss:\/\/edge\.example\.com\/connector\?name=[\w.-]+$/)
  assert.deepEqual(command.opend, { host: '127.0.0.1', port: 11111 })
})

test('the token may be in the environment, where the list of processes does not show it', () => {
  assert.equal(runOf('--edge https://e.test --name home', { OPEND_EDGE_TOKEN: 'fc_2' }).token, 'fc_2')
})

test('an OpenD elsewhere, over IPv6 too', () => {
  assert.deepEqual(runOf('--edge https://e.test --token t --opend [::1]:22').opend, { host: '::1', port: 22 })
  assert.deepEqual(runOf('--edge http://127.0.0.1:8 --token t --opend nas:11111').opend, { host: 'nas', port: 11111 })
})

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['--token t', /Give the address of the gateway/],
  ['--edge edge.example.com --token t', /Give the address of the gateway/],
  ['--edge http://edge.example.com --token t', /Use https: .* others could read the token/],
  ['--edge http://127.0.0.1.example.com --token t', /Use https:/],
  ['--edge https://e.test', /Give a key with the scope gateway/],
  ['--edge https://e.test --token t --opend nas', /--opend 127\.0\.0\.1:11111/],
  ['--edge https://e.test --token t --name a/b', /--name takes/],
]

for (const [args, expected] of WRONG) {
  test(`${args} is refused with a sentence`, () => {
    const read = commandOf(args)
    assert.ok(!read.ok)
    assert.match(read.problem, expected)
  })
}

test('the bundle is one file that runs where nothing else is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'opend-connector-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'opend-connector.mjs')
  assert.match(await writeBundle(file), /^Wrote /)
  const run = spawnSync(process.execPath, [file, '--edge', 'https://e.test'], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  })
  assert.match(run.stderr, /Give a key with the scope gateway/)
  assert.notEqual(run.status, 0)
})
