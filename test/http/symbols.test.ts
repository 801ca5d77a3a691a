import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCOPES } from '../../src/auth/scope.ts'
import { keyRig, readError } from './rig.ts'

const { gateway, send } = keyRig(SCOPES)

async function errorOf(route: string, body: object): Promise<string> {
  const error = await readError(await send(route, { body }), 400)
  return error.error
}

test('a security as people paste it becomes the code that OpenD lists', async () => {
  const body = { symbols: ['HK.700', 'us.aapl', 'US.AAPL \u200b', { market: 1, code: '700' }] }
  assert.equal((await send('POST /api/snapshot', { body })).status, 200)
  const [tencent, apple, pasted, asItIs] = [
    { market: 1, code: '00700' },
    { market: 11, code: 'AAPL' },
    { market: 11, code: 'AAPL' },
    { market: 1, code: '700' },
  ]
  assert.deepEqual(gateway.calls.at(-1)?.c2s, { securityList: [tencent, apple, pasted, asItIs] })
})

test('a security in the form of another service is refused with the one that is meant, wherever it stands', async () => {
  const calls = gateway.touched
  for (const [route, body, path, meant] of [
    ['POST /api/snapshot', { symbols: ['HK.00700', '00700.HK'] }, 'symbols[1]', 'HK.00700'],
    ['POST /api/kline', { c2s: { symbol: 'HK:00700' } }, 'c2s.symbol', 'HK.00700'],
    ['POST /api/option-chain', { owner: 'SH600519' }, 'owner', 'SH.600519'],
    ['POST /api/quote', { security_list: ['US.BRK-B'] }, 'security_list[0]', 'US.BRK.B'],
    ['POST /api/plate-security', { plate: 'HK:BK1001' }, 'plate', 'HK.BK1001'],
  ] as const) {
    const error = await errorOf(route, body)
    assert.ok(error.startsWith(`${path}: expected an object with market and code`), error)
    assert.ok(error.endsWith(`; did you mean ${meant}?`), error)
  }
  assert.doesNotMatch(await errorOf('POST /api/quote', { symbols: ['no such thing'] }), /did you mean/)
  assert.doesNotMatch(await errorOf('POST /api/quote', { symbols: [7] }), /did you mean/)
  assert.equal(gateway.touched, calls)
})
