/**
 * Makes `npm start` and `npm test` work on a fresh clone: installs the dependencies when node_modules is missing or is
 * not what package-lock.json describes, and does nothing otherwise.
 *
 * Plain JavaScript without dependencies, because it runs before they are there and on whatever Node the machine has
 * (20 or newer). The `node` package among them then puts Node 24 first on the PATH of every npm script. It runs as a
 * `pre` script, never as `install && main` in one line: a shell remembers where it found `node` the first time.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** A cold `npm ci` takes about 12 s here; a slow network may take minutes, and past ten something is stuck. */
const INSTALL_LIMIT_MS = 10 * 60_000
const LOCK_POLL_MS = 200
/** npm says what went wrong first and then explains its options: enough to see the former. */
const SHOWN_OUTPUT_LINES = 30

/** One installation at a time per checkout: `npm ci` deletes node_modules, so two at once would eat each other. */
const lockFile = join(tmpdir(), `opend-edge-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`)

try {
  if (!isInstalled()) await installAlone()
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}

async function installAlone() {
  await takeLock()
  try {
    // Another command may have installed while this one waited for the lock.
    if (!isInstalled()) await install()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

/**
 * Whether node_modules holds every package of package-lock.json in its version. npm keeps its own lock file inside
 * node_modules and writes it last, so an interrupted installation does not pass.
 */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(root, 'node_modules/.package-lock.json'))
  if (wanted === null || present === null) return false
  for (const [path, entry] of Object.entries(wanted)) {
    const found = present[path]
    // Optional packages of other platforms are rightly absent; the lock file's own root entry has no path.
    if (path === '' || (found === undefined && entry.optional)) continue
    if (found?.version !== entry.version || found.integrity !== entry.integrity) return false
  }
  return Object.keys(present).every((path) => path in wanted) && existsSync(nodeBinary())
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

/** The Node that the `node` package brings: its install script must have run for it to be there. */
function nodeBinary() {
  return join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

async function install() {
  console.error('Installing dependencies (npm ci); this happens once ...')
  const { reason, output } = await runNpmCi()
  if (reason !== null) {
    const shown = output.trim().split('\n').slice(0, SHOWN_OUTPUT_LINES)
    throw new Error(
      `Installing dependencies failed: \`npm ci\` ended with ${reason}. Its output:\n\n` +
        `${shown.map((line) => `    ${line}`).join('\n')}\n\n` +
        'Check the network and the registry (`npm config get registry`), then run the command again.',
    )
  }
  if (!isInstalled()) {
    throw new Error(
      'Dependencies were installed, but node_modules is still not what package-lock.json describes. ' +
        'Are install scripts switched off (`npm config get ignore-scripts`)? Node 24 comes with one of them.',
    )
  }
}

/** Runs `npm ci`. `reason` says how it failed, null when it did not. */
async function runNpmCi() {
  const { command, args, shell } = npm()
  // NODE_ENV=production would leave the development tools out, hence --include=dev.
  const child = spawn(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_LIMIT_MS,
  })
  // Should this process be killed, npm works on: the lock then stays taken until npm has ended too.
  if (child.pid !== undefined) writeLock(process.pid, child.pid)
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  try {
    const [code, signal] = await once(child, 'close')
    return { reason: code === 0 ? null : (signal ?? `exit code ${code}`), output }
  } catch (error) {
    return { reason: error.message, output }
  }
}

/** The npm that runs this script, on the Node it runs on; `npm` from the PATH when another tool started us. */
function npm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  if (script !== undefined && basename(script) === 'npm-cli.js') {
    return { command: node ?? process.execPath, args: [script], shell: false }
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/** Waits until this process holds the lock file. A lock whose processes are gone is taken over. */
async function takeLock() {
  const mine = `${lockFile}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    const deadline = Date.now() + INSTALL_LIMIT_MS
    while (!tryLink(mine)) {
      if (Date.now() > deadline) {
        throw new Error(`Another installation has held ${lockFile} for ten minutes. If none is running, delete it.`)
      }
      if (!removeIfAbandoned(`${mine}.old`)) await wait(LOCK_POLL_MS)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Takes the lock if it is free. Linking a finished file is atomic: a lock is never seen without its holder. */
function tryLink(mine) {
  try {
    linkSync(mine, lockFile)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Writes down which processes hold the lock, which this process has already. */
function writeLock(...pids) {
  writeFileSync(`${lockFile}.new`, pids.join(' '))
  renameSync(`${lockFile}.new`, lockFile)
}

/** Removes the lock of processes that no longer run. Whether the lock should be tried again at once. */
function removeIfAbandoned(aside) {
  try {
    const holder = readFileSync(lockFile, 'utf8')
    if (holder.split(' ').some((pid) => isRunning(Number(pid)))) return false
    renameSync(lockFile, aside)
    // Between the look and the move another process may have taken over: then its lock goes back.
    if (readFileSync(aside, 'utf8') !== holder) linkSync(aside, lockFile)
    rmSync(aside)
    return true
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EEXIST') return true
    throw error
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  try {
    // Linux: a process that has ended but that nobody waits for (no init in a container) still takes signals.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
