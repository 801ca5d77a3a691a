import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { SnapshotMerger } from '../../../src/quotes/snapshots/snapshot-merger.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { VirtualClock } from '../../orders/simulation/virtual-clock.ts'
import { QuoteRig, refusalOf, replyOf, requestOf, successOf, type Security } from '../quote-rig.ts'

const START_MS = Date.parse('2026-11-20T10:00:00+08:00')
const hk = (code: string): Security => ({ market: 1, code })
const request = (...codes: readonly string[]) => requestOf(3203, { securityList: codes.map(hk) })
/** A thousand codes that need not exist. */
const codesFrom = (from: number, count: number) => Array.from({ length: count }, (_, at) => String(10_000 + from + at))

/** A merger before an upstream that a test plays; what was asked is kept. */
class MergerRig {
  readonly clock = new VirtualClock()
  readonly calls: { readonly codes: readonly string[]; readonly body: Uint8Array; readonly atMs: number }[] = []
  readonly merger: SnapshotMerger
  remaining: number | null = 60
  #upstream: (codes: readonly string[]) => CallOutcome

  constructor(upstream: (codes: readonly string[]) => CallOutcome = plainSnapshots, mostHkCodes?: number) {
    this.#upstream = upstream
    const deps = {
      send: async (_protoId: number, body: Uint8Array) => {
        const codes = codesOf(body)
        this.calls.push({ codes, body, atMs: this.clock.elapsedMs })
        return this.#upstream(codes)
      },
      nowMs: () => this.clock.elapsedMs,
      after: (ms: number, fn: () => void) => void this.clock.after(ms, fn),
      remaining: () => this.remaining,
    }
    this.merger = new SnapshotMerger(deps, mostHkCodes)
  }

  /** Asks, and fails when the request would go alone. */
  ask(body: Uint8Array, caller = 'anna') {
    const asked = this.merger.ask(body, caller)
    if (asked === null) throw new Error('goes alone')
    return asked
  }

  async settled<Value>(asked: Promise<Value>): Promise<Value> {
    await this.clock.runUntil(this.clock.elapsedMs + 10_000)
    return asked
  }
}

function codesOf(body: Uint8Array): readonly string[] {
  const decoded = decodeMessage('Qot_GetSecuritySnapshot.Request', body)
  return decoded.ok ? (decoded.value.c2s.securityList ?? []).map(({ code }) => code) : []
}

function snapshotOf(code: string) {
  const zero = { highPrice: 0, openPrice: 0, lowPrice: 0, lastClosePrice: 0, volume: 0n, turnover: 0, turnoverRate: 0 }
  const facts = { type: 3, isSuspend: false, listTime: '', lotSize: 100, priceSpread: 1, updateTime: '' }
  return { basic: { security: hk(code), curPrice: Number(code), ...facts, ...zero } }
}

function plainSnapshots(codes: readonly string[]): CallOutcome {
  return { ok: true, body: successOf(3203, { snapshotList: codes.map(snapshotOf) }) }
}

function codesIn(outcome: CallOutcome): readonly string[] | string {
  if (!outcome.ok) return outcome.failure.code
  const { retType, retMsg, s2c } = replyOf(3203, outcome.body)
  if (retType !== 0) return retMsg ?? ''
  const list = s2c?.['snapshotList'] as readonly { readonly basic: { readonly security: Security } }[]
  return list.map(({ basic }) => basic.security.code)
}

test('requests of 20 ms become one call, each code once, and each caller gets its own list', async () => {
  const rig = new MergerRig()
  const asked = [rig.ask(request('00700', '00005')), rig.ask(request('00005'), 'ben')]
  await rig.clock.runUntil(19)
  asked.push(rig.ask(request('00941', '00700', '00941'), 'cleo'))
  assert.equal(rig.calls.length, 0)
  await rig.clock.runUntil(20)
  assert.deepEqual(
    rig.calls.map(({ codes }) => codes),
    [['00700', '00005', '00941']],
  )
  const answers = await Promise.all(asked)
  assert.deepEqual(
    answers.map(({ outcome }) => codesIn(outcome)),
    [['00700', '00005'], ['00005'], ['00941', '00700', '00941']],
  )
  assert.ok(answers.every(({ isMerged }) => isMerged))
})

test('one request goes up and comes down as it is', async () => {
  const rig = new MergerRig()
  const body = request('00700', '00700')
  const { outcome, isMerged } = await rig.settled(rig.ask(body))
  assert.deepEqual(
    rig.calls.map((call) => call.body),
    [body],
  )
  assert.deepEqual(codesIn(outcome), ['00700', '00700'])
  assert.equal(isMerged, false)
})

test('long lists, empty ones and those with a broker go alone', () => {
  const { merger } = new MergerRig()
  assert.equal(merger.ask(request(...codesFrom(0, 101)), 'anna'), null)
  assert.notEqual(merger.ask(request(...codesFrom(0, 100)), 'anna'), null)
  assert.equal(merger.ask(request(), 'anna'), null)
  assert.equal(merger.ask(requestOf(3203, { securityList: [hk('00700')], header: { securityFirm: 1 } }), 'anna'), null)
  assert.equal(merger.ask(new Uint8Array([0xff]), 'anna'), null)
})

test('no call has more than 400 codes, and a full one does not wait', async () => {
  const rig = new MergerRig()
  for (const at of [0, 1, 2]) void rig.ask(request(...codesFrom(at * 90, 90)))
  assert.equal(rig.calls.length, 0)
  void rig.ask(request(...codesFrom(270, 90)))
  void rig.ask(request(...codesFrom(360, 90)))
  assert.deepEqual(
    rig.calls.map(({ codes }) => codes.length),
    [360, 90],
  )
})

test('with the free quote right a call has no more than 20 codes of Hong Kong', async () => {
  const rig = new MergerRig(plainSnapshots, 20)
  assert.equal(rig.merger.ask(request(...codesFrom(0, 21)), 'anna'), null)
  const asked = [0, 1, 2].map((at) => rig.ask(request(...codesFrom(at * 8, 8))))
  const answers = await rig.settled(Promise.all(asked))
  assert.deepEqual(
    rig.calls.map(({ codes }) => codes.length),
    [16, 8],
  )
  assert.deepEqual(codesIn(answers[2]?.outcome ?? { ok: true, body: new Uint8Array() }), codesFrom(16, 8))
})

test('when more than half of the limit is used, calls leave 500 ms apart', async () => {
  const rig = new MergerRig()
  rig.remaining = 29
  for (let at = 0; at < 60; at++) {
    rig.clock.after(at * 25, () => void rig.ask(request(String(10_000 + at))))
  }
  await rig.clock.runUntil(5_000)
  assert.deepEqual(
    rig.calls.map(({ atMs }) => atMs),
    [20, 520, 1_020, 1_520],
  )
  assert.equal(rig.calls.flatMap(({ codes }) => codes).length, 60)
})

test('with nothing of the limit left requests are gathered for 3 s, and then OpenD is asked all the same', async () => {
  const rig = new MergerRig()
  rig.remaining = 0
  void rig.ask(request('00700'))
  await rig.clock.runUntil(2_900)
  assert.equal(rig.calls.length, 0)
  await rig.clock.runUntil(3_100)
  assert.equal(rig.calls.length, 1)

  const relieved = new MergerRig()
  relieved.remaining = 0
  void relieved.ask(request('00700'))
  relieved.clock.after(600, () => (relieved.remaining = 60))
  await relieved.clock.runUntil(2_000)
  assert.deepEqual(
    relieved.calls.map(({ atMs }) => atMs),
    [1_020],
  )
})

/** Refuses calls with such a code, as OpenD does. */
function refusing(bad: ReadonlySet<string>): (codes: readonly string[]) => CallOutcome {
  return (codes) => {
    const found = codes.find((code) => bad.has(code))
    return found === undefined ? plainSnapshots(codes) : { ok: true, body: refusalOf(`未知股票 HK.${found}`) }
  }
}

test('one wrong code costs few calls, and nobody else gets its refusal', async () => {
  const rig = new MergerRig(refusing(new Set(['10007'])))
  const codes = codesFrom(0, 64)
  const answers = await rig.settled(Promise.all(codes.map((code) => rig.ask(request(code)))))
  for (const [at, code] of codes.entries()) {
    const said = codesIn(answers[at]?.outcome ?? { ok: true, body: new Uint8Array() })
    assert.deepEqual(said, code === '10007' ? '未知股票 HK.10007' : [code])
  }
  assert.ok(rig.calls.length <= 1 + 6 + 8, `${rig.calls.length} calls`)
})

test('everybody gets what OpenD says to the request alone, whichever codes are wrong', () => {
  const codes = codesFrom(0, 12)
  const aCode = fc.constantFrom(...codes)
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(aCode, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 }),
      fc.uniqueArray(aCode, { maxLength: 4 }),
      async (requests, badCodes) => {
        const upstream = refusing(new Set(badCodes))
        const rig = new MergerRig(upstream)
        const answers = await rig.settled(Promise.all(requests.map((one) => rig.ask(request(...one)))))
        for (const [at, one] of requests.entries()) {
          assert.deepEqual(codesIn(answers[at]?.outcome ?? upstream([])), codesIn(upstream(one)))
        }
        // One for all, six for halves, and one for each request: never much more than without merging.
        assert.ok(rig.calls.length <= 7 + requests.length)
      },
    ),
    { numRuns: 200 },
  )
})

test('a request that was refused goes alone for a minute', async () => {
  const rig = new MergerRig(refusing(new Set(['99999'])))
  const [bad] = [rig.ask(request('99999')), rig.ask(request('00700'))]
  await rig.settled(bad ?? Promise.resolve())
  assert.equal(rig.merger.ask(request('99999'), 'ben'), null)
  assert.notEqual(rig.merger.ask(request('00700', '00005'), 'ben'), null)
  await rig.clock.runUntil(rig.clock.elapsedMs + 60_000)
  assert.notEqual(rig.merger.ask(request('99999'), 'ben'), null)
})

test('a failure that is nobody’s fault is everybody’s, and costs no further call', async () => {
  const limit = { ok: true, body: refusalOf('获取市场快照频率太高，请求失败，每30秒最多60次。') } as const
  const failure = { code: 'gateway.disconnected', detail: 'cut', retryInMs: null } as const
  const timeout = { ok: true, body: refusalOf('timeout', -100) } as const
  for (const outcome of [limit, timeout, { ok: false, failure, sent: true } as const]) {
    const rig = new MergerRig(() => outcome)
    const answers = await rig.settled(Promise.all([rig.ask(request('00700')), rig.ask(request('00005'))]))
    assert.deepEqual(
      answers.map((answer) => answer.outcome),
      [outcome, outcome],
    )
    assert.equal(rig.calls.length, 1)
  }
})

test('a request with a security that the merged reply lacks is asked again by itself', async () => {
  const rig = new MergerRig((codes) =>
    plainSnapshots(codes.length > 1 ? codes.filter((code) => code !== '00005') : codes),
  )
  const answers = await rig.settled(Promise.all([rig.ask(request('00700')), rig.ask(request('00005'))]))
  assert.deepEqual(
    answers.map(({ outcome }) => codesIn(outcome)),
    [['00700'], ['00005']],
  )
  assert.equal(rig.calls.length, 2)
})

test('a bug below settles the callers instead of leaving them waiting', async () => {
  const rig = new MergerRig(() => {
    throw new Error('bug')
  })
  const asked = [rig.ask(request('00700')), rig.ask(request('00005'))]
  const settled = Promise.allSettled(asked)
  await rig.clock.runUntil(100)
  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
})

test('slices are what the simulated OpenD would say to each request, refusals included', async () => {
  const opend = new QuoteRig(START_MS)
  const securities = [hk('00700'), { market: 11, code: 'AAPL' }, hk('HSImain'), hk('99999'), hk('TCH261230C300000')]
  const requests = [[0], [1, 2], [2, 0, 2], [3], [4, 0], [0, 3], [1]].map((list) =>
    requestOf(3203, { securityList: list.map((at) => securities[at]) }),
  )
  const clock = new VirtualClock()
  const merger = new SnapshotMerger({
    send: async (protoId, body) => ({ ok: true, body: opend.ask(protoId, body) }),
    nowMs: () => clock.elapsedMs,
    after: (ms, fn) => void clock.after(ms, fn),
    remaining: () => 60,
  })
  const asked = Promise.all(requests.map(async (body) => merger.ask(body, 'anna')))
  await clock.runUntil(100)
  for (const [at, answer] of (await asked).entries()) {
    const body = requests[at]
    if (body === undefined || answer?.outcome.ok !== true) throw new Error('no answer')
    assert.deepEqual(replyOf(3203, answer.outcome.body), replyOf(3203, opend.ask(3203, body)))
  }
})
