import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session } from '../../proto/enums.ts'
import { covers, sessionIn, sessionOptions } from '../../src/subscriptions/subscription-options.ts'

function joined(one: number, other: number): number {
  return sessionIn((sessionOptions(one) ?? 0) | (sessionOptions(other) ?? 0))
}

test('callers who want different hours of the day are all served by the widest', () => {
  const { NONE, RTH, ETH, ALL, OVERNIGHT } = Session
  assert.equal(joined(RTH, ETH), ETH)
  assert.equal(joined(NONE, RTH), RTH)
  assert.equal(joined(OVERNIGHT, NONE), OVERNIGHT)
  for (const session of Object.values(Session)) assert.equal(joined(ALL, session), ALL)
  // Neither contains the other, so only the whole day serves both.
  assert.equal(joined(OVERNIGHT, ETH), ALL)
  assert.equal(joined(OVERNIGHT, RTH), ALL)
})

test('every session is said upstream as the caller said it, and a number that is none is refused', () => {
  for (const session of Object.values(Session)) {
    const options = sessionOptions(session)
    assert.ok(options !== null)
    assert.equal(sessionIn(options), session)
    assert.ok(covers(sessionOptions(Session.ALL) ?? 0, options))
  }
  assert.equal(sessionOptions(9), null)
})
