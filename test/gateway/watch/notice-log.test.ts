import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GtwEventType, NotifyType, ProgramStatusType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { MAX_NOTICES_OF_TYPE } from '../../../src/base/memory-budget.ts'
import { NoticeLog } from '../../../src/gateway/watch/notice-log.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'

/** A log, and a function that lets OpenD send a notice one second after the last. */
function makeLog() {
  const log = new NoticeLog()
  let nowMs = 0
  const notify = (s2c: MessageTypes['Notify.S2C']): unknown =>
    log.add(encodeMessage('Notify.Response', { retType: 0, s2c }), (nowMs += 1_000))
  return { log, notify }
}

const KICKED = {
  type: NotifyType.GtwEvent,
  event: { eventType: GtwEventType.KickedOut, desc: 'logged in elsewhere' },
} as const

test('a flood of one type does not displace the notices of another, and is bounded itself', () => {
  const { log, notify } = makeLog()
  notify(KICKED)
  for (let used = 0; used < 1_000; used++) notify({ type: NotifyType.UsedQuota, usedQuota: { usedSubQuota: used } })
  const kept = log.last()
  assert.deepEqual(kept.at(-1), { atMs: 1_000, type: 'GtwEvent', what: 'KickedOut', text: 'logged in elsewhere' })
  assert.equal(kept.length, 1 + MAX_NOTICES_OF_TYPE)
  assert.equal(kept[0]?.atMs, 1_001_000, 'the newest is first')
  const [counts] = log.metrics()
  assert.deepEqual(counts?.values, [
    { labels: { type: 'GtwEvent', what: 'KickedOut' }, value: 1 },
    { labels: { type: 'UsedQuota', what: '' }, value: 1_000 },
  ])
})

test('every type shows what OpenD names', () => {
  const { log, notify } = makeLog()
  const { NeedPicVerifyCode: type } = ProgramStatusType
  notify({ type: NotifyType.ProgramStatus, programStatus: { programStatus: { type, strExtDesc: 'enter it' } } })
  notify({ type: NotifyType.ConnStatus, connectStatus: { qotLogined: true, trdLogined: false } })
  notify({ type: NotifyType.ConnStatus, connectStatus: { qotLogined: false, trdLogined: true } })
  notify({ type: NotifyType.ConnStatus, connectStatus: { qotLogined: true, trdLogined: true } })
  assert.deepEqual(
    log.last().map((notice) => [notice.type, notice.what, notice.text]),
    [
      ['ConnStatus', 'LoggedIn', null],
      ['ConnStatus', 'QuoteLoggedOut', null],
      ['ConnStatus', 'TradeLoggedOut', null],
      ['ProgramStatus', 'NeedPicVerifyCode', 'enter it'],
    ],
  )
})

test('numbers that only a newer OpenD has share one label, and text is cut and has no secret', () => {
  const { log, notify } = makeLog()
  for (let number = 100; number < 200; number++) {
    notify({ type: NotifyType.GtwEvent, event: { eventType: number, desc: '' } })
    notify({ type: number })
  }
  notify({ ...KICKED, event: { ...KICKED.event, desc: `fc_${'ab'.repeat(32)}\n${'x'.repeat(5_000)}` } })
  assert.equal(log.metrics()[0]?.values.length, 3)
  const text = log.last()[0]?.text ?? ''
  assert.match(text, /^\[redacted\] x+\.\.\.$/)
  assert.ok(text.length < 600)
})

test('bytes that are no notice are not counted', () => {
  const { log } = makeLog()
  assert.equal(log.add(new Uint8Array([255, 1]), 0), null)
  assert.equal(log.add(encodeMessage('Notify.Response', { retType: -1 }), 0), null)
  assert.deepEqual([log.last(), log.metrics()[0]?.values], [[], []])
})
