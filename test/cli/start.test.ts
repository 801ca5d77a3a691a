import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const START = fileURLToPath(new URL('../../src/cli/start.ts', import.meta.url))
const top = mkdtempSync(join(tmpdir(), 'opend-edge-start-'))
after(() => rmSync(top, { recursive: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

/** Runs the start command; `until` waits for a text on the screen. */
function startsUp(args: readonly string[]) {
  const child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const until = async (text: string): Promise<void> => {
    while (!shown.includes(text)) await once(child.stdout, 'data')
  }
  return { child, until, shown: () => shown }
}

/** Runs the start command to its end, as it is expected to refuse. */
async function refusal(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [START, ...args], { env: { ...process.env, ...env } })
  let [out, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, errors }
}

/**
 * Runs a printed curl line: an address, headers in quotes, a body in quotes. `banner.test.ts` has a shell read them.
 */
async function runCurl(line: string): Promise<Response> {
  const [url = ''] = /http:\S+/.exec(line) ?? []
  const [, token] = /-H 'Authorization: ([^']+)'/.exec(line) ?? []
  const [, body] = /-d '([^']+)'/.exec(line) ?? []
  const headers = token === undefined ? {} : { Authorization: token }
  return fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body })
}

/** The status of a read without a token, with these headers; `fetch` would not send a `Host` of the test's choice. */
async function askAs(port: number, headers: Record<string, string>, body = ''): Promise<number | undefined> {
  const sent = request({ host: '127.0.0.1', port, path: '/api/accounts', headers }).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

/** A body of no bytes is none, however a client declares it; this call takes no other. */
const BODIES_OF_A_GET: readonly (readonly [Record<string, string>, string, number])[] = [
  [{ 'Content-Length': '0' }, '', 200],
  [{ 'Transfer-Encoding': 'chunked' }, '', 200],
  [{ 'Content-Length': '2' }, '{}', 400],
  [{ 'Transfer-Encoding': 'chunked' }, '{}', 400],
]

test(
  'npm start prints its address and working calls, excludes a second run, and ends completely',
  { timeout: 90_000 },
  async (t) => {
    const port = await freePort()
    const data = join(top, 'data')
    const { child, until, shown } = startsUp(['--port', String(port), '--data', data])
    t.after(() => child.kill('SIGKILL'))
    await until('link to OpenD is up')
    assert.match(shown(), new RegExp(`http://127\\.0\\.0\\.1:${port}, connected to the embedded simulated OpenD`))
    assert.match(shown(), /key {2}fc_[0-9a-f]{64}/)
    assert.ok(shown().includes(`stored in ${data}`))
    const lines = shown()
      .split('\n')
      .filter((line) => line.includes('curl '))
    assert.equal(lines.length, 3)
    for (const line of lines) {
      const response = await runCurl(line)
      assert.equal(response.status, 200, `${line}: ${await response.text()}`)
    }
    assert.equal(await askAs(port, {}), 200, 'reads of this machine are open')
    const host = `localhost:${port}`
    const named = `http://${host}/api/accounts`
    const strangers: readonly Record<string, string>[] = [
      { Host: 'evil.example', 'MF-Original-URL': named },
      { Host: `evil.example:${port}` },
      { Host: 'evil.example', 'X-Forwarded-Proto': 'http' },
      { Host: host, 'Sec-Fetch-Site': 'cross-site' },
      { Host: host, Origin: 'http://evil.example' },
      { Host: host, 'X-Forwarded-For': '127.0.0.1' },
      { Host: host, Forwarded: 'for=127.0.0.1' },
      { Host: host, Via: '1.1 proxy' },
      { Host: host, 'CF-Connecting-IP': '203.0.113.7' },
    ]
    for (const headers of strangers) assert.equal(await askAs(port, headers), 401, JSON.stringify(headers))
    for (const [framing, body, status] of BODIES_OF_A_GET) {
      assert.equal(await askAs(port, { Host: host, ...framing }, body), status, JSON.stringify([framing, body]))
    }

    const second = await refusal(['--port', String(await freePort()), '--data', data, '--fresh'])
    const owner = `The npm start at http://127.0.0.1:${port} (process ${child.pid}) uses the data folder ${data}: stop it, `
    assert.deepEqual({ ...second, errors: second.errors.startsWith(owner) }, { code: 1, out: '', errors: true })
    assert.ok(existsSync(join(data, 'storage')), 'the state of the first is untouched')
    const samePort = await refusal(['--port', String(port), '--data', join(top, 'other')])
    assert.match(
      samePort.errors,
      new RegExp(`^Port ${port} is in use by workerd.* \\(process \\d+\\): stop it or choose another port`),
    )

    const runtime = connect(port, '127.0.0.1')
    await once(runtime, 'connect')
    const ended = once(runtime, 'close')
    child.kill('SIGKILL')
    runtime.on('error', () => {})
    await ended
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`), 'nothing is left listening')

    writeFileSync(join(data, 'storage', 'marker'), '')
    const third = startsUp(['--port', String(port), '--data', data, '--fresh'])
    t.after(() => third.child.kill('SIGKILL'))
    await third.until('Ctrl-C stops it')
    assert.match(third.shown(), /^--fresh deletes .*storage: the order ledger/)
    assert.equal(existsSync(join(data, 'storage', 'marker')), false)
    const exited = once(third.child, 'exit')
    third.child.kill('SIGTERM')
    await exited
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`), 'nothing is left listening')
  },
)

test('a run that cannot work is refused with a sentence before anything is started', async () => {
  const data = ['--data', join(top, 'refused')]
  const nonsense = await refusal(data, { OPEND_URL: 'nonsense' })
  assert.deepEqual(nonsense, {
    code: 1,
    out: '',
    errors:
      'OPEND_URL must be tcp://host:port, connector:, ws://host or wss://host/path, vpc://BINDING/host:port, or simulator:.\n',
  })
  const empty = await refusal(data, { KEYS_JSON: '' })
  assert.equal(empty.code, 1)
  assert.match(empty.errors, /^KEYS_JSON is set and contains no key/)
})

test('npm start has a help, and refuses unknown options', async () => {
  const help = await refusal(['--help'])
  assert.deepEqual([help.code, help.errors], [0, ''])
  for (const name of ['--port N', '--data DIR', '--fresh', 'OPEND_URL', 'ALLOWED_ORIGINS'])
    assert.ok(help.out.includes(name))
  const commands: readonly (readonly [readonly string[], RegExp])[] = [
    [['--prot', '1'], /^Unknown option --prot: did you mean --port\?\nSee npm start -- --help\n$/],
    [['8080'], /^Unexpected argument "8080"/],
    [['--port', '70000'], /^--port 70000 is not a TCP port/],
    [['--port', '0x10'], /^--port 0x10 is not a TCP port/],
    [['--data', ''], /^--data takes a folder/],
  ]
  for (const [args, problem] of commands) {
    const { code, errors } = await refusal(args)
    assert.equal(code, 2, args.join(' '))
    assert.match(errors, problem)
  }
})
