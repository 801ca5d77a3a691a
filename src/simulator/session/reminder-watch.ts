import {
  PriceReminderFreq,
  PriceReminderMarketStatus,
  PriceReminderType,
  QotMarketState,
} from '../../../proto/enums.ts'
import type { S2C } from '../handler.ts'
import type { PriceReminder } from './price-reminders.ts'

/** The data of one security that reminders compare. */
export interface QuoteFacts {
  readonly name: string
  readonly price: number
  readonly lastClose: number
  /** Shares and money since the open. */
  readonly volume: number
  readonly turnover: number
  readonly turnoverRatePercent: number
  /** Best price and volume of each side; 0 when the side is empty. */
  readonly bid: number
  readonly bidVolume: number
  readonly ask: number
  readonly askVolume: number
  /** The price `minutes` ago. */
  readonly priceBefore: (minutes: number) => number
  /** `Qot_Common.QotMarketState`. */
  readonly marketState: number
  /** `YYYY-MM-DD` of the trading day. */
  readonly tradingDate: string
}

/** A reminder after a check, with its message if the condition has just become true. */
export interface ReminderCheck {
  readonly reminder: PriceReminder
  readonly message: S2C<'Qot_UpdatePriceReminder'> | null
}

/**
 * Checks one enabled reminder. It sends a message when its condition becomes true: each time, once a day, or only once,
 * depending on its frequency.
 */
export function checkReminder(reminder: PriceReminder, facts: QuoteFacts): ReminderCheck {
  const status = marketStatusOf(facts.marketState)
  if (reminder.sessions.length > 0 && !reminder.sessions.includes(status)) return { reminder, message: null }
  const value = currentValue(reminder.type, facts)
  const isMet = FALLING.has(reminder.type) ? value <= threshold(reminder) : value >= threshold(reminder)
  const isNew = isMet && !reminder.wasMet
  const isSpent = reminder.freq === PriceReminderFreq.OnceADay && reminder.lastDay === facts.tradingDate
  if (!isNew || isSpent) return { reminder: { ...reminder, wasMet: isMet }, message: null }
  return {
    reminder: {
      ...reminder,
      wasMet: true,
      lastDay: facts.tradingDate,
      isEnabled: reminder.freq !== PriceReminderFreq.OnlyOnce,
    },
    message: {
      security: reminder.security,
      name: facts.name,
      price: facts.price,
      changeRate: changePercent(facts.price, facts.lastClose),
      marketStatus: status,
      content: `${facts.name} ${nameOf(reminder.type)} ${reminder.value}: ${value}`,
      note: reminder.note,
      key: BigInt(reminder.key),
      type: reminder.type,
      setValue: reminder.value,
      curValue: value,
    },
  }
}

/** Types whose condition is a fall to a value. */
const FALLING: ReadonlySet<number> = new Set([
  PriceReminderType.PriceDown,
  PriceReminderType.ChangeRateDown,
  PriceReminderType._5MinChangeRateDown,
  PriceReminderType._3MinChangeRateDown,
  PriceReminderType.AskPriceDown,
])

/** Types whose value is a fall, given as a positive percentage. */
const FALL_RATES: ReadonlySet<number> = new Set([
  PriceReminderType.ChangeRateDown,
  PriceReminderType._5MinChangeRateDown,
  PriceReminderType._3MinChangeRateDown,
])

function threshold({ type, value }: PriceReminder): number {
  return FALL_RATES.has(type) ? -Math.abs(value) : value
}

function currentValue(type: number, facts: QuoteFacts): number {
  switch (type) {
    case PriceReminderType.ChangeRateUp:
    case PriceReminderType.ChangeRateDown:
      return changePercent(facts.price, facts.lastClose)
    case PriceReminderType._5MinChangeRateUp:
    case PriceReminderType._5MinChangeRateDown:
      return changePercent(facts.price, facts.priceBefore(5))
    case PriceReminderType._3MinChangeRateUp:
    case PriceReminderType._3MinChangeRateDown:
      return changePercent(facts.price, facts.priceBefore(3))
    case PriceReminderType.VolumeUp:
      return facts.volume
    case PriceReminderType.TurnoverUp:
      return facts.turnover
    case PriceReminderType.TurnoverRateUp:
      return facts.turnoverRatePercent
    case PriceReminderType.BidPriceUp:
      return facts.bid
    case PriceReminderType.AskPriceDown:
      // An empty side has no price.
      return facts.ask === 0 ? Infinity : facts.ask
    case PriceReminderType.BidVolUp:
      return facts.bidVolume
    case PriceReminderType.AskVolUp:
      return facts.askVolume
    default:
      return facts.price
  }
}

/** Percent, to three digits as in the schema. */
function changePercent(price: number, before: number): number {
  return before === 0 ? 0 : Math.round((price / before - 1) * 100_000) / 1000
}

function marketStatusOf(marketState: number): number {
  switch (marketState) {
    case QotMarketState.PreMarketBegin:
      return PriceReminderMarketStatus.USPre
    case QotMarketState.AfterHoursBegin:
      return PriceReminderMarketStatus.USAfter
    case QotMarketState.OVERNIGHT:
      return PriceReminderMarketStatus.USOverNight
    default:
      return PriceReminderMarketStatus.Open
  }
}

function nameOf(type: number): string {
  return (
    Object.entries(PriceReminderType)
      .find(([, number]) => number === type)?.[0]
      ?.replace('_', '') ?? ''
  )
}
