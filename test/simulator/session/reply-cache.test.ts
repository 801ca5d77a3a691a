import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KLType, RehabType, Session, SubType } from '../../../proto/enums.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

const SECURITIES = [
  { market: 1, code: '00700' },
  { market: 1, code: 'HSImain' },
  { market: 11, code: 'AAPL' },
]
const SUB_TYPES = [SubType.Basic, SubType.KL_1Min, SubType.KL_Day, SubType.RT, SubType.Ticker]

/** A read of one of the securities: what it reads, of which security. */
const aRead = fc.tuple(fc.nat(5), fc.nat(2))
/** Reads with the time that passes before each, ms. */
const someReads = fc.array(fc.tuple(fc.constantFrom(0, 1, 40, 700, 9_000), aRead), { minLength: 2, maxLength: 12 })
const aStart = fc.constantFrom(
  '2026-11-20T09:29:55+08:00',
  '2026-11-20T10:00:00+08:00',
  '2026-11-20T15:59:58+08:00',
  '2026-11-19T23:59:59-05:00',
  '2026-11-20T09:29:55-05:00',
)

function login(bench: Bench, session: number): TcpClient {
  const client = bench.login()
  client.call('Qot_Sub', { securityList: SECURITIES, subTypeList: SUB_TYPES, isSubOrUnSub: true, session })
  return client
}

function read(client: TcpClient, [kind, which]: readonly [number, number]): unknown {
  const security = SECURITIES[which] ?? { market: 1, code: '00700' }
  switch (kind) {
    case 0:
      return client.call('Qot_GetTicker', { security, maxRetNum: 20 })
    case 1:
      return client.call('Qot_GetRT', { security })
    case 4:
      return client.call('Qot_GetBasicQot', { securityList: [security] })
    case 5:
      return client.call('Qot_GetBasicQot', { securityList: SECURITIES })
    default: {
      const klType = kind === 2 ? KLType._1Min : KLType.Day
      return client.call('Qot_GetKL', { security, klType, rehabType: RehabType.Forward, reqNum: 20 })
    }
  }
}

test('a repeated read has the answer of a server that was never asked before', () => {
  fc.assert(
    fc.property(aStart, fc.constantFrom(Session.RTH, Session.ALL), someReads, (start, session, reads) => {
      const bench = new Bench()
      bench.nowMs = Date.parse(start)
      // Two connections with other hours read through the same cache.
      const client = login(bench, session)
      const other = login(bench, Session.ETH)
      for (const [waitMs, one] of reads) {
        bench.pass(waitMs)
        const fresh = new Bench()
        fresh.nowMs = bench.nowMs
        read(other, one)
        assert.deepEqual(read(client, one), read(login(fresh, session), one))
        client.call('KeepAlive', { time: 0n })
        other.call('KeepAlive', { time: 0n })
      }
    }),
    { numRuns: 15 },
  )
})
