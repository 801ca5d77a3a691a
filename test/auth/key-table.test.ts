import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_KEYS } from '../../src/base/memory-budget.ts'
import { sha256 } from '../../src/transport/native-crypto.ts'
import { findKey, type KeyTable, readKeyTable } from '../../src/auth/key-table.ts'
import { MAX_PROBLEMS } from '../../src/wire/json/json-problem.ts'

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

function read(file: unknown): { table: KeyTable; problems: string[] } {
  const problems: string[] = []
  const table = readKeyTable(typeof file === 'string' ? file : JSON.stringify(file), problems)
  return { table, problems }
}

function readKey(record: object): { key: KeyTable[number] | undefined; problems: string[] } {
  const { table, problems } = read({ version: 1, keys: [record] })
  return { key: table[0], problems }
}

const MINIMAL = { id: 'bot', hash: `sha256:${hashOf('fc_bot')}`, scopes: ['qot:read'] }

test('no key file means no keys, and that is not a mistake', () => {
  for (const text of ['', '  \n']) assert.deepEqual(read(text), { table: [], problems: [] })
  assert.deepEqual(readKeyTable(undefined, []), [])
})

test('a record of futu-opend-rs with all its fields is taken as it is', () => {
  const { key, problems } = readKey({
    id: 'desk',
    hash: `sha256:${hashOf('fc_desk')}`,
    scopes: ['qot:read', 'acc:read', 'trade:simulate', 'trade:real', 'trade:unlock', 'metrics', 'admin'],
    allowed_markets: ['HK', 'US'],
    allowed_symbols: ['HK.00700', 'US.BRK.B'],
    max_order_value: 100000.5,
    max_daily_value: 1e6,
    hours_window: '22:00-04:00',
    max_orders_per_minute: 3,
    allowed_trd_sides: ['BUY', 'SELL_SHORT'],
    allowed_acc_ids: [281756455988247800],
    allowed_card_nums: ['1234', '1001123412345678'],
    expires_at: '2027-01-31T00:00:00.5+08:00',
    created_at: '2026-01-01T00:00:00Z',
    note: 'for the desk',
    allowed_machines: ['0123abcd'],
    raw_explicit_acc_ids: [1],
  })
  assert.deepEqual(problems, [])
  assert.deepEqual(key?.cardNums, ['1234', '1001123412345678'])
  assert.equal(key?.isFrozen, false)
  assert.equal(key?.expiresAtMs, Date.parse('2027-01-30T16:00:00.500Z'))
  assert.deepEqual(key?.limits, {
    allowedMarkets: ['HK', 'US'],
    allowedSymbols: ['HK.00700', 'US.BRK.B'],
    allowedTrdSides: ['BUY', 'SELL_SHORT'],
    hoursWindow: '22:00-04:00',
    timeZone: null,
    maxOrderValue: 100000.5,
    maxOrdersPerMinute: 3,
    maxDailyValue: 1e6,
    marketPriceBandPercent: null,
  })
})

test('nested limits and flat limits mean the same', () => {
  const limits = { allowed_markets: ['HK'], max_order_value: 5, hours_window: '09:30-16:00', allowed_acc_ids: ['42'] }
  const flat = readKey({ ...MINIMAL, ...limits })
  const nested = readKey({ ...MINIMAL, limits })
  assert.deepEqual(nested, flat)
  assert.deepEqual(flat.problems, [])
  assert.equal(flat.key?.limits.maxOrderValue, 5)
  assert.deepEqual(flat.key?.accIds, [42n])
})

test('caps by currency, a time zone and a price band are taken, flat and nested', () => {
  const limits = {
    max_order_value: { HKD: 100000, USD: 0 },
    max_daily_value: {},
    time_zone: 'America/New_York',
    market_price_band: 2.5,
    hours_window: '09:30-16:00',
  }
  const flat = readKey({ ...MINIMAL, ...limits })
  assert.deepEqual(readKey({ ...MINIMAL, limits }), flat)
  assert.deepEqual(flat.problems, [])
  const { maxOrderValue, maxDailyValue, timeZone, marketPriceBandPercent } = flat.key?.limits ?? assert.fail('no key')
  assert.deepEqual(
    [maxOrderValue, maxDailyValue, timeZone, marketPriceBandPercent],
    [{ HKD: 100000, USD: 0 }, {}, 'America/New_York', 2.5],
  )
})

test('a share of the subscription quota is a whole number, flat or nested, and nothing where it is not stated', () => {
  const flat = readKey({ ...MINIMAL, subscription_quota: 100 })
  assert.deepEqual(flat.problems, [])
  assert.equal(flat.key?.subscriptionQuota, 100)
  assert.deepEqual(readKey({ ...MINIMAL, limits: { subscription_quota: 100 } }), flat)
  assert.equal(readKey(MINIMAL).key?.subscriptionQuota, null)
})

test('a bare hex hash and one with its prefix open for the same key', async () => {
  const hex = hashOf('fc_bot')
  for (const hash of [hex, hex.toUpperCase(), `sha256:${hex}`]) {
    const { table, problems } = read({ version: 1, keys: [{ ...MINIMAL, hash }] })
    assert.deepEqual(problems, [])
    assert.equal(findKey(table, sha256('fc_bot'))?.id, 'bot')
  }
})

test('account ids above 2^53 keep every digit, or a whitelist would open a neighbour', () => {
  const text = `{"version":1,"keys":[{"id":"a","hash":"${hashOf('x')}","scopes":[],"allowed_acc_ids":[281756455988247813,"281756455988247815",7]}]}`
  const { table, problems } = read(text)
  assert.deepEqual(problems, [])
  assert.deepEqual(table[0]?.accIds, [281756455988247813n, 281756455988247815n, 7n])
})

test('empty lists of accounts, cards and sides do not restrict; an empty list of machines freezes', () => {
  const { key, problems } = readKey({
    ...MINIMAL,
    allowed_acc_ids: [],
    allowed_card_nums: [],
    allowed_trd_sides: [],
    allowed_markets: [],
    allowed_machines: [],
  })
  assert.deepEqual(problems, [])
  assert.equal(key?.accIds, null)
  assert.equal(key?.cardNums, null)
  assert.equal(key?.limits.allowedTrdSides, null)
  assert.deepEqual(key?.limits.allowedMarkets, [], 'an empty list of markets allows none')
  assert.equal(key?.isFrozen, true)
})

test('null stands for a field that is not there', () => {
  const { key, problems } = readKey({ ...MINIMAL, expires_at: null, limits: null, allowed_machines: null, note: null })
  assert.deepEqual(problems, [])
  assert.equal(key?.expiresAtMs, null)
  assert.equal(key?.isFrozen, false)
})

const BAD_RECORDS: readonly (readonly [string, object, RegExp])[] = [
  ['unknown scope', { scopes: ['qot:read', 'qot:all'] }, /scopes\[1\]: expected one of qot:read, /],
  ['no scopes', { scopes: undefined }, /scopes: required field is missing, expected a list/],
  ['scopes as text', { scopes: 'qot:read' }, /scopes: expected a list/],
  ['unknown field', { max_order_vlaue: 5 }, /max_order_vlaue: unknown field \(did you mean max_order_value\?\)/],
  ['unknown nested field', { limits: { allowed_market: ['HK'] } }, /limits\.allowed_market: unknown field/],
  [
    'a field twice',
    { max_order_value: 5, limits: { max_order_value: 50 } },
    /limits\.max_order_value: expected .* once/,
  ],
  ['limits as list', { limits: [] }, /limits: expected an object/],
  ['short hash', { hash: 'sha256:00ff' }, /hash: expected "sha256:"/],
  ['other hash', { hash: `md5:${hashOf('x')}` }, /hash: expected/],
  ['no hash', { hash: undefined }, /hash: required field is missing, expected "sha256:"/],
  ['no id', { id: undefined }, /id: required field is missing/],
  ['id of a caller', { id: 'jwt:a' }, /id: expected 1 to 128 characters.*not beginning with key: or jwt:/],
  ['id of a caller that is a key', { id: 'key:a' }, /id: expected/],
  ['id that is a folder', { id: '..' }, /id: expected/],
  ['id with half a character', { id: '\ud800x' }, /id: expected/],
  ['id with a line break', { id: 'a\nb' }, /id: expected 1 to 128 characters/],
  ['bad date', { expires_at: '2027-02-30T00:00:00Z' }, /expires_at: expected an RFC 3339 time/],
  ['date as number', { expires_at: 1900000000 }, /expires_at: expected/],
  ['bad creation date', { created_at: 'yesterday' }, /created_at: expected/],
  ['negative value', { max_order_value: -1 }, /max_order_value: expected/],
  ['value as text', { max_daily_value: '5' }, /max_daily_value: expected/],
  ['half an order', { max_orders_per_minute: 1.5 }, /max_orders_per_minute: expected a whole number, 0 or more/],
  ['bad hours', { hours_window: '9:30-16:00' }, /hours_window: expected the form/],
  ['impossible hours', { hours_window: '09:30-24:30' }, /hours_window: expected the form/],
  ['hours that are always or never', { hours_window: '09:30-09:30' }, /hours_window: .* two different times/],
  ['unknown time zone', { time_zone: 'Asia/Hongkong' }, /time_zone: expected an IANA name/],
  ['offset as time zone', { time_zone: '+08:00' }, /time_zone: expected an IANA name/],
  ['unknown currency', { max_order_value: { HKD: 1, RMB: 1 } }, /max_order_value: expected .* table/],
  ['currency in small letters', { max_daily_value: { hkd: 1 } }, /max_daily_value: expected .* table/],
  [
    'negative value of a currency',
    { limits: { max_daily_value: { HKD: -1 } } },
    /limits\.max_daily_value\.HKD: expected/,
  ],
  ['a list of values', { max_order_value: [1] }, /max_order_value: expected .* table/],
  ['negative band', { market_price_band: -5 }, /market_price_band: expected/],
  ['a share that reads nothing', { subscription_quota: 0 }, /subscription_quota: expected a whole number, 1 or more/],
  ['half a subscription', { subscription_quota: 1.5 }, /subscription_quota: expected/],
  ['a share as text', { subscription_quota: '100' }, /subscription_quota: expected/],
  ['bad side', { allowed_trd_sides: ['buy'] }, /allowed_trd_sides\[0\]: expected one of BUY, .*; did you mean BUY\?$/],
  ['scope in capitals', { scopes: ['QOT:READ'] }, /did you mean qot:read\?$/],
  ['bad account', { allowed_acc_ids: [1, 1.5] }, /allowed_acc_ids\[1\]: expected an account id/],
  ['negative account', { allowed_acc_ids: [-1] }, /allowed_acc_ids\[0\]: expected/],
  ['huge account', { allowed_acc_ids: ['18446744073709551616'] }, /allowed_acc_ids\[0\]: expected/],
  ['one account without a list', { allowed_acc_ids: 42 }, /allowed_acc_ids: expected a list/],
  ['bad card', { allowed_card_nums: ['12'] }, /allowed_card_nums\[0\]/],
  ['bad symbol', { allowed_symbols: ['HK.00700', '00700'] }, /allowed_symbols\[1\]/],
  ['symbol in lower case', { allowed_symbols: ['us.aapl'] }, /did you mean "US\.AAPL"\?$/],
  ['symbol that no order has', { allowed_symbols: ['HK.700'] }, /did you mean "HK\.00700"\?$/],
  ['symbol of a quote', { allowed_symbols: ['HK_FUTURE.HSI2612'] }, /did you mean "HK\.HSI2612"\?$/],
  ['market in lower case', { allowed_markets: ['hk'] }, /allowed_markets\[0\]: .*; did you mean HK\?$/],
  ['unknown market', { allowed_markets: ['XETRA'] }, /expected one of HK, US, CN, .*, JP_FUND\.$/],
]

for (const [what, change, expected] of BAD_RECORDS) {
  test(`a record with a mistake is a problem: ${what}`, () => {
    const { problems } = readKey({ ...MINIMAL, ...change })
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', expected)
    assert.match(problems[0] ?? '', /^KEYS_JSON: keys\[0\]\./)
  })
}

test('a key file with a mistake of its own is a problem', () => {
  const files: readonly (readonly [unknown, RegExp])[] = [
    ['{"version":1,"keys":[', /not valid JSON/],
    ['{"version":1,"version":2,"keys":[]}', /given twice/],
    [[], /must be an object/],
    [{ keys: [] }, /version: required field is missing, expected 1/],
    [{ version: 2, keys: [] }, /version: expected 1/],
    [{ version: 1 }, /keys: required field is missing, expected a list/],
    [{ version: 1, keys: ['fc_x'] }, /keys\[0\]: expected an object/],
    [{ version: 1, keys: [], key: [] }, /key: unknown field \(did you mean keys\?\)/],
    [
      { version: 1, keys: [MINIMAL, { ...MINIMAL, hash: hashOf('other') }] },
      /keys\[1\]\.id: expected an id that no other key has/,
    ],
    [
      { version: 1, keys: [MINIMAL, { ...MINIMAL, id: 'bot2' }] },
      /keys\[1\]\.hash: expected a hash that no other key has/,
    ],
    [
      {
        version: 1,
        keys: Array.from({ length: MAX_KEYS + 1 }, (_, i) => ({ id: `${i}`, hash: hashOf(`${i}`), scopes: [] })),
      },
      /at most/,
    ],
  ]
  for (const [file, expected] of files) assert.match(read(file).problems.join('\n'), expected)
})

test('all mistakes of a file are named at once, up to the bound', () => {
  const { problems } = read({ version: 2, keys: [{ ...MINIMAL, id: 5, note: 7 }, { scopes: ['admn'] }] })
  assert.deepEqual(
    problems.map((problem) => problem.split(': ')[1]),
    ['version', 'keys[0].id', 'keys[0].note', 'keys[1].scopes[0]', 'keys[1].id', 'keys[1].hash'],
  )
  const many = read({ version: 1, keys: Array.from({ length: 500 }, () => ({})) })
  assert.equal(many.problems.length, MAX_PROBLEMS)
  assert.deepEqual(many.table, [])
})

test('problems never show a hash', () => {
  const { problems } = readKey({ ...MINIMAL, hash: `sha256:${hashOf('fc_bot')}0` })
  assert.equal(problems.join('').includes(hashOf('fc_bot')), false)
})

test('a key is found wherever it stands, and only by its own token', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }),
      fc.string(),
      async (tokens, other) => {
        const { table, problems } = read({
          version: 1,
          keys: tokens.map((token, index) => ({ id: `k${index}`, hash: hashOf(token), scopes: [] })),
        })
        assert.deepEqual(problems, [])
        for (const [index, token] of tokens.entries()) assert.equal(findKey(table, sha256(token))?.id, `k${index}`)
        if (!tokens.includes(other)) assert.equal(findKey(table, sha256(other)), null)
      },
    ),
    { numRuns: 50 },
  )
})

test('the comparison looks at all 32 bytes', async () => {
  const hash = hashOf('fc_bot')
  for (let at = 0; at < 64; at++) {
    const flipped = (Number.parseInt(hash[at] ?? '', 16) ^ 1).toString(16)
    const { table } = read({
      version: 1,
      keys: [{ ...MINIMAL, hash: hash.slice(0, at) + flipped + hash.slice(at + 1) }],
    })
    assert.equal(findKey(table, sha256('fc_bot')), null, `digit ${at}`)
  }
})

test('the markets and symbols of orders are accepted as they are', () => {
  const allowed_symbols = ['HK.00700', 'HK.HSI2612', 'US.BRK.B', 'US.CLmain', 'SH.600519', 'US.AAPL261218C150000']
  const { key, problems } = readKey({ ...MINIMAL, allowed_markets: ['HK', 'FUTURES', 'HK_FUND'], allowed_symbols })
  assert.deepEqual(problems, [])
  assert.deepEqual(key?.limits.allowedSymbols, allowed_symbols)
})
