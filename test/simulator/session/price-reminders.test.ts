import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PriceReminderFreq, PriceReminderType, SetPriceReminderOp } from '../../../proto/enums.ts'
import { checkReminder, type QuoteFacts } from '../../../src/simulator/session/reminder-watch.ts'
import type { PriceReminder } from '../../../src/simulator/session/price-reminders.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const TENCENT = { market: 1, code: '00700' }

const FACTS: QuoteFacts = {
  name: 'X',
  price: 100,
  lastClose: 98,
  volume: 5000,
  turnover: 500_000,
  turnoverRatePercent: 1,
  bid: 99.8,
  bidVolume: 300,
  ask: 100.2,
  askVolume: 400,
  priceBefore: () => 101,
  marketState: 3,
  tradingDate: '2026-11-20',
}

const REMINDER: PriceReminder = {
  key: 1,
  security: TENCENT,
  type: PriceReminderType.PriceUp,
  freq: PriceReminderFreq.Always,
  value: 100,
  note: '',
  isEnabled: true,
  sessions: [],
  wasMet: false,
  lastDay: null,
}

/** Whether the reminder speaks up at each of these prices, one after the other. */
function speaks(reminder: PriceReminder, prices: readonly number[], tradingDate = FACTS.tradingDate): boolean[] {
  let current = reminder
  return prices.map((price) => {
    if (!current.isEnabled) return false
    const check = checkReminder(current, { ...FACTS, price, tradingDate })
    current = check.reminder
    return check.message !== null
  })
}

test('a reminder speaks up when its condition begins to hold, as often as its frequency says', () => {
  const prices = [99, 100, 101, 99, 100, 99, 100]
  assert.deepEqual(speaks(REMINDER, prices), [false, true, false, false, true, false, true])
  const daily = { ...REMINDER, freq: PriceReminderFreq.OnceADay }
  assert.deepEqual(speaks(daily, prices), [false, true, false, false, false, false, false])
  assert.deepEqual(speaks({ ...daily, lastDay: '2026-11-19' }, [100]), [true])
  const once = { ...REMINDER, freq: PriceReminderFreq.OnlyOnce }
  assert.deepEqual(speaks(once, prices), [false, true, false, false, false, false, false])
})

test('each type looks at its own figure', () => {
  const table = [
    [PriceReminderType.PriceUp, 100, 100.001],
    [PriceReminderType.PriceDown, 100, 99.999],
    [PriceReminderType.ChangeRateUp, 2.04, 2.05],
    [PriceReminderType._5MinChangeRateDown, 0.99, 1],
    [PriceReminderType._3MinChangeRateDown, 0.99, 1],
    [PriceReminderType.VolumeUp, 5000, 5001],
    [PriceReminderType.TurnoverUp, 500_000, 500_001],
    [PriceReminderType.TurnoverRateUp, 1, 1.1],
    [PriceReminderType.BidPriceUp, 99.8, 99.9],
    [PriceReminderType.AskPriceDown, 100.2, 100.1],
    [PriceReminderType.BidVolUp, 300, 301],
    [PriceReminderType.AskVolUp, 400, 401],
  ] as const
  for (const [type, met, missed] of table) {
    assert.ok(checkReminder({ ...REMINDER, type, value: met }, FACTS).message !== null, `${type} at ${met}`)
    assert.ok(checkReminder({ ...REMINDER, type, value: missed }, FACTS).message === null, `${type} at ${missed}`)
  }
})

function set(client: TcpClient, op: number, more: object = {}) {
  return client.call('Qot_SetPriceReminder', { security: TENCENT, op, ...more })
}

function list(client: TcpClient): number[] {
  const { s2c } = client.call('Qot_GetPriceReminder', { security: TENCENT })
  return (s2c?.priceReminderList ?? []).flatMap(({ itemList }) => (itemList ?? []).map(({ key }) => Number(key)))
}

const UP = { type: PriceReminderType.PriceUp, freq: PriceReminderFreq.Always, value: 1 }

test('reminders are added, changed, switched off and deleted, and survive a restart', () => {
  const bench = new Bench()
  const client = bench.login()
  assert.deepEqual([set(client, SetPriceReminderOp.Add, UP).s2c?.key, list(client)], [1n, [1]])
  set(client, SetPriceReminderOp.Add, { ...UP, note: '二' })
  const state = JSON.parse(JSON.stringify(bench.opend.snapshot(bench.nowMs))) as ReturnType<Bench['opend']['snapshot']>
  const later = new Bench({ state }).login()
  assert.deepEqual(list(later), [1, 2])
  assert.equal(set(later, SetPriceReminderOp.Modify, { key: 2n, value: 5.43219 }).retType, 0)
  const items = later.call('Qot_GetPriceReminder', { market: 1 }).s2c?.priceReminderList?.[0]?.itemList
  assert.deepEqual([items?.[1]?.value, items?.[1]?.note], [5.432, '二'])
  assert.equal(set(later, SetPriceReminderOp.Del, { key: 1n }).retType, 0)
  assert.equal(set(later, SetPriceReminderOp.Del, { key: 1n }).retType, -1)
  assert.deepEqual(list(later), [2])
  assert.equal(set(later, SetPriceReminderOp.DelAll).retType, 0)
  assert.deepEqual(list(later), [])
})

test('what is no reminder is refused', () => {
  const client = new Bench().login()
  const bad = [
    {},
    { ...UP, type: 99 },
    { ...UP, freq: 0 },
    { ...UP, value: undefined },
    { ...UP, note: 'x'.repeat(21) },
  ]
  for (const terms of bad) assert.equal(set(client, SetPriceReminderOp.Add, terms).retType, -1, JSON.stringify(terms))
  for (let i = 0; i < 10; i++) assert.equal(set(client, SetPriceReminderOp.Add, UP).retType, 0)
  assert.match(set(client, SetPriceReminderOp.Add, UP).retMsg ?? '', /at most 10/)
  assert.equal(client.call('Qot_GetPriceReminder', {}).retType, -1)
})

test('a reminder reaches every connection while time passes', () => {
  const bench = new Bench()
  const [one, other] = [bench.login(), bench.login()]
  set(one, SetPriceReminderOp.Add, { ...UP, note: 'n' })
  bench.pass(1000)
  for (const client of [one, other]) {
    const [push, ...more] = client.takePushes()
    assert.deepEqual([push?.protoId, push?.s2c['note'], more.length], [3019, 'n', 0])
    assert.deepEqual({ ...(push?.s2c['security'] as object) }, TENCENT)
  }
  bench.pass(1000)
  assert.deepEqual(one.takePushes(), [], 'the condition has not begun to hold again')
})
