import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LinkReport } from '../../../src/cli/start/link-watch.ts'

const CONNECTING = 'The link to OpenD is not up (connecting).'
const retry = (seconds: number): string => `The next connection attempt starts in ${seconds} s.`
const refused = (stage: string, seconds = 1): string =>
  `The link to OpenD is not up (${stage}). The connection was refused. (no, not now) ${retry(seconds)}`
const REFUSED = 'The link to OpenD is not up. The connection was refused. (no, not now)'

/** The lines for answers that come one second after the other. */
function linesFor(...answers: readonly (string | null)[]): readonly (string | null)[] {
  const report = new LinkReport()
  return answers.map((answer, index) => report.lineFor(answer, index * 1000))
}

test('a link that comes up is reported once, however often it is polled', () => {
  assert.deepEqual(linesFor(CONNECTING, CONNECTING, null, null), [null, null, 'The link to OpenD is up.', null])
})

test('a break, failed attempts with one cause, and the recovery of a link are reported once each', () => {
  assert.deepEqual(linesFor(null, refused('connecting'), refused('waiting', 7), refused('connecting'), null), [
    'The link to OpenD is up.',
    REFUSED,
    null,
    null,
    'The link to OpenD is up.',
  ])
})

test('attempts that differ only in a number are reported once', () => {
  const spoilt = (serial: number): string => `The link to OpenD is not up (waiting). Frame 1001/${serial} is spoilt.`
  assert.deepEqual(linesFor(spoilt(1), spoilt(2), spoilt(13)), [
    'The link to OpenD is not up. Frame 1001/1 is spoilt.',
    null,
    null,
  ])
})

test('another cause is reported again', () => {
  const loggedOut = 'OpenD is not logged in to the trade server.'
  assert.deepEqual(linesFor(loggedOut, refused('waiting'), loggedOut), [loggedOut, REFUSED, loggedOut])
})

test('a link that stays in the connecting state is reported after five seconds', () => {
  const lines = linesFor(...Array.from({ length: 8 }, () => CONNECTING))
  assert.deepEqual(
    lines.map((line) => line !== null),
    [false, false, false, false, false, true, false, false],
  )
})
