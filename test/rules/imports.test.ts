import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNone } from './assert-none.ts'
import { importsOf } from './imports.ts'
import { layerProblems, layersInCircles, unusedArrows } from './layers.ts'
import { isProductCode, repositoryFiles, type SourceFile } from './source-files.ts'

const file = (path: string, text: string): SourceFile => ({ path, text })
const problemsOf = (path: string, text: string): readonly string[] => layerProblems([file(path, text)])

test('imports run one way, and each package stays where it belongs', () => {
  const files = repositoryFiles().filter(isProductCode)
  assert.ok(files.length > 50, 'the rules read too few files')
  assertNone(layerProblems(files))
})

test('an import uses each arrow of the layers', () => {
  assertNone(unusedArrows(repositoryFiles().filter(isProductCode)))
})

test('an arrow without an import is found', () => {
  const files = [file('src/http/a.ts', `import { b } from '../orders/b.ts'`), file('src/orders/b.ts', '')]
  assert.deepEqual(unusedArrows(files, { http: ['orders'], orders: [] }), [])
  assert.deepEqual(unusedArrows(files, { http: ['orders', 'auth'], orders: ['auth'] }), [
    'http does not import auth',
    'orders does not import auth',
  ])
})

test('the product and its commands do not import tests', () => {
  for (const path of ['src/cli/a.ts', 'src/index.ts', 'src/http/a.ts']) {
    const specifier = `${'../'.repeat(path.split('/').length - 1)}test/b.ts`
    const expected = [`${path}: the product must not import test/b.ts`]
    assert.deepEqual(problemsOf(path, `import { b } from '${specifier}'`), expected)
  }
})

test('an import against the arrows is found in every form', () => {
  const expected = ['src/wire/a.ts: wire must not import src/http/app.ts']
  for (const form of [
    `import { app } from '../http/app.ts'`,
    `import type { App } from '../http/app.ts'`,
    `import {\n  type App,\n  app,\n} from '../http/app.ts'`,
    `import '../http/app.ts'`,
    `export { app } from '../http/app.ts'`,
    `export * from '../http/app.ts'`,
    `const app = await import('../http/app.ts')`,
    `type App = import('../http/app.ts').App`,
  ]) {
    assert.deepEqual(problemsOf('src/wire/a.ts', form), expected, form)
  }
})

test('text that only resembles an import does not count', () => {
  const text = [
    `// import { app } from '../http/app.ts'`,
    `/**`,
    ` * import { app } from '../http/app.ts'`,
    ` */`,
    `export const from = 'x'`,
    `export function read(): string { return from }`,
  ].join('\n')
  assert.deepEqual(importsOf(file('src/wire/a.ts', text)), [])
})

test('every arrow that is not listed is refused', () => {
  for (const [from, to] of [
    ['src/base/a.ts', '../wire/b.ts'],
    ['src/transport/a.ts', '../wire/b.ts'],
    ['src/transport/a.ts', '../simulator/b.ts'],
    ['src/gateway/a.ts', '../limits/b.ts'],
    ['src/limits/a.ts', '../env.ts'],
    ['src/simulator/a.ts', '../gateway/b.ts'],
    ['src/http/a.ts', '../simulator/b.ts'],
    ['src/http/a.ts', '../cli/b.ts'],
    ['src/http/a.ts', '../../test/b.ts'],
    ['src/http/a.ts', '../../durable-objects/gateway-object.ts'],
    ['durable-objects/a.ts', '../src/http/b.ts'],
    ['src/somewhere/a.ts', '../base/b.ts'],
  ] as const) {
    assert.equal(problemsOf(from, `import type { B } from '${to}'`).length, 1, `${from} ${to}`)
  }
})

test('http imports only types of the object', () => {
  assert.deepEqual(problemsOf('src/http/a.ts', `import type { B } from '../../durable-objects/gateway-rpc.ts'`), [])
  assert.equal(problemsOf('src/http/a.ts', `import { b } from '../../durable-objects/gateway-rpc.ts'`).length, 1)
})

test('the layers contain no cycle', () => {
  assertNone(layersInCircles())
  const circle = { base: [], auth: ['limits', 'base'], limits: ['fees'], fees: ['auth'], http: ['auth'] }
  assert.deepEqual(layersInCircles(circle), ['layers in a cycle, or above one: auth, limits, fees, http'])
})

test('a package outside its place is found, and so is a package without a rule', () => {
  for (const [path, name] of [
    ['src/auth/bearer.ts', 'hono'],
    ['src/http/app.ts', 'jose'],
    ['durable-objects/gateway-object.ts', 'cloudflare:sockets'],
    ['src/http/app.ts', 'cloudflare:workers'],
    ['src/wire/frame.ts', 'node:crypto'],
    ['src/wire/schema.ts', 'protobufjs/minimal.js'],
    ['src/wire/encode.ts', 'protobufjs'],
    ['src/gateway/link/session.ts', 'node:fs'],
    ['src/http/app.ts', 'lodash'],
  ] as const) {
    assert.deepEqual(problemsOf(path, `import { x } from '${name}'`), [`${path}: ${name} must not be imported here`])
  }
})
