import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { claimDataFolder } from '../../../src/cli/start/data-folder.ts'

const top = mkdtempSync(join(tmpdir(), 'opend-edge-data-'))
after(() => rmSync(top, { recursive: true }))
const MODULE = new URL('../../../src/cli/start/data-folder.ts', import.meta.url).href
const RUN = { pid: 41, url: 'http://127.0.0.1:22222' }

/** Claims a folder in a process of its own, which ends at once and without cleaning up. */
function claimElsewhere(path: string): unknown {
  const script = `
    import { claimDataFolder } from '${MODULE}'
    const claim = claimDataFolder(${JSON.stringify(path)}, { pid: 42, url: 'http://127.0.0.1:22223' })
    process.stdout.write(JSON.stringify(claim.ok ? 'taken' : claim.problem))
    process.kill(process.pid, 'SIGKILL')`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  return JSON.parse(stdout)
}

test('a second run is refused, with the run that has the folder', () => {
  const path = join(top, 'twice')
  const first = claimDataFolder(path, RUN)
  assert.ok(first.ok)
  const refusal = `The npm start at http://127.0.0.1:22222 (process 41) uses the data folder ${path}: stop it, or start this one with --data DIR and --port N.`
  assert.equal(claimElsewhere(path), refusal)
  assert.deepEqual(claimDataFolder(path, RUN), { ok: false, problem: refusal }, 'in the same process too')
  first.folder.release()
  assert.equal(claimElsewhere(path), 'taken')
})

test('a folder that cannot be created, or that is a file, is refused with a sentence about --data', () => {
  const file = join(top, 'a-file')
  writeFileSync(file, '')
  for (const path of [file, join(file, 'below'), '/proc/no-such-folder/below']) {
    const claim = claimDataFolder(path, RUN)
    assert.match(claim.ok ? 'taken' : claim.problem, /--data\.$/, path)
  }
})

test('the lock of a killed run is released', () => {
  const path = join(top, 'killed')
  assert.equal(claimElsewhere(path), 'taken')
  assert.equal(claimElsewhere(path), 'taken')
})

test('a folder with other files is refused; an empty one and one of an earlier run are accepted', () => {
  const foreign = join(top, 'foreign')
  mkdirSync(join(foreign, 'storage'), { recursive: true })
  writeFileSync(join(foreign, 'storage', 'mine.txt'), 'mine')
  const claim = claimDataFolder(foreign, RUN)
  assert.ok(!claim.ok)
  assert.match(claim.problem, /contains files that npm start did not write/)
  const empty = join(top, 'empty')
  mkdirSync(empty)
  assert.equal(claimElsewhere(empty), 'taken')
  // As left by versions without the marker.
  const earlier = join(top, 'earlier')
  mkdirSync(join(earlier, 'storage'), { recursive: true })
  writeFileSync(join(earlier, 'local-key'), `fc_${'0'.repeat(64)}\n`)
  assert.equal(claimElsewhere(earlier), 'taken')
})

test('files with the names of ours do not make a folder ours', () => {
  for (const [name, text] of [
    ['local-key', 'the key of another program'],
    ['lock.sqlite', ''],
    ['.opend-edge', 'notes about opend-edge'],
  ] as const) {
    const path = join(top, `named-${name}`)
    mkdirSync(path)
    writeFileSync(join(path, name), text)
    const claim = claimDataFolder(path, RUN)
    assert.match(claim.ok ? 'taken' : claim.problem, /contains files that npm start did not write/, name)
  }
})

test(
  'a runtime that outlived its npm start keeps the folder, and is named with what ends it',
  { timeout: 20_000 },
  async () => {
    const path = join(top, 'left')
    assert.equal(claimElsewhere(path), 'taken')
    mkdirSync(join(path, 'storage', 'do'), { recursive: true })
    const script = `
    require('node:fs').openSync(process.argv[1], 'w')
    process.stdout.write('open')
    setInterval(() => {}, 1000)`
    const runtime = spawn(process.execPath, ['-e', script, join(path, 'storage', 'do', 'a.sqlite')])
    await once(runtime.stdout, 'data')
    const claim = claimDataFolder(path, RUN)
    assert.match(
      claim.ok ? 'taken' : claim.problem,
      new RegExp(`\\(process ${runtime.pid}\\) still uses .*kill ${runtime.pid}\\b`),
    )
    runtime.kill('SIGKILL')
    await once(runtime, 'exit')
    assert.equal(claimElsewhere(path), 'taken')
  },
)

test('clearing deletes the storage and keeps the key', () => {
  const claim = claimDataFolder(join(top, 'cleared'), RUN)
  assert.ok(claim.ok)
  const { folder } = claim
  mkdirSync(join(folder.storage, 'deep'), { recursive: true })
  writeFileSync(folder.keyFile, 'key')
  folder.clear()
  folder.clear()
  assert.deepEqual([existsSync(folder.storage), existsSync(folder.keyFile)], [false, true])
  folder.release()
})
