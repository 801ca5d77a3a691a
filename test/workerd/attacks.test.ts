import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { keysJson, PushRig, sampleKey } from './push-rig.ts'
import { TEST_KEY } from './harness.ts'

const READER = { id: 'reader', key: sampleKey('94'), scopes: ['qot:read'] }

/** What no HTTP client of a library sends, over a plain connection to the real runtime. */
suite('requests that were written by hand', () => {
  let rig: PushRig
  before(async () => {
    rig = await PushRig.start({ vars: { KEYS_JSON: keysJson([READER]) } })
  })
  after(() => rig.close())

  /** Sends lines as they are. Returns what comes until the other side closes. */
  async function send(start: string, headers: readonly string[]): Promise<string> {
    const { hostname, port, host } = rig.worker.url
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    // The runtime may close the connection while it is still being written to.
    socket.on('error', () => undefined)
    socket.write([start, `Host: ${host}`, 'Connection: close', ...headers, '', ''].join('\r\n'))
    await once(socket, 'close')
    return text
  }

  const bearer = (token: string): string => `Authorization: Bearer ${token}`
  const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)

  test('a duplicated Authorization header is not a token, whichever is the better one', async () => {
    for (const pair of [
      [bearer(READER.key), bearer(TEST_KEY)],
      [bearer(TEST_KEY), bearer(READER.key)],
    ]) {
      const answer = await send('GET /api/admin/keys HTTP/1.1', pair)
      assert.deepEqual([statusOf(answer), answer.includes('auth.malformed_token')], [400, true], answer.slice(0, 300))
    }
  })

  test('a token of 100 KB is refused, and the gateway goes on', async () => {
    const answer = await send('GET /api/admin/keys HTTP/1.1', [bearer('x'.repeat(100_000))])
    // The runtime may refuse the size of the header before the Worker sees it.
    assert.ok([0, 400, 431].includes(statusOf(answer)), answer.slice(0, 300))
    assert.equal((await rig.call('/api/global-state')).status, 200)
  })

  test('no spelling of a path leads past the scope', async () => {
    for (const path of [
      '//api/admin/keys',
      '/api//admin/keys',
      '/api/./admin/keys',
      '/api/%2e/admin/keys',
      '/health/../api/admin/keys',
      '/health/%2e%2e/api/admin/keys',
      '/API/ADMIN/KEYS',
      '/api/admin%2fkeys',
      '/api/%61dmin/keys',
      '/api/admin/keys/',
      '/api/admin/keys;x=1',
      '/api/admin/keys%00',
      '/api\\admin\\keys',
    ]) {
      const answer = await send(`GET ${path} HTTP/1.1`, [bearer(READER.key)])
      assert.ok([400, 403, 404, 405].includes(statusOf(answer)), `${path}: ${answer.slice(0, 200)}`)
      const without = await send(`GET ${path} HTTP/1.1`, [])
      assert.ok([400, 401, 404, 405].includes(statusOf(without)), `${path}: ${without.slice(0, 200)}`)
    }
  })

  test('a header that ends in the middle of a value adds none to the answer', async () => {
    for (const id of ['a\rSet-Cookie: x=1', 'a\nSet-Cookie: x=1', 'a\tb', 'a\u0085Set-Cookie: x=1']) {
      const answer = await send('GET /health HTTP/1.1', [`X-Request-Id: ${id}`])
      assert.ok(!/^set-cookie/im.test(answer), answer.slice(0, 300))
    }
  })
})
