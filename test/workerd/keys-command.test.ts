import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EXIT_USAGE } from '../../src/cli/command-line.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'

type Json = Readonly<Record<string, unknown>>

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

suite('npm run keys and npm run audit against a gateway that runs', () => {
  let worker: TestWorker
  const folder = mkdtempSync(join(tmpdir(), 'opend-edge-keys-'))
  before(async () => {
    worker = await startWorker()
  })
  after(async () => {
    await worker.close()
    rmSync(folder, { recursive: true })
  })

  /** Runs a command to its end. The token is in the environment, where other users of the machine do not see it. */
  async function run(command: 'keys' | 'audit', args: readonly string[], input = '', token = TEST_KEY): Promise<Ended> {
    const program = fileURLToPath(new URL(`../../src/cli/${command}.ts`, import.meta.url))
    const child = spawn(process.execPath, [program, ...args, '--edge', worker.url.href], {
      cwd: folder,
      env: { PATH: process.env['PATH'], OPEND_EDGE_TOKEN: token },
    })
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.stdin.end(input)
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, out, errors }
  }

  async function done(...args: readonly string[]): Promise<string> {
    const { code, out, errors } = await run('keys', args)
    assert.deepEqual([code, errors], [0, ''], args.join(' '))
    return out
  }

  async function statusOf(token: string): Promise<number> {
    return (await worker.fetch('/api/global-state', { headers: { Authorization: `Bearer ${token}` } })).status
  }

  test('a key is made, listed, shown, changed, rotated and revoked', async () => {
    const caps = ['--max-orders-per-minute', '5', '--max-order-value', 'HKD=50000,USD=5000', '--note', 'desk 3']
    const made = JSON.parse(await done('create', '--id', 'ann', '--scopes', 'qot:read,trade:simulate', ...caps)) as Json
    const secret = String(made['key'])
    assert.equal(await statusOf(secret), 200)

    const [head, ...rows] = (await done('list')).trimEnd().split('\n')
    assert.match(head ?? '', /^ID +SOURCE +STATE +SCOPES +NOTE$/)
    assert.ok(rows.some((row) => /^ann +service +active +qot:read,trade:simulate +desk 3$/.test(row)))
    assert.ok(rows.some((row) => /^local +config /.test(row)))

    const shown = JSON.parse(await done('show', 'ann')) as Json
    assert.deepEqual([shown['max_orders_per_minute'], shown['key'], shown['hash']], [5, undefined, undefined])
    assert.deepEqual(shown['max_order_value'], { HKD: 50000, USD: 5000 })

    await done('set', 'ann', '--max-orders-per-minute', '2', '--unset', 'note', '--cidrs', '127.0.0.0/8,::1/128')
    const changed = JSON.parse(await done('show', 'ann')) as Json
    assert.deepEqual([changed['max_orders_per_minute'], changed['note']], [2, undefined])
    assert.deepEqual(changed['allowed_cidrs'], ['127.0.0.0/8', '::1/128'])

    const rotated = JSON.parse(await done('rotate', 'ann', '--overlap', '600')) as Json
    const fresh = String(rotated['key'])
    assert.notEqual(fresh, secret)
    assert.deepEqual([await statusOf(secret), await statusOf(fresh)], [200, 200])
    await done('rotate', 'ann')
    assert.deepEqual([await statusOf(secret), await statusOf(fresh)], [401, 401])
    assert.deepEqual(JSON.parse(await done('revoke', 'ann')), { revoked: ['ann'] })
    assert.match((await run('keys', ['show', 'ann'])).errors, /There is no key with the id ann/)
  })

  test('a key file is exported as it was imported, account ids included, and an import can replace', async () => {
    const secret = 'the-secret-of-the-old-installation'
    const scopes = ['--scopes', 'qot:read', '--accounts', '281756455988247813']
    const hashed = await run('keys', ['hash', '--id', 'old', ...scopes], `${secret}\n`)
    assert.deepEqual([hashed.code, hashed.errors, hashed.out.includes(secret)], [0, '', false])
    const record = hashed.out.replace('"281756455988247813"', '281756455988247813')
    const file = (text: string): string => `{"version":1,"keys":[${text}]}\n`
    writeFileSync(join(folder, 'keys.json'), file(record))
    assert.match(await done('import', 'keys.json'), /^old +service +active +qot:read/m)
    const exported = await done('export')
    assert.ok(exported.includes('281756455988247813') && !exported.includes(secret))
    const { keys } = JSON.parse(exported) as { readonly keys: readonly Json[] }
    assert.deepEqual(keys, [JSON.parse(record)])

    writeFileSync(join(folder, 'other.json'), file(record.replace('qot:read', 'acc:read')))
    const refused = await run('keys', ['import', 'other.json'])
    assert.equal(refused.code, 1)
    assert.match(refused.errors, /A key with the id old exists/)
    assert.match(await done('import', 'other.json', '--replace'), /^old +service +active +acc:read/m)
    await done('revoke', 'old')
  })

  test('a mistake ends with a sentence, and changes nothing', async () => {
    for (const [args, code, says] of [
      [['create', '--scopes', 'qot:read'], EXIT_USAGE, /create needs a name for the key: --id ann/],
      [['create', '--id', 'x', '--scopes', 'qot:reed'], 1, /scopes\[0\]/],
      [['create', '--id', 'x', '--max-orders-per-minute', 'many'], EXIT_USAGE, /--max-orders-per-minute many/],
      [['set', 'local', '--note', 'x'], 1, /local/],
      [['show'], EXIT_USAGE, /show needs the id of a key/],
      [['import', 'missing.json'], 1, /missing\.json cannot be read/],
      [['destroy'], EXIT_USAGE, /There is no command destroy/],
      [[], EXIT_USAGE, /Name a command/],
    ] as const) {
      const ended = await run('keys', args)
      assert.deepEqual([ended.code, ended.out], [code, ''], args.join(' '))
      assert.match(ended.errors, says)
    }
    const wrong = `fc_${'0a'.repeat(32)}`
    const stranger = await run('keys', ['list'], '', wrong)
    assert.deepEqual([stranger.code, stranger.errors.includes(wrong)], [1, false])
    assert.doesNotMatch(await done('list'), /^x /m)
  })

  test('the audit of it is exported and checked, and a change of the file is found', async () => {
    const exported = await run('audit', ['export', 'audit.jsonl'])
    assert.deepEqual([exported.code, exported.errors], [0, ''])
    const path = join(folder, 'audit.jsonl')
    const whole = await run('audit', ['verify', 'audit.jsonl'])
    assert.match(whole.out, /^The chain of \d+ rows is whole\.\n$/)
    const text = readFileSync(path, 'utf8')
    assert.ok(text.includes('"action":"revoked"') && text.includes('"at_ms":'))
    writeFileSync(path, text.replace('"action":"created"', '"action":"changed"'))
    const changed = await run('audit', ['verify', 'audit.jsonl'])
    assert.deepEqual([changed.code, changed.out], [1, ''])
    assert.match(changed.errors, /row 1 was changed/)
  })
})
