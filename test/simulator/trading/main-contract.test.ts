import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, TrdMarket } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import { SIMULATED_FUTURES, SIMULATED_HK, TradingRig } from './trading-rig.ts'

const FRIDAY = Date.parse('2026-11-20T14:00:00+08:00')
/** The last trading day of the November contract of Hong Kong. */
const LAST_DAY = '2026-11-27T'

const US_FUTURES = { ...SIMULATED_FUTURES, accID: 281756483639982683n, trdMarket: TrdMarket.Futures_Simulate_US }
const HK_FUTURES = { ...SIMULATED_FUTURES, accID: 281756485788466331n }
const HK_OPTIONS = { ...SIMULATED_HK, accID: 281756484713724508n }

/** The accounts on the simulated exchanges. */
function rigAt(nowMs: number): TradingRig {
  return new TradingRig(nowMs).reopen(Accounts.open(new Market({ seed: 3 }), { openedMs: nowMs }))
}

test('an order for a main contract is one of the contract behind it, and so is its position', () => {
  const rig = rigAt(FRIDAY)
  const header = SIMULATED_FUTURES
  const order = rig.place({ header, code: 'MHImain', orderType: OrderType.Market, qty: 1, price: 0 })
  assert.equal(order.code, 'MHI2611')
  rig.advanceTo(FRIDAY + 60_000)
  const codesOf = (list: readonly { readonly code: string }[] = []): readonly string[] => list.map(({ code }) => code)
  assert.deepEqual(codesOf(rig.done('Trd_GetOrderList', { header }).orderList), ['MHI2611'])
  assert.deepEqual(codesOf(rig.done('Trd_GetPositionList', { header }).positionList), ['MHI2611'])
  // What the main contract and its month can close is the same position.
  const closable = (code: string) =>
    rig.done('Trd_GetMaxTrdQtys', { header, code, orderType: OrderType.Normal, price: 20_000 }).maxTrdQtys
  assert.deepEqual(closable('MHImain'), closable('MHI2611'))
  assert.equal(closable('MHImain')?.maxPositionSell, 1)
})

test('a main contract goes over to the next month when its month has ended', () => {
  const codeAt = (time: string, code: string): string => {
    const market = new Market({ seed: 3 })
    const instrument = market.instrument(1, code)
    assert.ok(instrument !== null)
    return market.contractBehind(instrument, Date.parse(`${LAST_DAY}${time}+08:00`)).code
  }
  assert.equal(codeAt('14:00', 'HSImain'), 'HSI2611')
  // After the close, before the night session, and in the night session.
  assert.equal(codeAt('16:45', 'HSImain'), 'HSI2612')
  assert.equal(codeAt('18:00', 'HSImain'), 'HSI2612')
  assert.deepEqual([codeAt('14:00', 'HSIcurrent'), codeAt('14:00', 'HSInext')], ['HSI2611', 'HSI2612'])
  assert.deepEqual([codeAt('14:00', 'HSI2703'), codeAt('14:00', '00700')], ['HSI2703', '00700'])
})

test('futures accounts trade the futures of their market', () => {
  // Crude oil of December ends three business days before 25 November: at the end of this day.
  const rig = rigAt(FRIDAY)
  const place = { orderType: OrderType.Normal, qty: 1 }
  assert.equal(rig.place({ ...place, header: US_FUTURES, code: 'ESmain', price: 5000 }).code, 'ES2612')
  assert.equal(rig.place({ ...place, header: US_FUTURES, code: 'MCLmain', price: 50 }).code, 'MCL2612')
  assert.match(rig.placeRefused({ ...place, header: US_FUTURES, code: 'HSImain', price: 20_000 }), /HSImain/)
  assert.match(rig.placeRefused({ ...place, header: HK_FUTURES, code: 'ESmain', price: 5000 }), /ESmain/)
  const otherMarket = { ...HK_FUTURES, trdMarket: TrdMarket.Futures_Simulate_US }
  rig.placeRefused({ ...place, header: otherMarket, code: 'ESmain', price: 5000 })
})

test('the futures account that documents name trades both markets, as it always did', () => {
  const rig = rigAt(FRIDAY)
  const place = { orderType: OrderType.Normal, qty: 1 }
  assert.equal(rig.place({ ...place, header: SIMULATED_FUTURES, code: 'MHI2612', price: 20_000 }).code, 'MHI2612')
  const inUs = { ...SIMULATED_FUTURES, trdMarket: TrdMarket.Futures_Simulate_US }
  assert.equal(rig.place({ ...place, header: inUs, code: 'MES2612', price: 5000 }).code, 'MES2612')
})

test('of the paper accounts of Hong Kong one trades securities and the other options', () => {
  const rig = rigAt(FRIDAY)
  const option = { orderType: OrderType.Normal, code: 'TCH261230C300000', qty: 1, price: 1 }
  const stock = { orderType: OrderType.Normal, code: '00700', qty: 100, price: 200 }
  assert.equal(rig.place({ ...option, header: HK_OPTIONS }).code, option.code)
  assert.equal(rig.place({ ...stock, header: SIMULATED_HK }).code, stock.code)
  assert.match(rig.placeRefused({ ...option, header: SIMULATED_HK }), /TCH261230C300000/)
  assert.match(rig.placeRefused({ ...stock, header: HK_OPTIONS }), /00700/)
  const { accList = [] } = rig.done('Trd_GetAccList', { userID: 0n })
  const kindOf = (accID: bigint) => accList.find((one) => one.accID === accID)?.simAccType
  assert.deepEqual(
    [SIMULATED_HK, HK_OPTIONS, SIMULATED_FUTURES, US_FUTURES].map(({ accID }) => kindOf(accID)),
    [1, 2, 3, 3],
  )
})
