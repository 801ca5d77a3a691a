import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNone } from './assert-none.ts'
import { documentProblems, isDocument, unlinkedPages } from './document-rules.ts'
import { repositoryFiles, type SourceFile } from './source-files.ts'

const files = repositoryFiles()
const documents = files.filter(isDocument)

test('every file, page and heading that the README and the pages name exists', () => {
  assert.ok(documents.length > 5)
  assertNone(documents.flatMap((document) => documentProblems(document, files)))
})

test('a document links to every page', () => {
  assertNone(unlinkedPages(documents))
})

test('a missing target is found, and an existing one is not', () => {
  const page: SourceFile = { path: 'src/docs/a.md', text: '# One\n\n## Two words, and `code`\n' }
  const problemsOf = (text: string): readonly string[] =>
    documentProblems({ path: 'README.md', text }, [page, { path: 'src/wire/frame.ts', text: '' }])
  for (const fine of [
    '`src/wire/frame.ts` and `src/wire`',
    'see src/docs/a.md.',
    '[a](src/docs/a.md#two-words-and-code)',
    '[b](https://example.com/src/none)',
    '# Here\n[c](#here)',
  ]) {
    assert.deepEqual(problemsOf(fine), [], fine)
  }
  for (const wrong of [
    '`src/wire/frames.ts`',
    'test/none',
    '[a](src/b.md)',
    '[a](src/docs/a.md#three)',
    '[c](#there)',
  ]) {
    assert.equal(problemsOf(wrong).length > 0, true, wrong)
  }
  assert.deepEqual(
    documentProblems({ path: 'src/docs/b.md', text: '[a](a.md#one) [b](../wire/frame.ts)' }, [
      page,
      { path: 'src/wire/frame.ts', text: '' },
    ]),
    [],
  )
  assert.deepEqual(unlinkedPages([{ path: 'README.md', text: '' }, page]), ['no document links to src/docs/a.md'])
  assert.deepEqual(unlinkedPages([{ path: 'README.md', text: '[a](src/docs/a.md#one)' }, page]), [])
})

test('a README that is too long is found', () => {
  const readme = (lines: number): SourceFile => ({ path: 'README.md', text: 'line\n'.repeat(lines) })
  assert.deepEqual(documentProblems(readme(200), []), [])
  assert.equal(documentProblems(readme(201), []).length, 1)
})
