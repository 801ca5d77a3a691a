import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const START = fileURLToPath(new URL('../../src/cli/start.ts', import.meta.url))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

/** Runs a printed curl line as the shell would split it: an address, headers in quotes, a body in quotes. */
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
  'npm start says where it is, with a key and lines that work, and stops when told',
  { timeout: 60_000 },
  async (t) => {
    const port = await freePort()
    const child = spawn(process.execPath, [START, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    let banner = ''
    for await (const chunk of child.stdout) {
      banner += String(chunk)
      if (banner.includes('Ctrl-C')) break
    }
    assert.match(banner, new RegExp(`http://127\\.0\\.0\\.1:${port}, talking to the embedded simulated OpenD`))
    assert.match(banner, /key {2}fc_[0-9a-f]{64}/)
    const lines = banner.split('\n').filter((line) => line.includes('curl '))
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
    ]
    for (const headers of strangers) assert.equal(await askAs(port, headers), 401, JSON.stringify(headers))
    for (const [framing, body, status] of BODIES_OF_A_GET) {
      assert.equal(await askAs(port, { Host: host, ...framing }, body), status, JSON.stringify([framing, body]))
    }
    child.kill('SIGTERM')
    await once(child, 'exit')
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`), 'nothing is left listening')
  },
)
