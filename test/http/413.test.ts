import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_REQUEST_BODY_BYTES } from '../../src/base/memory-budget.ts'
import { keyRig, readError } from './rig.ts'

const { gateway, send } = keyRig(['qot:read'])

/** A body that never ends, and how much of it was taken. */
function endlessBody(): { body: ReadableStream<Uint8Array>; takenBytes: () => number; isCancelled: () => boolean } {
  const chunk = new Uint8Array(16 * 1024).fill(0x20)
  let takenBytes = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        takenBytes += chunk.length
        controller.enqueue(chunk)
      },
      cancel: () => {
        isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, takenBytes: () => takenBytes, isCancelled: () => isCancelled }
}

test('a body over the bound is refused before more of it is buffered', async () => {
  const { body, takenBytes, isCancelled } = endlessBody()
  const error = await readError(await send('POST /api/quote', { body }), 413)
  assert.equal(error.code, 'request.too_large')
  assert.ok(takenBytes() <= MAX_REQUEST_BODY_BYTES + 32 * 1024, `${takenBytes()} bytes were taken`)
  assert.equal(isCancelled(), true)
  assert.equal(gateway.touched, 0)
})

test('a declared length over the bound is refused unread', async () => {
  const { body, takenBytes } = endlessBody()
  const headers = { 'Content-Length': String(MAX_REQUEST_BODY_BYTES + 1) }
  await readError(await send('POST /api/quote', { body, headers }), 413)
  assert.equal(takenBytes(), 0)
})

test('a body of exactly the bound is read, with and without its length', async () => {
  const text = '{"symbols":["HK.00700"]}'.padEnd(MAX_REQUEST_BODY_BYTES)
  for (const headers of [undefined, { 'Content-Length': String(MAX_REQUEST_BODY_BYTES) }]) {
    assert.equal((await send('POST /api/quote', { body: text, ...(headers && { headers }) })).status, 200)
  }
  await readError(await send('POST /api/quote', { body: `${text} ` }), 413)
  await readError(await send('POST /api/quote', { body: `${text} `, headers: { 'Content-Length': 'x' } }), 413)
})

test('a body that comes in pieces is put together in order', async () => {
  const bytes = new TextEncoder().encode('{"symbols":["HK.00700","US.ÄÖ"]}')
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  const rig = keyRig(['qot:read'])
  assert.equal((await rig.send('POST /api/quote', { body })).status, 200)
  assert.deepEqual(rig.gateway.only('Qot_GetBasicQot').securityList, [
    { market: 1, code: '00700' },
    { market: 11, code: 'ÄÖ' },
  ])
})
