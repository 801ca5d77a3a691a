import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RehabType, Session, SubType } from '../../../proto/enums.ts'
import { unitKeyOf } from '../../../src/subscriptions/stream.ts'
import {
  EXTENDED_TIME,
  rehabOptions,
  sessionOptions,
  withDefaultRehab,
} from '../../../src/subscriptions/subscription-options.ts'
import {
  type SubCall,
  subscribeCalls,
  subOutcomeOf,
  unsubscribeCalls,
} from '../../../src/subscriptions/upstream/upstream-calls.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { type SubC2S, unitsOf } from '../fake-opend.ts'

function c2sOf({ body }: SubCall): SubC2S {
  const decoded = decodeMessage('Qot_Sub.Request', body)
  assert.ok(decoded.ok)
  return decoded.value.c2s
}

const TYPES = [SubType.Basic, SubType.OrderBook, SubType.KL_Day, SubType.KL_1Min]
const unit = fc.record({
  key: fc
    .tuple(fc.constantFrom(...TYPES), fc.nat(250))
    .map(([type, code]) => unitKeyOf(type, `1_${String(code).padStart(5, '0')}`)),
  options: fc.constantFrom(0, EXTENDED_TIME, sessionOptions(Session.ALL) ?? 0),
})

test('calls name every unit once, with its own terms, and no call names more than a hundred securities', () => {
  fc.assert(
    fc.property(fc.uniqueArray(unit, { selector: ({ key }) => key, maxLength: 400, size: 'max' }), (units) => {
      const calls = subscribeCalls(units)
      const named = calls.flatMap((call) => unitsOf(c2sOf(call)))
      assert.deepEqual([...named].sort(), units.map(({ key }) => key).sort())
      for (const call of calls) {
        const c2s = c2sOf(call)
        assert.deepEqual([...unitsOf(c2s)].sort(), call.units.map(({ key }) => key).sort())
        assert.ok((c2s.securityList?.length ?? 0) <= 100)
        for (const { options } of call.units) {
          assert.equal(c2s.extendedTime === true, options === EXTENDED_TIME)
          assert.equal(c2s.session, options === sessionOptions(Session.ALL) ? Session.ALL : undefined)
        }
      }
      const dropped = unsubscribeCalls(units.map(({ key }) => key)).flatMap((call) => unitsOf(c2sOf(call)))
      assert.deepEqual([...dropped].sort(), units.map(({ key }) => key).sort())
    }),
    { numRuns: 60 },
  )
})

test('securities with several types are one call, forward-adjusted K-lines among them', () => {
  const units = ['1_00700', '1_00005'].flatMap((secKey) =>
    [SubType.Basic, SubType.KL_Day].map((type) => ({
      key: unitKeyOf(type, secKey),
      options: withDefaultRehab(type, 0),
    })),
  )
  const [call, ...more] = subscribeCalls(units).map(c2sOf)
  assert.deepEqual(more, [])
  const { securityList, subTypeList, ...rest } = call ?? { isSubOrUnSub: false }
  assert.deepEqual([securityList?.length, subTypeList], [2, [SubType.Basic, SubType.KL_Day]])
  // OpenD takes an empty list of rehab types as forward.
  assert.deepEqual(rest, { isSubOrUnSub: true, isRegOrUnRegPush: true, isFirstPush: true, regPushRehabTypeList: [] })
})

test('other rehab types are named, forward with them', () => {
  const options = rehabOptions([RehabType.None, RehabType.Forward]) ?? 0
  const [call] = subscribeCalls([{ key: unitKeyOf(SubType.KL_Day, '1_00700'), options }])
  assert.ok(call !== undefined)
  assert.deepEqual(c2sOf(call).regPushRehabTypeList, [RehabType.None, RehabType.Forward])
})

test('only a yes and a no are sure; everything else may have happened', () => {
  const kindOf = (retType: number) =>
    subOutcomeOf({ ok: true, body: encodeMessage('Qot_Sub.Response', { retType }) }).kind
  assert.deepEqual([0, -1, -500, -100, -200, -400].map(kindOf), ['done', 'refused', 'refused', 'lost', 'lost', 'lost'])
  assert.equal(subOutcomeOf({ ok: true, body: new Uint8Array([0xff]) }).kind, 'lost')
  const failure = { code: 'gateway.call_timeout', detail: '', retryInMs: null } as const
  assert.equal(subOutcomeOf({ ok: false, failure, sent: true }).kind, 'lost')
  assert.equal(subOutcomeOf({ ok: false, failure, sent: false }).kind, 'unsent')
})
