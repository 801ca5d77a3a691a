import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type CompilerConfig,
  pureConfigProblems,
  topLevelProblems,
  uncompiled,
  wordProblems,
} from './repository-rules.ts'
import { assertNone } from './assert-none.ts'
import { repositoryFiles, ROOT } from './source-files.ts'

const files = repositoryFiles()
const paths = files.map((file) => file.path)
const base = readConfig('tsconfig.json')
const pure = readConfig('tsconfig.pure.json')
const worker = readConfig('tsconfig.worker.json')

function readConfig(name: string): CompilerConfig {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as CompilerConfig
}

test('the top of the repository contains only the expected entries', () => {
  assert.ok(paths.includes('package.json'))
  assertNone(topLevelProblems(paths))
  assert.deepEqual(topLevelProblems(['notes.md', 'src/a.ts', 'scratch/b.ts', 'scratch/c.ts']), [
    'notes.md does not belong at the top',
    'scratch/ does not belong at the top',
  ])
})

test('files do not refer to things that a reader cannot see', () => {
  assertNone(files.flatMap(wordProblems))
})

test('each reference to a thing that a reader cannot see is found', () => {
  for (const line of [
    ['see /wo', 'rk/main/x'],
    ['/ho', 'me/someone/x'],
    ['as the rul', 'ings say'],
    ['fixes iss', 'ue #12'],
    ['the reference mate', 'rial says'],
    ['https://regi', 'stry.example.com/x'],
    ['  "reso', 'lved": "x"'],
  ]) {
    assert.equal(wordProblems({ path: 'a.md', text: `first\n${line.join('')}` }).length, 1, line.join(''))
  }
})

test('every file is compiled, the pure folders without any ambient type', () => {
  assertNone(pureConfigProblems(pure, base))
  assertNone(uncompiled(paths, [base, pure, worker]))
})

test('a gap in the compiler configuration is found', () => {
  const compilerOptions = { types: [], lib: ['es2024'] }
  const without = { compilerOptions, include: pure.include.filter((folder) => folder !== 'src/wire') }
  assert.deepEqual(pureConfigProblems(without, base), ['src/wire is not compiled without ambient types'])
  for (const leaky of [{ types: ['node'] }, {}, { types: [], lib: ['es2024', 'dom'] }]) {
    assert.equal(pureConfigProblems({ compilerOptions: leaky, include: pure.include }, base).length, 1)
  }
  assert.deepEqual(uncompiled(['src/other/a.ts'], [base, pure, worker]), [
    'src/other/a.ts is not part of any configuration',
  ])
  const leftOut = { ...base, include: ['test'], exclude: ['**/b.ts'] }
  assert.deepEqual(uncompiled(['test/a.ts', 'test/x/b.ts'], [leftOut]), [
    'test/x/b.ts is not part of any configuration',
  ])
})
