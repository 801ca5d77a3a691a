import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../../src/cli/install.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'opend-edge-install-test-'))
after(() => rmSync(folder, { recursive: true }))

const LOCK = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } }
const OTHER_PLATFORM = { 'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', optional: true } }

/** Stands in for npm: notes when it runs, takes a moment, and installs what the lock file names. */
const FAKE_NPM = `
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
appendFileSync('npm.log', 'begin ' + process.argv.slice(2, 4).join(' ') + '\\n')
await setTimeout(150)
if (process.env.NPM_FAILS) { console.error('npm error code E404'); process.exit(1) }
mkdirSync('node_modules/node/bin', { recursive: true })
writeFileSync('node_modules/node/bin/node' + (process.platform === 'win32' ? '.exe' : ''), '')
cpSync('package-lock.json', 'node_modules/.package-lock.json')
appendFileSync('npm.log', 'end\\n')
`

/** A checkout with nothing but a lock file, the script and the stand-in for npm. */
function checkout(): string {
  const root = mkdtempSync(join(folder, 'case-'))
  mkdirSync(join(root, 'src/cli'), { recursive: true })
  cpSync(SCRIPT, join(root, 'src/cli/install.mjs'))
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, 'npm-cli.js'), FAKE_NPM)
  writeFileSync(join(root, 'npm.log'), '')
  writeLock(join(root, 'package-lock.json'), LOCK.packages)
  return root
}

function writeLock(path: string, packages: object): void {
  writeFileSync(path, JSON.stringify({ packages }))
}

function start(root: string, env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [join(root, 'src/cli/install.mjs')], {
    env: { ...process.env, npm_execpath: join(root, 'npm-cli.js'), npm_node_execpath: process.execPath, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

async function install(root: string, env: Readonly<Record<string, string>> = {}) {
  const child = start(root, env)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, errors }
}

const npmRuns = (root: string): string => readFileSync(join(root, 'npm.log'), 'utf8')

test('a fresh checkout is installed once; later runs do nothing and print nothing', async () => {
  const root = checkout()
  assert.equal((await install(root)).code, 0)
  assert.equal(npmRuns(root), 'begin ci --include=dev\nend\n')
  assert.deepEqual(await install(root), { code: 0, errors: '' })
  assert.equal(npmRuns(root), 'begin ci --include=dev\nend\n')
})

test('a changed lock file, or an installation that was interrupted, is installed again', async () => {
  const root = checkout()
  await install(root)
  for (const packages of [
    { ...LOCK.packages, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } },
    { ...LOCK.packages, 'node_modules/c': { version: '1.0.0', integrity: 'sha512-c' } },
    LOCK.packages,
  ]) {
    writeFileSync(join(root, 'npm.log'), '')
    writeLock(join(root, 'package-lock.json'), packages)
    await install(root)
    assert.equal(npmRuns(root), 'begin ci --include=dev\nend\n')
  }
  rmSync(join(root, 'node_modules/.package-lock.json'))
  await install(root)
  assert.match(npmRuns(root), /^(?:begin.*\nend\n){2}$/)
})

test('an optional package of another platform may be missing', async () => {
  const root = checkout()
  await install(root)
  writeLock(join(root, 'package-lock.json'), { ...LOCK.packages, ...OTHER_PLATFORM })
  assert.deepEqual(await install(root), { code: 0, errors: '' })
})

test('commands started at the same time install once, one after the other', async () => {
  const root = checkout()
  const codes = await Promise.all([1, 2, 3, 4].map(async () => (await install(root)).code))
  assert.deepEqual(codes, [0, 0, 0, 0])
  assert.equal(npmRuns(root), 'begin ci --include=dev\nend\n')
})

test('a command waits for an installation whose command was killed, and its lock is removed', async () => {
  const root = checkout()
  const killed = start(root)
  for await (const _ of watch(root)) if (npmRuns(root) !== '') break
  killed.kill('SIGKILL')
  assert.equal((await install(root)).code, 0)
  assert.equal(npmRuns(root), 'begin ci --include=dev\nend\n')
})

test('a failed installation prints the output of npm', async () => {
  const { code, errors } = await install(checkout(), { NPM_FAILS: '1' })
  assert.equal(code, 1)
  assert.match(errors, /`npm ci` ended with exit code 1/)
  assert.match(errors, /npm error code E404/)
})
