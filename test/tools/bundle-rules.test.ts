import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundleProblems, MAX_GZIP_BYTES } from './bundle-rules.ts'

test('an ordinary bundle passes', () => {
  const code = [
    'import { DurableObject } from "cloudflare:workers";',
    'import{connect as c}from"cloudflare:sockets";',
    'import "node:buffer";',
    'function evaluate(a) { return retrieval(a) }',
    'var isFunction = (f) => typeof f === "function";',
    '/**',
    " * import { Hono } from 'hono'",
    ' */',
    'export { evaluate as default };',
    'export default "a from b"',
  ].join('\n')
  assert.deepEqual(bundleProblems(code, MAX_GZIP_BYTES), [])
})

test('a bundle over its size is refused', () => {
  assert.equal(bundleProblems('', MAX_GZIP_BYTES + 1).length, 1)
})

test('code generation from text is found, which fails only when a request runs it', () => {
  for (const code of ['eval("1")', 'new Function("a", "return a")', 'Function (x)']) {
    assert.equal(bundleProblems(`var a = 1;\n${code}`, 1).length, 1, code)
  }
})

test('an import that the platform does not provide is found', () => {
  for (const code of [
    'import a from "ws";',
    'import{a}from"./other.js";',
    'export * from "ws";',
    'import "ws";',
    'await import("ws")',
  ]) {
    assert.equal(bundleProblems(code, 1).length, 1, code)
  }
})
