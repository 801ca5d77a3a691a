import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNone } from './assert-none.ts'
import { bareCode } from './code-text.ts'
import { codeProblems, docstringProblems } from './code-rules.ts'
import { isProductCode, isWrittenCode, repositoryFiles } from './source-files.ts'

const problemsOf = (text: string, path = 'src/wire/a.ts'): readonly string[] => codeProblems({ path, text })

test('no file breaks a rule of style', () => {
  const files = repositoryFiles().filter(isWrittenCode)
  assert.ok(files.length > 50, 'the rules were given nothing to read')
  assertNone(files.flatMap(codeProblems))
})

test('what is exported says what it is', () => {
  assertNone(repositoryFiles().filter(isProductCode).flatMap(docstringProblems))
})

test('any and non-null assertions are found in every position', () => {
  for (const text of [
    'let a: any',
    'let a: any[] = []',
    'let a: Map<string, any>',
    'let a = b as any',
    'function f(a: any) {}',
    'type A = any | B',
  ]) {
    assert.deepEqual(problemsOf(text), ['src/wire/a.ts: line 1 uses any'], text)
  }
  for (const text of ['a!.b', 'a[0]!', 'f()!.b', 'const a = b!', 'let a!: number', 'f(a!, b)', 'const a = `${b!}`']) {
    assert.deepEqual(problemsOf(text), ['src/wire/a.ts: line 1 uses a non-null assertion'], text)
  }
})

test('what is not code is left alone', () => {
  for (const text of [
    '// any will do!',
    '/* as any */',
    "const a = 'any!'",
    'const a = `any! ${b !== c} any!`',
    'const a = /any!/',
    'const a = (b + 1) / c // any!',
    'if (a != b && !c) await Promise.any(d)',
    'const a = { any: 1 }',
  ]) {
    assert.deepEqual(problemsOf(text), [], text)
  }
})

test('code stays in its line and column when texts and comments are blanked', () => {
  const bare = bareCode("a = 'b' /* c\nd */ + `e${f({ g: `h${i}` })}j` // k")
  assert.deepEqual(bare.split('\n'), ['a =         ', '     + `   f({ g: `   i}  })}       '])
})

test('long files, drawers, barrels and silenced checks are found', () => {
  assert.deepEqual(problemsOf('x\n'.repeat(300)), [])
  assert.deepEqual(problemsOf('x\n'.repeat(301)), ['src/wire/a.ts: has 301 lines, 300 at most'])
  for (const path of ['src/wire/utils.ts', 'src/wire/json-helpers.ts', 'src/types/a.ts', 'test/helper.ts']) {
    assert.deepEqual(problemsOf('', path), [`${path}: its name is that of a drawer`])
  }
  const barrel = `export * from './a.ts'\nexport {\n  b,\n} from './b.ts'\n`
  assert.deepEqual(problemsOf(barrel), ['src/wire/a.ts: only passes on what other files export'])
  assert.deepEqual(problemsOf(barrel, 'src/index.ts'), [])
  assert.equal(problemsOf('// @ts-ignore').length, 1)
  assert.equal(problemsOf('/* @ts-nocheck */').length, 1)
  assert.equal(problemsOf('// oxlint-disable-next-line no-shadow').length, 1)
  assert.deepEqual(problemsOf('// oxlint-disable-next-line no-shadow -- the schema names it so'), [])
  assert.equal(problemsOf('export enum A { B }').length, 1)
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
