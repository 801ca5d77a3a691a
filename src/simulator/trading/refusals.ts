import { refuse } from '../handler.ts'
import type { Refusal } from '../handler.ts'
import { amountOf } from './money.ts'
import type { Cents } from './money.ts'

/** `errCode` of a trade call to a locked real account, as futu-opend-rs reports it. */
const LOCKED_ERR_CODE = -401

/**
 * The refusals of trade calls. The texts about unknown accounts and about the limits of simulated accounts are OpenD's
 * own, as reported by clients. The others imitate its style, because its full list is not public.
 */
export const refusals = {
  invalidAccId: (): Refusal => refuse('invalid acc_id=0, please get the account list first'),
  unknownAccount: (): Refusal => refuse('Nonexisting acc_id'),
  environmentMismatch: (requested: number, actual: number): Refusal =>
    refuse(
      `trd_env mismatch: the request says ${environmentName(requested)}, the account is ${environmentName(actual)}`,
    ),
  marketNotAuthorised: (trdMarket: number): Refusal =>
    refuse(`This account has no trading permission for trd_market ${trdMarket}`),
  locked: (): Refusal => ({
    refusal: {
      retType: -1,
      retMsg: '交易未解锁 Trading is locked: unlock trade first (Trd_UnlockTrade)',
      errCode: LOCKED_ERR_CODE,
    },
  }),
  wrongPassword: (): Refusal => refuse('交易密码错误 Unlock trade failed: the trade password is wrong'),
  unknownFirm: (firm: number): Refusal => refuse(`Unlock trade failed: no account at security_firm ${firm}`),

  unknownSecurity: (code: string): Refusal => refuse(`未知股票 Unknown stock ${code}`),
  notTradable: (code: string): Refusal => refuse(`${code} cannot be traded in this account`),
  contractExpired: (code: string): Refusal => refuse(`${code} has expired`),
  notListedYet: (code: string): Refusal => refuse(`${code} is not listed yet`),
  secMarketMismatch: (): Refusal => refuse('sec_market does not belong to trd_market'),
  unknownSide: (): Refusal => refuse('Unknown trd_side'),
  orderTypeNotSupported: (name: string): Refusal => refuse(`Order type ${name} is not supported`),
  missingPrice: (): Refusal => refuse('This order type needs a price greater than 0'),
  missingAuxPrice: (): Refusal => refuse('This order type needs an aux_price (trigger price) greater than 0'),
  badTrail: (): Refusal =>
    refuse('A trailing order needs trail_type and a trail_value greater than 0 (ratio: below 100)'),
  badTrailSpread: (): Refusal => refuse('A trailing stop limit order needs a trail_spread of at least 0'),
  badTimeInForce: (): Refusal => refuse('This time_in_force is not supported for this order type'),
  badExpireTime: (): Refusal => refuse('expire_time must be a future date, YYYY-MM-DD, at most 90 days ahead'),
  badSession: (): Refusal => refuse('A market order trades in the regular session only'),
  remarkTooLong: (): Refusal => refuse('remark is too long: at most 64 bytes in UTF-8'),
  badQuantity: (): Refusal => refuse('The quantity must be a whole number greater than 0'),
  tooFineQuantity: (): Refusal => refuse('A fractional quantity has at most four decimals'),
  fractionNotAtMarket: (): Refusal =>
    refuse('Fractional shares and orders by amount are traded with market orders only'),
  fractionNotShort: (): Refusal => refuse('A short sale needs a whole number of shares'),
  noOrdersByAmount: (): Refusal =>
    refuse('This account or security does not support orders by amount: send a quantity'),
  amountAndQuantity: (): Refusal => refuse('An order by amount has a quantity of 0: send either amount or qty'),
  badAmount: (): Refusal => refuse('The amount must be greater than 0, and enough for 0.0001 of a share'),
  lotSize: (lotSize: number): Refusal => refuse(`The quantity must be a multiple of the lot size ${lotSize}`),
  tickSize: (tick: number): Refusal =>
    refuse(`价格不符合最小变动单位 The price is not a multiple of the minimum price spread ${tick}`),
  adjustTooFar: (): Refusal => refuse('The price cannot be adjusted to a valid one within adjust_side_and_limit'),
  priceBand: (low: number, high: number): Refusal =>
    refuse(`价格超出范围 The price is out of range: it must be between ${low} and ${high}`),
  amountTooLarge: (): Refusal => refuse('The order amount exceeds the upper limit of a single order'),
  marketClosed: (): Refusal =>
    refuse('当前非交易时段 The market is closed: this order type is accepted in trading hours only'),
  notInAuction: (): Refusal => refuse('At-auction orders are accepted before the open and in auction sessions only'),
  insufficientFunds: (needed: Cents, available: Cents): Refusal =>
    refuse(
      `购买力不足 Insufficient buying power: the order needs ${amountOf(needed).toFixed(2)}, ` +
        `${amountOf(available).toFixed(2)} is available`,
    ),
  insufficientPosition: (available: number): Refusal =>
    refuse(`持仓不足 Insufficient position: ${available} can be sold`),
  nothingToBuyBack: (available: number): Refusal =>
    refuse(`Insufficient short position: ${available} can be bought back`),
  shortNotPermitted: (): Refusal => refuse('Short selling of this security is not permitted in this account'),
  shortAgainstLong: (): Refusal => refuse('Sell the long position first: it cannot be sold short at the same time'),
  tooManyOrders: (limit: number): Refusal => refuse(`Too many open orders: at most ${limit} for one account`),
  badLegs: (): Refusal => refuse('A strategy has two to four legs of one currency, at least one of them an option'),
  strategyOrderType: (): Refusal => refuse('A strategy order is a limit or a market order'),
  strategyDayOnly: (): Refusal => refuse('A strategy order is good for the day'),
  strategyPrice: (): Refusal => refuse('A strategy order with a limit needs a net price; it is negative for a credit'),
  strategyOnlyCancels: (): Refusal => refuse('A strategy order cannot be modified, only cancelled'),

  unknownOrder: (): Refusal => refuse('订单不存在 The order does not exist'),
  unknownOperation: (): Refusal => refuse('Unknown modify_order_op'),
  forAllCancelsOnly: (): Refusal => refuse('for_all can only be used to cancel'),
  orderNotOpen: (): Refusal => refuse('订单当前状态不支持此操作 The order cannot be changed in its present status'),
  quantityBelowFilled: (filled: number): Refusal =>
    refuse(`The quantity must be greater than the ${filled} that are filled already`),

  simulatedNoDeals: (): Refusal => refuse('Simulated trade does not support deal list'),
  simulatedNoFlow: (): Refusal => refuse('Paper trading does not support requesting cash flow data.'),
  simulatedNotSupported: (): Refusal => refuse('Simulated trade is not supported'),
  simulatedNoSuchOperation: (): Refusal => refuse('Simulated trade supports only modifying and cancelling an order'),
  simulatedOrderType: (): Refusal => refuse('Simulated trade supports limit and market orders only'),
  simulatedDayOnly: (): Refusal => refuse('Simulated trade supports day orders only'),
  simulatedNoOvernight: (): Refusal => refuse('Simulated trade does not support overnight trading'),
  stockConnectOnlyCancels: (): Refusal => refuse('Stock Connect orders cannot be modified, only cancelled'),
  simulatedNoCancelAll: (): Refusal => refuse('Simulated trade does not support cancelling all orders'),

  badTime: (text: string): Refusal => refuse(`Wrong time format: ${text}, should be YYYY-MM-DD HH:MM:SS`),
  reversedTimes: (): Refusal => refuse('begin_time must not be later than end_time'),
  badDate: (text: string): Refusal => refuse(`Wrong date format: ${text}, should be YYYY-MM-DD`),
  unsupportedCurrency: (supported: string): Refusal =>
    refuse(`Unsupported currency, this account supports ${supported}`),
  tooMany: (what: string, limit: number): Refusal => refuse(`Too many ${what}: at most ${limit} in one request`),
}

function environmentName(trdEnv: number): string {
  return trdEnv === 0 ? 'simulate (0)' : `real (1)`
}
