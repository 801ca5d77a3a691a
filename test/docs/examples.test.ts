import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKeyTable } from '../../src/auth/key-table.ts'
import { API_ENDPOINTS, OPERATIONS } from '../../src/endpoints.ts'
import { checkC2S } from '../../src/http/request/request-message.ts'
import { exampleCalls } from './example-calls.ts'
import { textOf } from './pages.ts'
import { commandsIn } from './shell-words.ts'

/** The examples of the README and the pages are calls that the API takes. */

const PAGES = ['README.md', ...['api', 'orders', 'operations', 'simulator'].map((name) => `src/docs/${name}.md`)]

test('the bodies of the examples are messages that their endpoints take', () => {
  const calls = PAGES.flatMap(exampleCalls)
  assert.ok(calls.length >= 10, 'the examples were not found')
  for (const { page, path, body } of calls) {
    const endpoint = API_ENDPOINTS.find((one) => one.path === path)
    const operation = OPERATIONS.find((one) => path === one.path || fits(one.path, path))
    assert.ok(endpoint !== undefined || operation !== undefined, `${page}: there is no ${path}`)
    if (body === null) continue
    if (endpoint === undefined) assert.doesNotThrow(() => JSON.parse(body), `${page}: ${path} ${body}`)
    else assert.deepEqual(checkC2S(endpoint, body, Date.UTC(2026, 10, 22)).ok, true, `${page}: ${path} ${body}`)
  }
})

test('the key records of the examples are records that the gateway takes', () => {
  const blocks = PAGES.flatMap((page) => [...textOf(page).matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => json))
  const printed = commandsIn(textOf('src/docs/operations.md')).flat()
  const tables = [...blocks, ...printed].filter((text) => /^\s*\{\s*"version"/.test(text))
  assert.equal(tables.length, 2)
  for (const table of tables) {
    const problems: string[] = []
    readKeyTable(table.replace(/sha256:[^"]*/, `sha256:${'0'.repeat(64)}`), problems)
    assert.deepEqual(problems, [])
  }
})

/** Whether a path of the table, with `{id}` for an id, is that path. */
function fits(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace('{id}', '[^/]+')}$`).test(path)
}

test('the words of an example are those that the shell would make', () => {
  const page =
    '```sh\nA=\'x y\'   # a comment\nB=$(cat f)\ncurl -d "{\\"a\\":\\"$A\\"}" \\\n  -d \'{"b":\'$B\'}\'\n```\n'
  assert.deepEqual(commandsIn(page), [['A=x y'], ['B=$(cat', 'f)'], ['curl', '-d', '{"a":"x y"}', '-d', '{"b":1}']])
})
