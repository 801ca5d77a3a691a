/**
 * Makes `npm start` and `npm test` work on a fresh clone: installs the dependencies if node_modules is missing or does
 * not match package-lock.json, and does nothing otherwise.
 *
 * Plain JavaScript without dependencies, because it runs before they are installed and on the machine's own Node (20 or
 * newer). The `node` package, one of the dependencies, then puts Node 24 first on the PATH of every npm script. This
 * file runs as a `pre` script, never as `install && main` in one command: a shell caches where it found `node` first.
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
/** A cold `npm ci` takes about 12 s, on a slow network minutes. After ten minutes it is stuck. */
const INSTALL_LIMIT_MS = 10 * 60_000
const LOCK_POLL_MS = 200
/** npm prints the error first and its options after that; these lines contain the error. */
const SHOWN_OUTPUT_LINES = 30

/** One installation at a time per checkout: `npm ci` deletes node_modules, so two at once would break each other. */
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
    // Another command may have installed the dependencies while this one waited for the lock.
    if (!isInstalled()) await install()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

/**
 * Whether node_modules contains every package of package-lock.json in its version. npm writes its own lock file inside
 * node_modules last, so an interrupted installation does not pass.
 */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(root, 'node_modules/.package-lock.json'))
  if (wanted === null || present === null) return false
  for (const [path, entry] of Object.entries(wanted)) {
    const found = present[path]
    // Optional packages of other platforms may be absent. The root entry of the lock file has an empty path.
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

/** The Node binary of the `node` package. It exists only if the package's install script has run. */
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
      'Dependencies were installed, but node_modules still does not match package-lock.json. ' +
        'Check that install scripts are enabled (`npm config get ignore-scripts`): one of them installs Node 24.',
    )
  }
}

/** Runs `npm ci`. `reason` is how it failed, or null if it succeeded. */
async function runNpmCi() {
  const { command, args, shell } = npm()
  // With NODE_ENV=production npm omits the development tools, hence --include=dev.
  const child = spawn(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_LIMIT_MS,
  })
  // npm continues if this process is killed, so the lock stays taken until npm has ended too.
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

/** The npm that runs this script and its Node; `npm` from the PATH if another tool started this script. */
function npm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  if (script !== undefined && basename(script) === 'npm-cli.js') {
    return { command: node ?? process.execPath, args: [script], shell: false }
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/** Waits until this process has the lock file. Takes over a lock whose processes have ended. */
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

/** Takes the lock if it is free. Linking a complete file is atomic, so a lock file always contains its owner. */
function tryLink(mine) {
  try {
    linkSync(mine, lockFile)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Writes the owners into the lock file, which this process already has. */
function writeLock(...pids) {
  writeFileSync(`${lockFile}.new`, pids.join(' '))
  renameSync(`${lockFile}.new`, lockFile)
}

/** Removes the lock of processes that no longer run. Returns whether to try the lock again at once. */
function removeIfAbandoned(aside) {
  try {
    const owners = readFileSync(lockFile, 'utf8')
    if (owners.split(' ').some((pid) => isRunning(Number(pid)))) return false
    renameSync(lockFile, aside)
    // Between the read and the rename another process may have taken the lock: then put its lock back.
    if (readFileSync(aside, 'utf8') !== owners) linkSync(aside, lockFile)
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
    // Linux: a process that has ended and was not reaped (no init in a container) still takes signals.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
