import { Currency, ExchType, Issuer, QotMarket, SecurityType, WarrantType } from '../../../proto/enums.ts'
import type { Listing } from './listing.ts'
import { HK_EQUITY_LADDER } from './tick-tables.ts'

/** Codes of derivative warrants, and of callable bull and bear contracts. */
const FIRST_WARRANT_CODE = 13_001
const FIRST_CALLABLE_CODE = 53_001

const LOT_SIZE = 10_000

/** New owners belong at the end, so that codes keep their warrants. */
const OWNERS = [
  { code: '00700', shortName: '腾讯' },
  { code: '09988', shortName: '阿里' },
  { code: '03690', shortName: '美团' },
  { code: '00388', shortName: '港交' },
  { code: '01810', shortName: '小米' },
  { code: '800000', shortName: '恒指' },
  { code: '01211', shortName: '比迪' },
  { code: '02318', shortName: '平安' },
  { code: '00981', shortName: '中芯' },
  { code: '01299', shortName: '友邦' },
] as const

const ISSUERS = [
  { id: Issuer.SG, name: '法兴' },
  { id: Issuer.BP, name: '法巴' },
  { id: Issuer.CT, name: '花旗' },
  { id: Issuer.GS, name: '高盛' },
  { id: Issuer.HS, name: '汇丰' },
  { id: Issuer.JP, name: '摩通' },
  { id: Issuer.UB, name: '瑞银' },
  { id: Issuer.BI, name: '中银' },
] as const

/** The warrants of every underlying: type, strike as a multiple of the price at issue, and letter in the name. */
const SHAPES = [
  { type: WarrantType.Buy, moneyness: 0.95, word: '购A' },
  { type: WarrantType.Buy, moneyness: 1.05, word: '购B' },
  { type: WarrantType.Buy, moneyness: 1.15, word: '购C' },
  { type: WarrantType.Buy, moneyness: 1.3, word: '购D' },
  { type: WarrantType.Sell, moneyness: 1.05, word: '沽A' },
  { type: WarrantType.Sell, moneyness: 0.95, word: '沽B' },
  { type: WarrantType.Sell, moneyness: 0.85, word: '沽C' },
  { type: WarrantType.Bull, moneyness: 0.78, word: '牛A' },
  { type: WarrantType.Bull, moneyness: 0.62, word: '牛B' },
  { type: WarrantType.Bear, moneyness: 1.22, word: '熊A' },
  { type: WarrantType.Bear, moneyness: 1.4, word: '熊B' },
] as const

/** The properties of a warrant code that do not change with its issues: underlying, kind, issuer. */
export interface WarrantSlot {
  readonly code: string
  readonly name: string
  readonly ownerCode: string
  /** `Qot_Common.WarrantType`: 1 call, 2 put, 3 bull, 4 bear. */
  readonly type: number
  /** `Qot_Common.Issuer`. */
  readonly issuer: number
  readonly moneyness: number
}

/** All warrants of the market by slot, in code order. */
export function warrantSlots(): readonly WarrantSlot[] {
  let nextWarrant = FIRST_WARRANT_CODE
  let nextCallable = FIRST_CALLABLE_CODE
  return OWNERS.flatMap((owner, ownerAt) =>
    SHAPES.map(({ type, moneyness, word }, shapeAt) => {
      const isCallable = type === WarrantType.Bull || type === WarrantType.Bear
      const issuer = ISSUERS[(ownerAt * 3 + shapeAt) % ISSUERS.length] ?? ISSUERS[0]
      return {
        code: String(isCallable ? nextCallable++ : nextWarrant++),
        name: `${owner.shortName}${issuer.name}${word}`,
        ownerCode: owner.code,
        type,
        issuer: issuer.id,
        moneyness,
      }
    }),
  ).toSorted((one, other) => Number(one.code) - Number(other.code))
}

/** The listing of a warrant code. */
export function warrantListing(slot: WarrantSlot, owner: Listing): Listing {
  return {
    instrument: {
      market: QotMarket.HK_Security,
      code: slot.code,
      name: slot.name,
      kind: 'warrant',
      lotSize: LOT_SIZE,
      currency: Currency.HKD,
      contractMultiplier: 1,
      underlyingCode: slot.ownerCode,
    },
    plan: owner.plan,
    ladder: HK_EQUITY_LADDER,
    securityType: SecurityType.Warrant,
    exchange: ExchType.HK_MainBoard,
    listedOn: owner.listedOn,
    dailyLimit: null,
    spreadRungs: 1,
    turnoverMultiplier: 1,
    process: null,
    follows: null,
    fundamentals: null,
  }
}
