import '../../../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeEnum, enumNumber } from '../../../../src/wire/json/names/json-enum.ts'
import { allEnumNames, enumType } from '../../../../src/wire/schema.ts'

const ALL_ENUMS: Readonly<Record<string, Readonly<Record<string, number>>>> = Object.fromEntries(
  allEnumNames().map((name) => [name, Object.fromEntries(enumType(name).values)]),
)

for (const [name, given, expected] of [
  ['Trd_Common.TrdSide', 3, 3],
  ['Trd_Common.TrdSide', 'TrdSide_SellShort', 3],
  ['Trd_Common.TrdSide', 'SellShort', 3],
  ['Trd_Common.TrdSide', 'SELL_SHORT', 3],
  ['Trd_Common.TrdSide', 'trdside_sell_short', 3],
  ['Trd_Common.TrdSide', 9, null],
  ['Trd_Common.TrdSide', 1.5, null],
  ['Trd_Common.TrdSide', '1', null],
  ['Trd_Common.TrdSide', 'TrdSide_', null],
  ['Trd_Common.TrdSide', '', null],
  ['Trd_Common.TrdSide', 'constructor', null],
  ['Trd_Common.TrdSide', 'OrderType_Normal', null],
  ['Trd_Common.TrdEnv', 'simulate', 0],
  ['Trd_Common.TrdEnv', 'REAL', 1],
  ['Trd_Common.TrdEnv', 2, null],
  ['Trd_Common.TrdEnv', -0, 0],
  // 7 is a market of its own; documents that print 7 = JP are wrong, and JP is 15.
  ['Trd_Common.TrdMarket', 7, 7],
  ['Trd_Common.TrdMarket', 'crypto', 7],
  ['Trd_Common.TrdMarket', 'JP', 15],
  ['Trd_Common.TrdMarket', 9, null],
  ['Qot_Common.KLType', '1Min', 1],
  ['Common.RetType', -100, -100],
  // Its names carry no prefix.
  ['Qot_Common.OptionImpvolStatusType', 'impvolovervalued', 1],
  // Flags may be added.
  ['GetUserInfo.UserInfoField', 'basic', 1],
  ['GetUserInfo.UserInfoField', 2048 + 4, 2052],
  ['GetUserInfo.UserInfoField', 0, 0],
  ['GetUserInfo.UserInfoField', 32, null],
  ['GetUserInfo.UserInfoField', -1, null],
  ['GetUserInfo.UserInfoField', 1.5, null],
  ['GetUserInfo.UserInfoField', 2 ** 32 + 1, null],
] as const) {
  test(`${JSON.stringify(given)} as ${name} is ${expected}`, () => {
    assert.equal(enumNumber(name, given), expected)
  })
}

test('every value of every enum can be written in each accepted way and means itself', () => {
  for (const [name, values] of Object.entries(ALL_ENUMS)) {
    const prefix = `${name.slice(name.lastIndexOf('.') + 1)}_`
    for (const [valueName, number] of Object.entries(values)) {
      const short = valueName.startsWith(prefix) ? valueName.slice(prefix.length) : valueName
      for (const spelling of [valueName, short, short.toUpperCase(), short.toLowerCase(), number]) {
        assert.equal(enumNumber(name, spelling), number, `${name} ${spelling}`)
      }
    }
  }
})

test('no enum has a value whose name is a number, which would make "3" mean something else than 3', () => {
  for (const [name, values] of Object.entries(ALL_ENUMS)) {
    const highest = Math.max(...Object.values(values))
    for (let number = 0; number <= Math.min(highest, 300); number++) {
      assert.equal(enumNumber(name, String(number)), null, `${name} "${number}"`)
    }
  }
})

test('a description lists names with numbers, without the prefix', () => {
  assert.equal(
    describeEnum('Trd_Common.TrdSide'),
    'one of Unknown=0, Buy=1, Sell=2, SellShort=3, BuyBack=4 (name or number)',
  )
  assert.match(describeEnum('Qot_Common.OptionImpvolStatusType'), /^one of ImpvolFluctuating=0, ImpvolOvervalued=1, /)
  assert.match(describeEnum('GetUserInfo.UserInfoField'), /sum of numbers of Basic=1, API=2, QotRight=4/)
})

test('every description stays short enough for an error body', () => {
  for (const name of Object.keys(ALL_ENUMS)) assert.ok(describeEnum(name).length < 1000, name)
  assert.match(describeEnum('Qot_StockFilter.FinancialField'), / and \d+ more \(name or number\)$/)
})
