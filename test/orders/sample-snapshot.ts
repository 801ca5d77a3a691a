import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { encodeMessage } from '../../src/wire/encode.ts'

/** OpenD's snapshot of a security: HK.00700, with that type and price. */
export function snapshot(type: number, curPrice: number, lastClosePrice = 0): CallOutcome {
  const zeros = { openPrice: 0, highPrice: 0, lowPrice: 0, volume: 0n, turnover: 0, turnoverRate: 0 }
  const security = { market: 1, code: '00700' }
  const basic = {
    ...{ security, type, isSuspend: false, listTime: '', lotSize: 100, updateTime: '', priceSpread: 0.2 },
    ...{ ...zeros, curPrice, lastClosePrice },
  }
  const s2c = { snapshotList: [{ basic }] }
  return { ok: true, body: encodeMessage('Qot_GetSecuritySnapshot.Response', { retType: 0, s2c }) }
}
