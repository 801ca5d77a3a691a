import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expositionProblems, parseExposition } from './exposition.ts'
import { wholePage } from './whole-page.ts'

test('the page of a busy gateway obeys the rules of the format and of its linter', async () => {
  const families = parseExposition(await wholePage())
  assert.deepEqual(expositionProblems(families), [])
  assert.ok(families.length > 50)
})

test('almost every metric has a series on a busy gateway', async () => {
  const silent = parseExposition(await wholePage()).filter(({ series }) => series.length === 0)
  assert.deepEqual(
    silent.map(({ name }) => name),
    // It has sockets only, and this gateway has none.
    ['futu_ws_filtered_pushes_total'],
  )
})

const FAMILY = '# HELP a_total A.\n# TYPE a_total counter\n'
const HISTOGRAM = '# HELP h_seconds H.\n# TYPE h_seconds histogram\n'

test('the rules find what they are for', () => {
  const problemsOf = (text: string): string => {
    try {
      return expositionProblems(parseExposition(text)).join('; ')
    } catch (error) {
      return String(error)
    }
  }
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['a_total 1\n', /^$|without/],
    [`${FAMILY}a_total 1`, /no end/],
    [`${FAMILY}a_total one\n`, /not a line/],
    [`${FAMILY}a_total{b="1"} 1\na_total{b="1"} 2\n`, /there twice/],
    [`${FAMILY}a_total{b="1",b="2"} 1\n`, /label b is there twice/],
    [`${FAMILY}a_total{b="\\x"} 1\n`, /not labels/],
    [`${FAMILY}b_total 1\n`, /another family/],
    [`${FAMILY}a_total -1\n`, /negative/],
    [`${FAMILY}${FAMILY}`, /there twice/],
    ['# HELP a A.\n# TYPE a counter\n', /must end in _total/],
    ['# HELP a_total A.\n# TYPE a_total gauge\n', /only a counter/],
    ['# HELP a_ms A.\n# TYPE a_ms gauge\n', /base unit/],
    ['# HELP a_count A.\n# TYPE a_count gauge\n', /histogram/],
    ['# TYPE a gauge\na 1\n', /not a line/],
    ['# HELP a A.\na 1\n', /not followed by its type/],
    [`${HISTOGRAM}h_seconds_bucket{le="1"} 2\nh_seconds_sum 1\nh_seconds_count 2\n`, /no histogram/],
    [
      `${HISTOGRAM}h_seconds_bucket{le="1"} 2\nh_seconds_bucket{le="+Inf"} 1\nh_seconds_sum 1\nh_seconds_count 1\n`,
      /no histogram/,
    ],
  ]
  for (const [text, problem] of wrong) assert.match(problemsOf(text), problem, text)
  const right = `${HISTOGRAM}h_seconds_bucket{le="1"} 1\nh_seconds_bucket{le="+Inf"} 2\nh_seconds_sum 1\nh_seconds_count 2\n`
  assert.equal(problemsOf(right), '')
})
