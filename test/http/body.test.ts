import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkNoBody } from '../../src/http/request/body.ts'
import { keyRig, readError } from './rig.ts'

function bodyOf(chunks: readonly string[], end: 'closes' | 'breaks' = 'closes'): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      if (end === 'closes') controller.close()
      else controller.error(new Error('the client went away'))
    },
  })
}

/** A request as the runtime hands a GET over; `Request` of Node refuses a body there. */
function requestWith(body: ReadableStream<Uint8Array> | null, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' })
}

test('a body of no bytes is none, however it is declared', async () => {
  for (const request of [
    requestWith(null),
    requestWith(null, { 'Content-Length': '0' }),
    requestWith(bodyOf([]), { 'Content-Length': '0' }),
    requestWith(bodyOf([]), { 'Transfer-Encoding': 'chunked' }),
    requestWith(bodyOf(['', ''])),
  ]) {
    assert.deepEqual(await checkNoBody(request), { ok: true, value: null })
  }
})

test('a body with bytes is refused by a call that takes none, and only its first piece is read', async () => {
  let isCancelled = false
  const endless = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(Uint8Array.of(32)), cancel: () => void (isCancelled = true) },
    { highWaterMark: 0 },
  )
  for (const request of [requestWith(endless), requestWith(bodyOf(['{}']), { 'Content-Length': '2' })]) {
    assert.deepEqual(await checkNoBody(request), { ok: false, failure: { code: 'request.unexpected_body' } })
  }
  assert.equal(isCancelled, true)
})

test('an upload that its client aborts is a 400 and nothing reaches OpenD', async () => {
  const { gateway, send } = keyRig(['qot:read', 'trade:simulate', 'admin'])
  const calls: readonly (readonly [string, Record<string, string>])[] = [
    ['POST /api/quote', {}],
    ['POST /api/quote', { 'Content-Length': '100' }],
    ['POST /api/stock-filter', { 'Content-Length': '100' }],
    ['POST /api/order', {}],
    ['POST /api/trading/halt', {}],
    ['POST /api/admin/reload', {}],
  ]
  for (const [route, headers] of calls) {
    const response = await send(route, { body: bodyOf(['{"symbols"'], 'breaks'), headers })
    assert.equal((await readError(response, 400)).code, 'request.incomplete_body', route)
  }
  assert.equal(gateway.touched, 0)
})
