import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNone } from './assert-none.ts'
import { docstringProblems, vagueNameProblems, exportedNames, isSmall, replacedWordProblems } from './code-rules.ts'
import { SMALL_FILES } from './small-files.ts'
import { isProductCode, isWrittenCode, repositoryFiles } from './source-files.ts'

const written = repositoryFiles().filter(isWrittenCode)
const product = written.filter(isProductCode)

test('the rules have files to read', () => {
  assert.ok(product.length > 50 && written.length > product.length)
})

test('every export has a docstring', () => {
  assertNone(product.flatMap(docstringProblems))
})

test('an export without a docstring is found', () => {
  const undocumented = (text: string): number => docstringProblems({ path: 'src/a.ts', text }).length
  assert.equal(undocumented('export function f(): void {}'), 1)
  assert.equal(undocumented('// says what it is\nexport const a = 1'), 1)
  assert.equal(undocumented('/** Far away. */\n\nexport interface A {}'), 1)
  assert.equal(undocumented('/** Of f. */\nexport function f(): void {}\nexport function g(): void {}'), 1)
  assert.equal(undocumented('export interface A {\n  readonly b: number\n}'), 1)
  assert.equal(undocumented('/** Near. */\nexport abstract class A {}'), 0)
  assert.equal(undocumented('/** A row. */\nexport const a = 1\nexport const b = 2'), 0)
  assert.equal(undocumented('export interface A {\n  /** In ms. */\n  readonly b: number\n}'), 0)
  assert.equal(undocumented('async function f(): Promise<void> {}'), 0)
})

test('a file of the product has at least 20 lines, except the listed ones', () => {
  const small = product.filter(isSmall).map(({ path }) => path)
  assert.deepEqual(small, SMALL_FILES.toSorted())
})

test('a small file is found', () => {
  assert.equal(isSmall({ path: 'src/a.ts', text: 'x\n'.repeat(19) }), true)
  assert.equal(isSmall({ path: 'src/a.ts', text: 'x\n'.repeat(20) }), false)
})

test('the name of every file describes its content', () => {
  assertNone(written.flatMap(vagueNameProblems))
})

test('a vague file name is found', () => {
  for (const path of ['src/wire/utils.ts', 'src/wire/json-helpers.ts', 'src/types/a.ts', 'test/helper.ts']) {
    assert.deepEqual(vagueNameProblems({ path, text: '' }), [`${path}: the name does not describe the content`])
  }
  assert.deepEqual(vagueNameProblems({ path: 'src/wire/typescript.ts', text: '' }), [])
})

test('names of files and exports follow the glossary', () => {
  assertNone(written.flatMap(replacedWordProblems))
})

test('a word that the glossary replaces is found in the name of a file and of an export', () => {
  const words = (path: string, text = ''): number => replacedWordProblems({ path, text }).length
  assert.deepEqual(replacedWordProblems({ path: 'src/a.ts', text: 'export class OrderDesk {}' }), [
    'src/a.ts: OrderDesk: use manager instead of desk',
  ])
  for (const name of ['MarketBook', 'QuoteBoard', 'OpendLine', 'HolderId', 'settleOrder', 'noteSent', 'DialogHost']) {
    assert.equal(words('src/a.ts', `export class ${name} {}`), 1, name)
  }
  for (const path of ['src/orders/order-search.ts', 'src/orders/look.ts', 'test/a/kept-read.test.ts']) {
    assert.equal(words(path), 1, path)
  }
  for (const name of ['getOrderBook', 'KLine', 'ORDER_BOOK_DETAIL', 'deadline', 'notice', 'localhost', 'lookups']) {
    assert.equal(words('src/a.ts', `export const ${name} = 1`), 0, name)
  }
  assert.equal(words('src/a.ts', 'const desk = 1'), 0)
})

test('exported names are read from the lines that export them', () => {
  const text =
    'export const A = 1\nexport default class B {}\nexport async function c() {}\nconst d = 1\nexport type E = 1'
  assert.deepEqual(exportedNames(text), ['A', 'B', 'c', 'E'])
})
