import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MAX_OUTBOXES_BYTES,
  MAX_PENDING,
  MAX_REMEMBERED_BYTES,
  MAX_REQUEST_BODY_BYTES,
  MAX_UNSENT_BYTES,
  OBJECT_SHARES,
  type Share,
  WORKER_SHARES,
} from '../../src/base/memory-budget.ts'
import * as budget from '../../src/base/memory-budget.ts'
import {
  MAX_WAITING_BYTES,
  MAX_WAITING_CONTROL_CHARS,
  MAX_WAITING_TRADE_BYTES,
} from '../../src/pushes/outbox/outbox.ts'
import { HEADER_BYTES } from '../../src/wire/frame.ts'
import { assertNone } from '../rules/assert-none.ts'
import { isProductCode, repositoryFiles } from '../rules/source-files.ts'

const BUDGET = 'src/base/memory-budget.ts'
/** The simulated OpenD and the commands run elsewhere; a deployment has neither. */
const product = repositoryFiles().filter((file) => isProductCode(file) && !/^src\/(?:simulator|cli)\//.test(file.path))

const sum = (shares: readonly Share[]): number => shares.reduce((bytes, share) => bytes + share.bytes, 0)

for (const [isolate, shares] of [
  ['Durable Object', OBJECT_SHARES],
  ['Worker', WORKER_SHARES],
] as const) {
  test(`with every bound reached at once the ${isolate} stays within three quarters of its memory`, () => {
    assert.equal(MAX_REMEMBERED_BYTES, 96 * 1024 * 1024)
    assert.ok(sum(shares) <= MAX_REMEMBERED_BYTES, `${sum(shares)} bytes of ${MAX_REMEMBERED_BYTES}`)
    // A budget that adds up to little has forgotten something.
    assert.ok(sum(shares) > MAX_REMEMBERED_BYTES / 2)
    assert.ok(shares.every(({ bytes }) => Number.isInteger(bytes) && bytes > 0))
  })
}

test('calls that waited for the link can leave at once: the link holds all of them', () => {
  const { switch: switches, order, read } = MAX_PENDING
  // A header stands before each body; most bodies are larger, so that the bytes are reached before the calls.
  const bodies = switches.bytes + order.bytes + read.bytes
  const headers = HEADER_BYTES * (switches.calls + order.calls + read.calls)
  assert.ok(bodies + headers <= MAX_UNSENT_BYTES, `${bodies + headers} bytes`)
})

test('a push client with everything waiting fits into what waits for all of them', () => {
  const most = MAX_WAITING_BYTES + MAX_WAITING_TRADE_BYTES + 2 * MAX_WAITING_CONTROL_CHARS
  assert.ok(most <= MAX_OUTBOXES_BYTES, `${most} bytes`)
})

test('the largest read of a caller fits into its quarter of those that wait for the link', () => {
  assert.ok(MAX_REQUEST_BODY_BYTES <= MAX_PENDING.read.bytes / 4)
})

test('each bound of the budget is the one that the code uses', () => {
  const bounds = Object.keys(budget).filter((name) => name.startsWith('MAX_') && name !== 'MAX_REMEMBERED_BYTES')
  assert.ok(bounds.length > 20)
  const users = product.filter(({ path }) => path !== BUDGET)
  const unused = bounds.filter((name) => !users.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)))
  assertNone(unused.map((name) => `${name} bounds nothing`))
})

/** Bounds of one client, where the budget bounds all of them or the platform holds the bytes; the demonstration's own. */
const OTHERS: ReadonlySet<string> = new Set([
  'src/pushes/outbox/outbox.ts',
  'src/pushes/outbox/flow.ts',
  'durable-objects/storage/simulator-state.ts',
])

const boundsOfTheirOwn = (files: readonly { readonly path: string; readonly text: string }[]): readonly string[] =>
  files.filter(({ text }) => /\* 1024 \* 1024|\bMI?B\b *[,;)\n]/.test(text)).map(({ path }) => path)

test('no other file has a bound of megabytes', () => {
  assertNone(boundsOfTheirOwn(product.filter(({ path }) => path !== BUDGET && !OTHERS.has(path))))
  assert.deepEqual(boundsOfTheirOwn([{ path: 'src/a.ts', text: 'const MOST_BYTES = 16 * 1024 * 1024\n' }]), [
    'src/a.ts',
  ])
})
