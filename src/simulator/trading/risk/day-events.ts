import { TrdEnv } from '../../../../proto/enums.ts'
import { localMomentOf, utcMsOf } from '../../../base/time/time-zone.ts'
import { HONG_KONG } from '../../market/exchange-zones.ts'
import type { AccountState, PositionState } from '../account-state.ts'
import { recordFlow, settleVariation } from '../ledger.ts'
import { scaledPriceOf } from '../money.ts'
import type { TradingFloor } from '../order-life.ts'
import { chargeDay } from './daily-charges.ts'
import { isExposed } from './margin-state.ts'

interface DayEvent {
  readonly timeMs: number
  apply(): void
}

/**
 * Applies what happens to margin accounts once a day with `fromMs < time <= toMs`, in time order. At midnight in Hong
 * Kong, the zone of the accounts, the day's interest and borrow fees are charged. At the end of each trading day of a
 * futures contract the variation margin of its positions is paid.
 */
export function passDays(floor: TradingFloor, fromMs: number, toMs: number): void {
  const exposed = floor.state.accounts.filter(isExposed)
  if (exposed.length === 0) return
  const events: DayEvent[] = []
  const lastDay = localMomentOf(HONG_KONG, toMs).epochDay
  for (let day = localMomentOf(HONG_KONG, fromMs).epochDay + 1; day <= lastDay; day += 1) {
    const timeMs = utcMsOf(HONG_KONG, day, 0)
    for (const account of exposed) events.push({ timeMs, apply: () => chargeDay(floor, account, timeMs) })
  }
  for (const account of exposed) {
    for (const position of account.positions) {
      for (const timeMs of settlementsOf(floor, position, fromMs, toMs)) {
        events.push({ timeMs, apply: () => settleDay(floor, account, position, timeMs) })
      }
    }
  }
  // The sort is stable, so events of one time keep the order of the accounts and their positions.
  for (const event of events.sort((one, other) => one.timeMs - other.timeMs)) event.apply()
}

function settlementsOf(floor: TradingFloor, position: PositionState, fromMs: number, toMs: number): readonly number[] {
  if (position.isCashSettled || position.qty === 0) return []
  const instrument = floor.market.instrument(position.market, position.code)
  return instrument === null ? [] : floor.market.dayEnds(instrument, fromMs, toMs)
}

/** Settles one futures position at the day's settlement price: the last print of the day's session. */
function settleDay(floor: TradingFloor, account: AccountState, position: PositionState, timeMs: number): void {
  const instrument = floor.market.instrument(position.market, position.code)
  if (instrument === null) return
  const amount = settleVariation(account, position, scaledPriceOf(floor.market.lastPrice(instrument, timeMs)))
  if (account.profile.trdEnv === TrdEnv.Real) {
    const movement = { currency: position.currency, amount, timeMs }
    recordFlow(floor.state, account, movement, 'Variation Margin', position.code)
  }
}
