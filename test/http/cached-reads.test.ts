import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { API_ENDPOINTS } from '../../src/endpoints.ts'
import { keysJson, makeRig, NOW_MS, readError, type Rig, type SendOptions, tokenOf } from './rig.ts'
import { sampleBody } from './sample-message.ts'

const KEYS_JSON = keysJson(
  { id: 'ann', scopes: ['qot:read', 'admin'] },
  { id: 'bob', scopes: ['qot:read'] },
  { id: 'cat', scopes: ['qot:read'] },
  { id: 'trader', scopes: ['trade:real'] },
)
const BODY = { security_list: [{ market: 1, code: '00700' }] }

interface ReadRig extends Rig {
  /** Reads as that key and tells where the answer came from. */
  readonly read: (id: string, options?: SendOptions, path?: string) => Promise<string | null>
}

function readRig(): ReadRig {
  const rig = makeRig({ KEYS_JSON })
  const read = async (id: string, options: SendOptions = {}, path = '/api/quote'): Promise<string | null> => {
    const response = await rig.send(`POST ${path}`, { token: tokenOf(id), body: BODY, ...options })
    assert.equal(response.status, 200, await response.text())
    return response.headers.get('X-Source')
  }
  return { ...rig, read }
}

test('the same read again within 100 ms is answered by the isolate, with an id of its own', async () => {
  const { send, gateway, clock } = readRig()
  gateway.source = 'push'
  gateway.asOfMs = NOW_MS - 1_234
  const ask = (headers?: Record<string, string>) =>
    send('POST /api/quote', { token: tokenOf('bob'), body: BODY, ...(headers === undefined ? {} : { headers }) })
  const first = await ask()
  clock.nowMs += 99
  const second = await ask({ 'X-Request-Id': 'mine' })
  assert.equal(gateway.calls.length, 1)
  assert.equal(await second.text(), await first.text())
  assert.deepEqual([first.headers.get('X-Source'), second.headers.get('X-Source')], ['push', 'cache'])
  for (const { headers } of [first, second]) {
    assert.equal(headers.get('X-As-Of'), '2026-11-22T11:59:58.766Z')
    assert.equal(headers.get('Content-Type'), 'application/json')
    assert.equal(headers.get('Cache-Control'), 'no-store')
  }
  assert.equal(second.headers.get('X-Request-Id'), 'mine')
  clock.nowMs += 1
  assert.equal((await ask()).headers.get('X-Source'), 'push')
  assert.equal(gateway.calls.length, 2)
})

test('another caller gets it only if the object let that caller read the same within the last second', async () => {
  const { read, gateway, clock } = readRig()
  assert.equal(await read('ann'), 'upstream')
  assert.equal(await read('bob'), 'upstream')
  clock.nowMs += 900
  assert.equal(await read('ann'), 'upstream')
  assert.equal(await read('bob'), 'cache')
  assert.equal(await read('cat'), 'upstream')
  clock.nowMs += 99
  assert.equal(await read('bob'), 'cache')
  clock.nowMs += 1
  assert.equal(await read('ann'), 'upstream')
  assert.equal(await read('bob'), 'upstream', 'a second has passed since bob was let in')
  assert.equal(gateway.calls.length, 6)
})

test('an answer in the trading session of one caller is not served to another one', async () => {
  const { read, gateway } = readRig()
  gateway.isPersonal = true
  for (const id of ['ann', 'bob', 'ann', 'bob']) assert.equal(await read(id), 'upstream')
  assert.equal(gateway.calls.length, 4)
})

test('whoever may not read at all gets nothing, however fresh it is', async () => {
  const { read, send } = readRig()
  await read('bob')
  for (const [token, status, code] of [
    [undefined, 401, 'auth.missing_token'],
    [tokenOf('nobody'), 401, 'auth.invalid_token'],
    [tokenOf('trader'), 403, 'auth.insufficient_scope'],
  ] as const) {
    assert.equal((await readError(await send('POST /api/quote', { token, body: BODY }), status)).code, code)
  }
  const query = await send('POST /api/quote?x=1', { token: tokenOf('bob'), body: BODY })
  assert.equal((await readError(query, 400)).code, 'request.unknown_field')
})

test('an expired key gets nothing from the moment it expires', async () => {
  const expires = new Date(NOW_MS + 50).toISOString()
  const rig = makeRig({ KEYS_JSON: keysJson({ id: 'bob', scopes: ['qot:read'], expires_at: expires }) })
  const ask = () => rig.send('POST /api/quote', { token: tokenOf('bob'), body: BODY })
  assert.equal((await ask()).status, 200)
  rig.clock.nowMs += 49
  assert.equal((await ask()).headers.get('X-Source'), 'cache')
  rig.clock.nowMs += 1
  assert.equal((await readError(await ask(), 401)).code, 'auth.expired_token')
})

test('a body is another body as soon as one character differs, and a path another path', async () => {
  const { read } = readRig()
  const text = JSON.stringify(BODY)
  assert.equal(await read('bob', { body: text }), 'upstream')
  assert.equal(await read('bob', { body: ` ${text}` }), 'upstream')
  assert.equal(await read('bob', { body: text }, '/api/snapshot'), 'upstream')
  assert.equal(await read('bob', { body: text }, '/api/snapshot'), 'cache')
  assert.equal(await read('bob', { body: text }), 'cache')
})

test('who wants OpenD itself gets it, and so does who subscribes on the way', async () => {
  const { read, gateway } = readRig()
  await read('bob')
  for (const [name, value] of [
    ['Cache-Control', 'no-cache'],
    ['Cache-Control', 'no-store'],
    ['Pragma', 'no-cache'],
  ] as const) {
    assert.equal(await read('bob', { headers: { [name]: value } }), 'upstream')
    assert.equal(gateway.calls.at(-1)?.isFresh, true)
  }
  const body = { ...BODY, sub_type_list: [1] }
  for (let i = 0; i < 2; i++) {
    gateway.forget()
    assert.equal(await read('bob', { body }), 'upstream')
    assert.deepEqual(
      gateway.calls.map(({ protocol }) => protocol),
      ['Qot_Sub', 'Qot_GetBasicQot'],
    )
  }
})

test('a refusal is not kept, and ends what its caller was let read before', async () => {
  const { read, send, gateway, clock } = readRig()
  const refuse = async (): Promise<void> => {
    const headers = { 'X-Request-Id': 'r' }
    assert.equal((await send('POST /api/quote', { token: tokenOf('bob'), body: BODY, headers })).status, 400)
  }
  await read('bob')
  clock.nowMs += 100
  gateway.answer('Qot_GetBasicQot', { retType: -1, retMsg: 'not subscribed' })
  await refuse()
  await refuse()
  gateway.answers.clear()
  await read('ann')
  assert.equal(await read('bob'), 'upstream')
  assert.equal(gateway.calls.length, 5)
})

test('what a caller subscribes or unsubscribes ends what it was let read, and nothing of others', async () => {
  const { read, gateway } = readRig()
  const subscription = { ...BODY, sub_type_list: [1], is_sub_or_un_sub: false }
  const unsubscribe = () => read('bob', { body: subscription }, '/api/subscribe')
  await read('ann')
  await read('bob')
  await unsubscribe()
  assert.equal(await read('ann'), 'cache')
  assert.equal(await read('bob'), 'upstream')
  await read('bob', { body: { ...BODY, sub_type_list: [1] } })
  assert.equal(await read('bob'), 'upstream', 'subscribing on the way counts too')
  gateway.call = async () => {
    throw new Error('the object went away')
  }
  const log = mock.method(console, 'error', () => {})
  await unsubscribe().catch(() => {})
  log.mock.restore()
  Reflect.deleteProperty(gateway, 'call')
  assert.equal(await read('bob'), 'upstream', 'and so does one whose outcome nobody knows')
})

test('a read that was under way while its caller unsubscribed lets nobody in', async () => {
  const { read, gateway } = readRig()
  const { promise, resolve } = Promise.withResolvers<void>()
  gateway.gate = promise
  const slow = read('bob')
  gateway.gate = Promise.resolve()
  while (gateway.calls.length === 0) await new Promise(setImmediate)
  await read('bob', { body: { ...BODY, sub_type_list: [1], is_sub_or_un_sub: false } }, '/api/subscribe')
  resolve()
  assert.equal(await slow, 'upstream')
  assert.equal(await read('bob'), 'upstream')
})

test('a reload forgets everything, here and wherever its epoch is heard of', async () => {
  const { read, send, gateway } = readRig()
  await read('ann')
  await send('POST /api/admin/reload', { token: tokenOf('ann') })
  assert.equal(await read('ann'), 'upstream')
  assert.equal(await read('ann'), 'cache')
  gateway.epoch = 2
  await read('bob')
  assert.equal(await read('ann'), 'upstream')
  assert.equal(await read('bob'), 'upstream', 'the answer that brought the news is of the time before')
})

test('a body that was long on its way does not get what was fresh when it set out', async () => {
  const { read, send, clock } = readRig()
  await read('bob')
  const text = JSON.stringify(BODY)
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        clock.nowMs += 100
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const response = await send('POST /api/quote', { token: tokenOf('bob'), body })
  assert.equal(response.headers.get('X-Source'), 'upstream')
})

test('only reads that are the same for everybody are kept: nothing of accounts, nothing that counts', async () => {
  const cached = new Set(API_ENDPOINTS.filter(({ isIsolateCached }) => isIsolateCached).map(({ path }) => path))
  for (const path of ['quote', 'kline', 'rt', 'ticker', 'orderbook', 'broker', 'snapshot', 'static-info']) {
    assert.ok(cached.has(`/api/${path}`), path)
  }
  for (const endpoint of API_ENDPOINTS) {
    if (endpoint.isOrder || cached.has(endpoint.path)) {
      assert.ok(endpoint.isOrder || (endpoint.group === 'Quote' && endpoint.method === 'POST'), endpoint.path)
      continue
    }
    const rig = makeRig({
      KEYS_JSON: keysJson({ id: 'all', scopes: ['qot:read', 'qot:write', 'acc:read', 'trade:unlock'] }),
    })
    for (let i = 0; i < 2; i++) {
      const body = endpoint.method === 'POST' ? { body: sampleBody(endpoint) } : {}
      const response = await rig.send(`${endpoint.method} ${endpoint.path}`, { token: tokenOf('all'), ...body })
      assert.equal(response.headers.get('X-Source'), 'upstream', endpoint.path)
    }
    assert.equal(rig.gateway.calls.length, 2, endpoint.path)
  }
})

/** Callers, bodies and times: what happens, in the order in which it does. */
const step = fc.record({
  waitMs: fc.constantFrom(0, 0, 1, 50, 99, 100, 400, 1000),
  id: fc.constantFrom('ann', 'bob', 'cat'),
  code: fc.constantFrom('00700', '00005'),
  act: fc.constantFrom('read', 'read', 'read', 'read', 'subscribe', 'lose'),
})

test('against a model: the object is asked exactly when nobody may answer for it', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
    const { send, gateway, clock } = readRig()
    const readAtMs = new Map<string, number>()
    const grantedAtMs = new Map<string, number>()
    const lost = new Set<string>()
    gateway.call = async (call) => {
      gateway.asOfMs = clock.nowMs
      const { code } = steps[gateway.done.length] ?? assert.fail()
      const isRefused = call.protoId !== 3001 && lost.has(`${call.caller} ${code}`)
      gateway.answer('Qot_GetBasicQot', isRefused ? { retType: -1 } : { retType: 0, s2c: { basicQotList: [] } })
      return Object.getPrototypeOf(gateway).call.apply(gateway, [call])
    }
    for (const { waitMs, id, code, act } of steps) {
      clock.nowMs += waitMs
      const name = `key:${id} ${code}`
      const body = { security_list: [{ market: 1, code }] }
      if (act === 'lose') lost.add(name)
      if (act === 'subscribe') {
        lost.delete(name)
        const subscription = { ...body, sub_type_list: [1], is_sub_or_un_sub: true }
        await send('POST /api/subscribe', { token: tokenOf(id), body: subscription })
        for (const granted of grantedAtMs.keys()) if (granted.startsWith(`key:${id} `)) grantedAtMs.delete(granted)
      }
      if (act === 'read') {
        const isFresh = clock.nowMs - (readAtMs.get(code) ?? -Infinity) < 100
        const isAllowed = clock.nowMs - (grantedAtMs.get(name) ?? -Infinity) < 1000
        const response = await send('POST /api/quote', { token: tokenOf(id), body })
        if (isFresh && isAllowed) {
          assert.equal(response.headers.get('X-Source'), 'cache')
          assert.equal(Date.parse(response.headers.get('X-As-Of') ?? ''), readAtMs.get(code))
        } else if (lost.has(name)) {
          assert.equal(response.status, 400)
          grantedAtMs.delete(name)
        } else {
          assert.equal(response.headers.get('X-Source'), 'upstream')
          readAtMs.set(code, clock.nowMs)
          grantedAtMs.set(name, clock.nowMs)
        }
      }
      gateway.done.push(act)
    }
  })
  await fc.assert(property, { numRuns: 150 })
})
