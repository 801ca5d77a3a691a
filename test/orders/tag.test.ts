import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALLER_REMARK_BYTES, drawTag, entryIdOf, tagOf, taggedRemark, utf8Bytes } from '../../src/orders/tag.ts'

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const tag = fc.infiniteStream(unit).map((stream) => drawTag(() => Number(stream.next().value)))
const text = fc.string({ unit: 'grapheme' })

test('a tag is found at the end of any remark, also of one that looks like a tag', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        tag.map((other) => `#${other}`),
      ),
      tag,
      (remark, drawn) => {
        assert.equal(tagOf(taggedRemark(remark, drawn)), drawn)
      },
    ),
  )
})

test('the longest remark of a caller and a tag fill exactly the length that OpenD accepts', () => {
  const remark = '止'.repeat(CALLER_REMARK_BYTES / 3)
  assert.equal(utf8Bytes(remark), CALLER_REMARK_BYTES)
  assert.equal(
    Buffer.byteLength(
      taggedRemark(
        remark,
        drawTag(() => 0.5),
      ),
    ),
    64,
  )
})

test('the length of a remark is counted in UTF-8 bytes', () => {
  fc.assert(fc.property(text, (one) => assert.equal(utf8Bytes(one), Buffer.byteLength(one))))
  // The replacement character that is sent for a lone surrogate.
  assert.equal(utf8Bytes('\ud800'), Buffer.byteLength('\ud800'))
})

test('a remark without a tag at its end has none', () => {
  for (const remark of [undefined, '', 'grid 7', '#0123456', '#012345678', '#01234567 ', '#0123456i', 'x#0123456I']) {
    assert.equal(tagOf(remark), null, String(remark))
  }
})

test('tags are drawn evenly from all 32 characters', () => {
  const letters = new Set(Array.from({ length: 32 }, (_, i) => drawTag(() => i / 32)[0]))
  assert.equal(letters.size, 32)
  assert.equal(entryIdOf('01234567'), 'oi_01234567')
})
